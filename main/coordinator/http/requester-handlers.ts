import { type Called, requesterOf } from './callers.ts'
import type { CoordinatorParts } from './parts.ts'

export const requesterAdminCalls = ({ requesters }: CoordinatorParts): Called<'addRequester' | 'listRequesters' | 'weighRequester' | 'fundRequester'> => ({
  addRequester: (order, caller) => requesters.add(requesterOf(caller), order),
  listRequesters: (page, caller) => requesters.list(requesterOf(caller), page),
  weighRequester: (order, caller) => requesters.weigh(requesterOf(caller), order),
  fundRequester: (order, caller) => requesters.fund(requesterOf(caller), order),
})
