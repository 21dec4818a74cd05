import type { auditCalls } from '../../../shared/contract/audit.ts'
import type { Called } from './callers.ts'
import type { CoordinatorParts } from './parts.ts'

/** The log of acts. */
export const auditHandlers = ({ audit }: Pick<CoordinatorParts, 'audit'>): Called<keyof typeof auditCalls> => ({
  listActs: (page) => audit.list(page),
  getAct: ({ seq }) => audit.show(seq),
  exportActs: (page) => audit.export(page),
  getActHead: () => audit.head(),
})
