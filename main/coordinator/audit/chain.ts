import { sha256Hex } from '../../kernel/signing.ts'

/** One record of a log of the coordinator's. `body` is the JSON text that was hashed; nothing is ever re-serialised. */
export interface Chained {
  readonly seq: number
  /** Epoch milliseconds. */
  readonly at: number
  readonly kind: string
  /** Something happened, a policy chose, or, in a log of its own, somebody acted. */
  readonly form: 'fact' | 'choice' | 'act'
  readonly body: string
  readonly prevHash: string
  readonly hash: string
}

/** One record of the log of decisions. */
export interface Decision extends Chained {
  readonly form: 'fact' | 'choice'
}

/** What a record says whose body was erased; no JSON text is this. Its hash, by which it is linked, stays. */
export const ERASED = 'erased'

/** `prevHash` of the first record. */
const GENESIS = '0'.repeat(64)

/** Hex SHA-256 over everything that must not change, the previous hash included. A fact is hashed as facts were before there were choices. */
function recordHash({ seq, at, kind, form, body, prevHash }: Omit<Chained, 'hash'>): string {
  const fact = [seq, at, kind, body, prevHash]
  return sha256Hex(JSON.stringify(form === 'fact' ? fact : [form, ...fact]))
}

export function nextRecord<R extends Pick<Chained, 'at' | 'kind' | 'form' | 'body'>>(last: Pick<Chained, 'seq' | 'hash'> | null, record: R): R & Chained {
  const next = { ...record, seq: (last?.seq ?? 0) + 1, prevHash: last?.hash ?? GENESIS }
  return { ...next, hash: recordHash(next) }
}

/** Whether a record is as it was hashed. */
export const isIntact = (record: Chained): boolean => record.hash === recordHash(record)

/** Whether a record is the one that was appended right after `last`. */
export const follows = (record: Chained, last: Pick<Chained, 'seq' | 'hash'> | null): boolean =>
  record.seq === (last?.seq ?? 0) + 1 && record.prevHash === (last?.hash ?? GENESIS)
