import type { logCalls } from '../../../shared/contract/log.ts'
import { type Called, viewerOf } from './callers.ts'
import type { CoordinatorParts } from './parts.ts'

/** The log of receipts. */
export const logHandlers = ({ log }: Pick<CoordinatorParts, 'log'>): Called<keyof typeof logCalls> => ({
  treeHead: async (asked) => ({ treeHead: await log.head(asked) }),
  logInclusion: log.inclusion,
  logConsistency: async ({ from, to }) => ({ hashes: await log.consistency(from, to) }),
  logLeaves: log.leaves,
  logEntries: (page, caller) => log.entries(viewerOf(caller), page),
  logHeads: log.heads,
  logAnchors: log.anchors,
})
