/** Ids that this machine knows by itself. */
import { readReceipts } from '../receipt-files.ts'
import { RULES } from '../rules.ts'
import type { Id } from './ids.ts'

export const receiptIdsOn = (dataDirectory: string): readonly Id[] =>
  readReceipts(dataDirectory).receipts.map(({ predicate }) => ({ id: predicate.receiptId, says: `${predicate.issuedAt.slice(0, 16)} ${predicate.zone}` }))

export const ruleIds = (): readonly Id[] => RULES.map(({ name, what }) => ({ id: name, says: what }))
