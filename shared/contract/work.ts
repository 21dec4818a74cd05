/** Jobs as they are looked after: what waits, runs and ended, without what they are made of; and doing one over. */
import { z } from 'zod'
import { call } from './define.ts'
import { http } from './http-binding.ts'
import { JobKind, JobState, JobView } from './job.ts'
import { ArrayPlace, TemplateId } from './job-links.ts'
import { NamePart, SeveralZones, severalOf } from './several.ts'
import { DecimalString, Id, IsoTime, KeyId, UnsignedDecimal, Zone, pageOf } from './wire.ts'

export const JobSummary = z.strictObject({
  jobId: Id,
  requesterId: Id,
  kind: JobKind,
  name: z.string().max(120),
  state: JobState,
  /** Why it waits or why it ended, as in the view of a job. */
  reason: z.string().max(80).nullable(),
  message: z.string().max(500).nullable(),
  submittedAt: IsoTime,
  updatedAt: IsoTime,
  deadline: IsoTime,
  priority: z.number().int(),
  /** Where it was planned or run last; both `null` for one that never was. */
  zone: Zone.nullable(),
  nodeId: KeyId.nullable(),
  maxMicroUsd: UnsignedDecimal,
  priceMicroUsd: DecimalString.nullable(),
  receiptId: Id.nullable(),
  array: ArrayPlace.nullable(),
  template: TemplateId.nullable(),
  /** The job that this one does over, and the one that does this one over. */
  againOf: Id.nullable(),
  doneAgainAs: Id.nullable(),
})
export type JobSummary = z.infer<typeof JobSummary>

export const JobDetail = z.strictObject({
  ...JobSummary.shape,
  plan: JobView.shape.plan,
  attempts: JobView.shape.attempts,
  quorum: JobView.shape.quorum,
})
export type JobDetail = z.infer<typeof JobDetail>

/** What jobs are looked for by; what is left out does not matter. */
export const JobFilters = {
  /** One or more states, separated by commas. */
  state: severalOf(JobState.options).nullable().default(null),
  kind: severalOf(JobKind.options).optional(),
  /** Where they were planned or run last. */
  zone: SeveralZones.optional(),
  /** A machine that was given the job. */
  node: KeyId.optional(),
  /** A part of the name, or the beginning of the id. */
  search: NamePart.optional(),
  /** Submitted from then on, and before then. */
  since: IsoTime.optional(),
  until: IsoTime.optional(),
}

const reason = z.string().min(1).max(200)

export const workCalls = {
  browseJobs: call(
    z.strictObject({
      ...JobFilters,
      /** Of somebody else only for operators. */
      requester: Id.optional(),
      after: z.string().max(128).nullable().default(null),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    pageOf(JobSummary),
    http(
      'GET',
      '/v1/job-states',
      'work.read',
      'Jobs in short, newest first; for operators those of everybody. A page that is not full is not the last unless its next is null',
    ),
  ),
  getWork: call(
    z.strictObject({ jobId: Id }),
    JobDetail,
    http('GET', '/v1/job-states/{jobId}', 'work.read', 'How a job stands and what was tried, without what it is made of; for operators that of anybody'),
  ),
  requeueJob: call(
    z.strictObject({
      jobId: Id,
      /** The id of the new job. Repeating it is harmless. */
      newJobId: Id,
      /** Of the new job; left out: as long after now as the first one had. */
      deadline: IsoTime.optional(),
    }),
    JobView,
    http('POST', '/v1/jobs/{jobId}/requeue', 'jobs.write', 'Submit a job of yours again that failed, expired or was cancelled, under a new id'),
  ),
  requeueWork: call(
    z.strictObject({ jobId: Id, newJobId: Id, deadline: IsoTime.optional(), reason }),
    JobDetail,
    http(
      'POST',
      '/v1/job-states/{jobId}/requeue',
      'work.write',
      'Submit a job of anybody again that failed, expired or was cancelled, at its requester’s expense; only for operators',
    ),
  ),
  takeBackWork: call(
    z.strictObject({ jobId: Id, reason }),
    JobDetail,
    http(
      'POST',
      '/v1/job-states/{jobId}/take-back',
      'work.write',
      'Take a job back from the machine that has it, to be planned anew; no fault of that machine. Only for operators',
    ),
  ),
}
