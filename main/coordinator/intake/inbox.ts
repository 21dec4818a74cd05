/**
 * What nodes have handed in and what nobody has looked at yet. A message is durable before its node is told that it has arrived; it leaves when what it
 * asks for is done, so that nothing that was answered is lost however often this process dies in between.
 */

/** What a node sent, once it is known that the node did. */
export interface Message {
  readonly nodeId: string
  /** SHA-256 of the body, base64url: the same message twice is one. */
  readonly digest: string
  /** The bytes as they arrived. */
  readonly body: Uint8Array
  /** When they did, epoch milliseconds. */
  readonly at: number
}

/** A message in its place: places rise in the order in which messages became durable, and are never given twice. */
export interface Entry extends Message {
  readonly seq: number
}

export interface InboxChanges {
  /** Places of messages that are done. Those that are gone already are left out. */
  readonly remove: readonly number[]
  readonly append: readonly Message[]
}

export interface InboxDepth {
  readonly messages: number
  readonly bytes: number
}

/** Whose messages are read: what this process took in, or all that nobody else is at work on. */
export type Scope = 'own' | 'all'

/** Where messages wait: SQLite beside the database, or PostgreSQL, which several replicas share. Every error is one of the store and worth another try. */
export interface Inbox {
  /**
   * One transaction, durable when it resolves with the place of every message that was appended; a message that waits already keeps its place. What is
   * done is removed first: the same message, appended with that, is there again.
   */
  readonly commit: (changes: InboxChanges) => Promise<readonly number[]>
  /** The messages behind place `after`, at most `limit` and no more than about {@link PAGE_BYTES}, in order; empty only at the end. */
  readonly page: (asked: { readonly after: number; readonly limit: number; readonly scope: Scope }) => Promise<readonly Entry[]>
  /** How much waits. */
  readonly depth: () => Promise<InboxDepth>
  readonly close: () => Promise<void>
}

/** What a page holds at most, but for its last message. */
export const PAGE_BYTES = 4 * 1_048_576

/** The place up to which the next messages fill a page. */
export function lastOfPage(sizes: readonly { readonly seq: number; readonly bytes: number }[], after: number): number {
  let [last, filled] = [after, 0]
  for (const { seq, bytes } of sizes) {
    if (filled >= PAGE_BYTES) return last
    filled += bytes
    last = seq
  }
  return last
}
