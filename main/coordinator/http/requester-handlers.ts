import { type Called, byOf, principalOf } from './callers.ts'
import type { CoordinatorParts } from './parts.ts'

export const requesterAdminCalls = ({
  requesters,
  approvals: { acts },
}: CoordinatorParts): Called<'addRequester' | 'listRequesters' | 'weighRequester' | 'fundRequester'> => ({
  addRequester: (order, caller) => requesters.add(principalOf(caller), order),
  listRequesters: (page) => requesters.list(page),
  weighRequester: (order, caller) => requesters.weigh(byOf(caller), order),
  fundRequester: (order, caller) => acts.fund(principalOf(caller), order),
})
