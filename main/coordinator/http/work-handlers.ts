import type { workCalls } from '../../../shared/contract/work.ts'
import { type Called, byOf, requesterOf, viewerOf } from './callers.ts'
import type { WorkParts } from './work-parts.ts'

/** Jobs as they are looked after, by their requesters and by operators. */
export const workHandlers = ({ work }: { readonly work: WorkParts }): Called<keyof typeof workCalls> => ({
  browseJobs: (page, caller) => work.browse(viewerOf(caller), page),
  getWork: ({ jobId }, caller) => work.show(viewerOf(caller), jobId),
  requeueJob: (order, caller) => work.again(requesterOf(caller), byOf(caller), order),
  requeueWork: (order, caller) => work.requeue(byOf(caller), order),
  takeBackWork: (order, caller) => work.takeBack(byOf(caller), order),
})
