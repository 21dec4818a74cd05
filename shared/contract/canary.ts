/** Jobs whose answer the operator knows: given to nodes among all others, to see who comes to it. */
import { z } from 'zod'
import { call } from './define.ts'
import { http } from './http-binding.ts'
import { JobSpec } from './job.ts'
import { Id, IsoTime, Sha256Hex, pageOf } from './wire.ts'

/** What a node made of one. `unanswered`: nothing, which says little, since owners take their machines back. */
const CanaryVerdict = z.enum(['right', 'wrong', 'unanswered'])
export type CanaryVerdict = z.infer<typeof CanaryVerdict>

export const CanaryView = z.strictObject({
  canaryId: Id,
  name: z.string(),
  image: z.string(),
  outputSha256: Sha256Hex,
  addedAt: IsoTime,
  /** How often it was given, and what came of that; the rest is under way. */
  given: z.number().int().min(0),
  right: z.number().int().min(0),
  wrong: z.number().int().min(0),
  unanswered: z.number().int().min(0),
})
export type CanaryView = z.infer<typeof CanaryView>

export const canaryCalls = {
  addCanary: call(
    z.strictObject({
      canaryId: Id,
      /** What the nodes are given, each time with as much time before its deadline as now. */
      spec: JobSpec,
      outputSha256: Sha256Hex,
    }),
    CanaryView,
    http('POST', '/v1/canaries', 'canaries.write', 'Add a job with a known answer, to be given to nodes among all others; only for the operator'),
  ),
  listCanaries: call(
    z.strictObject({ after: z.string().max(128).nullable().default(null), limit: z.coerce.number().int().min(1).max(200).default(50) }),
    pageOf(CanaryView),
    http('GET', '/v1/canaries', 'canaries.read', 'Jobs with a known answer, and how nodes did at them; only for the operator'),
  ),
  removeCanary: call(
    z.strictObject({ canaryId: Id }),
    CanaryView,
    http('POST', '/v1/canaries/{canaryId}/remove', 'canaries.write', 'Give this one to nobody any more; only for the operator'),
  ),
}
