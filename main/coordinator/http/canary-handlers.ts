import type { canaryCalls } from '../../../shared/contract/canary.ts'
import { byOf } from './callers.ts'
import type { CoordinatorHandlers, CoordinatorParts } from './parts.ts'

export const canaryHandlers = ({ canaries }: Pick<CoordinatorParts, 'canaries'>): Pick<CoordinatorHandlers, keyof typeof canaryCalls> => ({
  addCanary: (canary, caller) => canaries.add(byOf(caller), canary),
  listCanaries: (page) => canaries.list(page),
  removeCanary: (order, caller) => canaries.remove(byOf(caller), order),
})
