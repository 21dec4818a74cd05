import { type Called, requesterOf } from './callers.ts'
import type { CoordinatorParts } from './parts.ts'

export const templateCalls = ({ jobs: { templates } }: CoordinatorParts): Called<'saveTemplate' | 'listTemplates' | 'getTemplate' | 'deleteTemplate'> => ({
  saveTemplate: (template, caller) => templates.save(requesterOf(caller), template),
  listTemplates: (page, caller) => templates.list(requesterOf(caller), page),
  getTemplate: (asked, caller) => templates.show(requesterOf(caller), asked),
  deleteTemplate: async ({ name }, caller) => {
    await templates.remove(requesterOf(caller), name)
    return {}
  },
})

export const arrayCalls = ({ jobs: { arrays } }: CoordinatorParts): Called<'submitArray' | 'listArrays' | 'getArray' | 'cancelArray'> => ({
  submitArray: (submission, caller) => arrays.submit(requesterOf(caller), submission),
  listArrays: (page, caller) => arrays.list(requesterOf(caller), page),
  getArray: ({ arrayId }, caller) => arrays.view(requesterOf(caller), arrayId),
  cancelArray: ({ arrayId }, caller) => arrays.cancel(requesterOf(caller), arrayId),
})
