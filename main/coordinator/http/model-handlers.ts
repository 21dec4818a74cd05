import type { modelCalls } from '../../../shared/contract/model.ts'
import { byOf } from './callers.ts'
import type { CoordinatorHandlers, CoordinatorParts } from './parts.ts'

export const modelHandlers = ({ models }: Pick<CoordinatorParts, 'models'>): Pick<CoordinatorHandlers, keyof typeof modelCalls> => ({
  addModel: (model, caller) => models.add(byOf(caller), model),
  listModels: models.list,
  getModel: models.show,
})
