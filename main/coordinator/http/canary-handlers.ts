import type { canaryCalls } from '../../../shared/contract/canary.ts'
import { requesterOf } from './callers.ts'
import type { CoordinatorHandlers, CoordinatorParts } from './parts.ts'

export const canaryHandlers = ({ canaries }: Pick<CoordinatorParts, 'canaries'>): Pick<CoordinatorHandlers, keyof typeof canaryCalls> => ({
  addCanary: (canary, caller) => canaries.add(requesterOf(caller), canary),
  listCanaries: (page, caller) => canaries.list(requesterOf(caller), page),
  removeCanary: (order, caller) => canaries.remove(requesterOf(caller), order),
})
