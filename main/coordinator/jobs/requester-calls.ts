import type { JobSpec, JobView } from '../../../shared/contract/job.ts'
import type { After } from '../../../shared/contract/job-links.ts'
import { type AgainOrder, doAgain } from './again.ts'
import { createAdmit } from './admission/admit.ts'
import { type JobArrays, createJobArrays } from './arrays/arrays.ts'
import type { Dispatch, DispatchDeps } from './dispatch.ts'
import { checkInputs } from './inputs.ts'
import { type AskedJobs, pageOfAsked } from './asked.ts'
import type { OpenAdmissionDesk } from './ports.ts'
import { cancelJob, checkSpec, listJobs, viewJob } from './requests.ts'
import { type Submission, createAccept, submitJob } from './submitting.ts'
import { type TakeBackOrder, takeOneBack } from './taking-one-back.ts'
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
  readonly list: (page: { readonly requesterId: string } & AskedJobs) => Promise<{ items: JobView[]; next: string | null }>
  readonly cancel: (requesterId: string, jobId: string) => Promise<JobView>
  readonly templates: Templates
  readonly arrays: JobArrays
  /** Submits a job again that ended without a result. `requesterId`: whose it has to be; `null`: anybody's. */
  readonly doAgain: (requesterId: string | null, order: AgainOrder) => Promise<void>
  /** Takes a job of anybody back to the queue. */
  readonly takeOneBack: (order: TakeBackOrder) => Promise<void>
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
    list: ({ requesterId, ...asked }) => listJobs(db, pageOfAsked(requesterId, asked)),
    async cancel(requesterId, jobId) {
      await cancelOne(requesterId, jobId)
      dispatch.wake()
      return viewJob(db, requesterId, jobId)
    },
    async doAgain(requesterId, order) {
      await doAgain({ ...deps, ...desk }, requesterId, order)
      dispatch.wake()
    },
    async takeOneBack(order) {
      const attempt = await takeOneBack(deps, order)
      if (attempt) {
        renewals.forget(attempt.leaseId)
        push.cancel(attempt.nodeId, { leaseId: attempt.leaseId, reason: 'lost' })
      }
      dispatch.wake()
    },
    templates: createTemplates({ db, clock, check }),
    arrays: createJobArrays({ ...deps, ...desk, cancelJob: cancelOne, wake: dispatch.wake }),
  }
}
