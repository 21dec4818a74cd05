/** One record of a log that is a chain of hashes, as far as its hash says anything of it. `body` is the JSON text that was hashed. */
export interface ChainedText {
  readonly seq: number
  /** Epoch milliseconds. */
  readonly at: number
  readonly kind: string
  /** Something happened, a policy chose, or, in a log of its own, somebody acted. */
  readonly form: 'fact' | 'choice' | 'act'
  readonly body: string
  readonly prevHash: string
}

/** What a record says whose body was erased; no JSON text is this. Its hash, by which it is linked, stays. */
export const ERASED = 'erased'

/** `prevHash` of the first record. */
export const GENESIS = '0'.repeat(64)

/**
 * The text whose hex SHA-256 is the hash of a record: everything that must not change, the previous hash included. A fact is hashed as facts were before
 * there were choices.
 */
export function chainedText({ seq, at, kind, form, body, prevHash }: ChainedText): string {
  const fact = [seq, at, kind, body, prevHash]
  return JSON.stringify(form === 'fact' ? fact : [form, ...fact])
}
