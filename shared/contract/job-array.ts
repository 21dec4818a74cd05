/** Many jobs in one: submitted together, accepted whole or not at all, followed and cancelled together. */
import { z } from 'zod'
import { call } from './define.ts'
import { http } from './http-binding.ts'
import { JobSpec, JobState } from './job.ts'
import { AdmissionRule, After, ArrayId, TemplateId } from './job-links.ts'
import { Parameters, TemplateUse } from './job-template.ts'
import { DecimalString, IsoTime, pageOf } from './wire.ts'

export const MAX_ARRAY_JOBS = 10_000

const Index = z.number().int().min(0).max(999_999_999)
const Range = z
  .strictObject({ from: Index, to: Index })
  .refine(({ from, to }) => from <= to, 'the first index is not above the last')
  .refine(({ from, to }) => to - from < MAX_ARRAY_JOBS, `an array has at most ${MAX_ARRAY_JOBS} jobs`)

export const ArraySubmission = z
  .strictObject({
    arrayId: ArrayId,
    /** `{index}`, and each parameter of `rows`, in its arguments and environment is put in for each job. */
    spec: JobSpec.optional(),
    template: TemplateUse.optional(),
    /** One job for each index. */
    range: Range.optional(),
    /** One job for each row, with the indexes 0, 1, 2 …; all rows have the same parameters. */
    rows: z.array(Parameters).min(1).max(MAX_ARRAY_JOBS).optional(),
    after: After.optional(),
    /** Whether all of them can be done by their deadline is judged together. */
    admission: AdmissionRule.optional(),
  })
  .refine(({ spec, template }) => (spec === undefined) !== (template === undefined), 'give a job or a template, not both')
  .refine(({ range, rows }) => (range === undefined) !== (rows === undefined), 'give a range of indexes or rows of parameters, not both')
export type ArraySubmission = z.infer<typeof ArraySubmission>

export const ArrayView = z.strictObject({
  arrayId: ArrayId,
  name: z.string(),
  submittedAt: IsoTime,
  /** `null` if it was made from a job, not from a template. */
  template: TemplateId.nullable(),
  jobs: z.number().int(),
  /** How many jobs are in each state; a state without any is left out. */
  states: z.partialRecord(JobState, z.number().int()),
  /** Jobs that have ended, however. */
  ended: z.number().int(),
  /** What was paid for its jobs so far. */
  priceMicroUsd: DecimalString,
})
export type ArrayView = z.infer<typeof ArrayView>

export const arrayCalls = {
  submitArray: call(
    ArraySubmission,
    ArrayView,
    http('POST', '/v1/arrays', 'jobs.write', 'Submit up to 10,000 jobs at once, all or none; repeating the same id is harmless'),
  ),
  listArrays: call(
    z.strictObject({ after: z.string().max(128).nullable().default(null), limit: z.coerce.number().int().min(1).max(200).default(50) }),
    pageOf(ArrayView),
    http('GET', '/v1/arrays', 'jobs.read', 'Your arrays of jobs, newest first'),
  ),
  getArray: call(z.strictObject({ arrayId: ArrayId }), ArrayView, http('GET', '/v1/arrays/{arrayId}', 'jobs.read', 'How far an array of jobs is')),
  cancelArray: call(
    z.strictObject({ arrayId: ArrayId }),
    ArrayView,
    http('POST', '/v1/arrays/{arrayId}/cancel', 'jobs.write', 'Cancel every job of an array that has not finished'),
  ),
}
