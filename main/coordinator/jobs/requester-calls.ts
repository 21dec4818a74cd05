import type { JobSpec, JobView } from '../../../shared/contract/job.ts'
import type { After } from '../../../shared/contract/job-links.ts'
import { createAdmit } from './admission/admit.ts'
import { type JobArrays, createJobArrays } from './arrays/arrays.ts'
import type { Dispatch, DispatchDeps } from './dispatch.ts'
import { checkInputs } from './inputs.ts'
import type { JobPage } from './jobs-page.store.ts'
import type { OpenAdmissionDesk } from './ports.ts'
import { cancelJob, checkSpec, listJobs, viewJob } from './requests.ts'
import { type Submission, createAccept, submitJob } from './submitting.ts'
import { type Templates, createTemplates } from './templates/templates.ts'

export interface RequesterDeps {
  readonly hasBlob: (digest: string) => Promise<boolean>
  /** The length of what was uploaded under a digest, `null` if nothing was. */
  readonly bytesOf: (digest: string) => Promise<number | null>
  /** The largest output that a job may leave. */
  readonly maxOutputBytes: number
  /** Whether a job that names a model runs that model. Error: `input.invalid`. */
  readonly checkModel: (spec: JobSpec) => Promise<void>
  readonly openDesk: OpenAdmissionDesk
}

/** What requesters ask of jobs. */
export interface RequesterCalls {
  readonly submit: (submission: Submission) => Promise<JobView>
  readonly plan: Dispatch['plan']
  readonly view: (requesterId: string, jobId: string) => Promise<JobView>
  readonly list: (page: JobPage) => Promise<{ items: JobView[]; next: string | null }>
  readonly cancel: (requesterId: string, jobId: string) => Promise<JobView>
  readonly templates: Templates
  readonly arrays: JobArrays
}

export function createRequesterCalls(deps: DispatchDeps & RequesterDeps, dispatch: Pick<Dispatch, 'plan' | 'wake'>): RequesterCalls {
  const { db, clock, push, renewals, maxOutputBytes } = deps
  const checkAlone = async (spec: JobSpec, hasBlob: RequesterDeps['hasBlob']) => {
    await checkSpec(spec, { now: clock.now(), hasBlob, maxOutputBytes })
    await deps.checkModel(spec)
  }
  const check = async (spec: JobSpec, after: After = []) => {
    await checkAlone(spec, deps.hasBlob)
    await checkInputs(spec, after, deps.bytesOf)
  }
  const desk = { check, admit: createAdmit(deps), accept: createAccept(deps) }
  const cancelOne = async (requesterId: string, jobId: string) => {
    const attempt = await cancelJob(deps, requesterId, jobId)
    if (!attempt) return
    renewals.forget(attempt.leaseId)
    push.cancel(attempt.nodeId, { leaseId: attempt.leaseId, reason: 'cancelled' })
  }
  return {
    async submit(submission) {
      const submitted = await submitJob(deps, submission, desk)
      dispatch.wake()
      return submitted
    },
    async plan(spec) {
      // A plan costs nothing, so it does not ask for the upload that running will need.
      await checkAlone(spec, async () => true)
      return dispatch.plan(spec)
    },
    view: (requesterId, jobId) => viewJob(db, requesterId, jobId),
    list: (page) => listJobs(db, page),
    async cancel(requesterId, jobId) {
      await cancelOne(requesterId, jobId)
      dispatch.wake()
      return viewJob(db, requesterId, jobId)
    },
    templates: createTemplates({ db, clock, check }),
    arrays: createJobArrays({ ...deps, ...desk, cancelJob: cancelOne, wake: dispatch.wake }),
  }
}
