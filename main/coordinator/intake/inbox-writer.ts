import { setImmediate } from 'node:timers/promises'
import type { Entry, Inbox, InboxDepth, Message } from './inbox.ts'

export interface InboxWriter {
  /** Resolves with the place of the message once it is durable. Rejects with what the commit failed with; then nothing of it was kept. */
  readonly append: (message: Message) => Promise<number>
  /** Resolves when it is gone for good. A commit that fails only puts that off. */
  readonly remove: (entry: Pick<Entry, 'seq' | 'body'>) => Promise<void>
  /** What waits, as far as this process knows. */
  readonly depth: () => InboxDepth
  /** How many messages went into the newest commit that took any. */
  readonly lastBatch: () => number
}

interface Waiting<W, T> {
  readonly what: W
  readonly resolve: (value: T) => void
  readonly reject: (error: unknown) => void
}

interface Books {
  messages: number
  bytes: number
  /** The last place that was given; a later one is new. */
  last: number
  lastBatch: number
  append: Waiting<Message, number>[]
  remove: Waiting<Pick<Entry, 'seq' | 'body'>, undefined>[]
}

/**
 * Group commit: what arrives while a commit is under way goes into the next one together, so that a batch grows with the load by itself and no timer is
 * needed.
 */
export function createInboxWriter(inbox: Pick<Inbox, 'commit' | 'depth'>): InboxWriter {
  const books: Books = { messages: 0, bytes: 0, last: 0, lastBatch: 0, append: [], remove: [] }
  void countWaiting(inbox, books)
  let isWriting = false
  const write = async (): Promise<void> => {
    if (isWriting) return
    isWriting = true
    // Everything that this turn of the event loop brings goes together.
    await setImmediate()
    // Nothing may come between the last look and the flag.
    while (books.append.length + books.remove.length > 0) if (!(await writeBatch(inbox, books)) && books.append.length === 0) break
    isWriting = false
  }
  const put = <W, T>(waiting: (waiting: Waiting<W, T>) => unknown, what: W): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      waiting({ what, resolve, reject })
      void write()
    })
  return {
    append: (message) => put((waiting: Waiting<Message, number>) => books.append.push(waiting), message),
    remove: (entry) => put((waiting: Waiting<Pick<Entry, 'seq' | 'body'>, undefined>) => books.remove.push(waiting), entry),
    depth: () => ({ messages: books.messages, bytes: books.bytes }),
    lastBatch: () => books.lastBatch,
  }
}

/** What was there before anything was appended here. It bounds what is taken in and nothing else, so that not knowing it does no harm. */
async function countWaiting(inbox: Pick<Inbox, 'depth'>, books: Books): Promise<void> {
  const { messages, bytes } = await inbox.depth().catch(() => ({ messages: 0, bytes: 0 }))
  books.messages += messages
  books.bytes += bytes
}

/** False if it could not be written. What was to be removed then waits for the next batch. */
async function writeBatch(inbox: Pick<Inbox, 'commit'>, books: Books): Promise<boolean> {
  const { append, remove } = books
  books.append = []
  books.remove = []
  try {
    const places = await inbox.commit({ append: append.map(({ what }) => what), remove: remove.map(({ what }) => what.seq) })
    if (append.length > 0) books.lastBatch = append.length
    for (const [index, waiting] of append.entries()) keepCount(books, waiting, places[index] ?? 0)
    for (const { what, resolve } of remove) {
      books.messages -= 1
      books.bytes -= what.body.length
      resolve(undefined)
    }
    return true
  } catch (error) {
    books.remove.unshift(...remove)
    for (const { reject } of append) reject(error)
    return false
  }
}

function keepCount(books: Books, { what, resolve }: Waiting<Message, number>, seq: number): void {
  if (seq > books.last) {
    books.last = seq
    books.messages += 1
    books.bytes += what.body.length
  }
  resolve(seq)
}
