import { type ChainedText, GENESIS, chainedText } from '../../../shared/domain/chained-text.ts'
import { sha256Hex } from '../../kernel/signing.ts'

/** One record of a log of the coordinator's. `body` is the JSON text that was hashed; nothing is ever re-serialised. */
export interface Chained extends ChainedText {
  readonly hash: string
}

/** One record of the log of decisions. */
export interface Decision extends Chained {
  readonly form: 'fact' | 'choice'
}

/** Hex SHA-256 over everything that must not change, the previous hash included. */
const recordHash = (record: Omit<Chained, 'hash'>): string => sha256Hex(chainedText(record))

export function nextRecord<R extends Pick<Chained, 'at' | 'kind' | 'form' | 'body'>>(last: Pick<Chained, 'seq' | 'hash'> | null, record: R): R & Chained {
  const next = { ...record, seq: (last?.seq ?? 0) + 1, prevHash: last?.hash ?? GENESIS }
  return { ...next, hash: recordHash(next) }
}

/** Whether a record is as it was hashed. */
export const isIntact = (record: Chained): boolean => record.hash === recordHash(record)

/** Whether a record is the one that was appended right after `last`. */
export const follows = (record: Chained, last: Pick<Chained, 'seq' | 'hash'> | null): boolean =>
  record.seq === (last?.seq ?? 0) + 1 && record.prevHash === (last?.hash ?? GENESIS)
