import type { Presence } from '../../../shared/contract/node.ts'
import type { JobSpec, JobState, JobView, Lease, YieldReason } from '../../../shared/contract/job.ts'
import type { RuntimeName } from '../../../shared/contract/wire.ts'
import { WindfallError } from '../../../shared/errors.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { createAttemptsStore } from './attempts.store.ts'
import { type AttemptFailure, type Dropped, type LeaseClaim, failAttempt, renewLeases, startAttempt } from './attempts.ts'
import { askBack } from './asking-back.ts'
import { type Dispatch, type DispatchDeps, createDispatch } from './dispatch.ts'
import { createRenewals } from './leases.ts'
import { holdsArchive, offeredLeases } from './leasing.ts'
import { type Submission, cancelJob, checkSpec, listJobs, submitJob, viewJob } from './requests.ts'
import {
  type AttemptUnderProof,
  type GivenBack,
  type VerifiedResult,
  attemptUnderProof,
  awaitReceipt,
  beginVerification,
  completeJob,
  giveBackRun,
  rejectResult,
} from './verification.ts'

export interface JobsDeps extends Omit<DispatchDeps, 'renewals'> {
  readonly hasBlob: (digest: string) => Promise<boolean>
}

interface Page {
  readonly requesterId: string
  readonly state: JobState | null
  readonly after: string | null
  readonly limit: number
}

/** What requesters ask, what agents report, and what the check of a proof needs. */
export interface Jobs extends Dispatch {
  readonly submit: (submission: Submission) => Promise<JobView>
  readonly view: (requesterId: string, jobId: string) => Promise<JobView>
  readonly list: (page: Page) => Promise<{ items: JobView[]; next: string | null }>
  readonly cancel: (requesterId: string, jobId: string) => Promise<JobView>
  /** Renews what the agent holds, and offers again what it was given and does not mention. */
  readonly renew: (nodeId: string, running: Presence['running']) => Promise<Dropped>
  /** Leases this node was given and has not begun. */
  readonly offered: (nodeId: string) => Promise<Lease[]>
  /** Whether this node holds a job that runs the archive with this digest. */
  readonly holdsArchive: (nodeId: string, digest: string) => Promise<boolean>
  /** Nodes that hold a lease, or lost one at or after `since` because they fell silent. */
  readonly holders: (since: number) => Promise<ReadonlySet<string>>
  readonly request: (nodeId: string, runtimes: readonly RuntimeName[]) => Promise<Lease | null>
  readonly start: (claim: LeaseClaim) => Promise<void>
  readonly fail: (failure: AttemptFailure) => Promise<void>
  /** Asks the node that runs a job to save where it is and end, now and whenever it reports that it still runs. One that does not run is left alone. */
  readonly askBack: (leaseId: string, reason: YieldReason) => Promise<void>
  readonly attempt: (db: Db | Tx, claim: LeaseClaim) => Promise<AttemptUnderProof | null>
  readonly beginVerification: (tx: Tx, leaseId: string) => Promise<void>
  readonly awaitReceipt: (tx: Tx, wait: { readonly leaseId: string; readonly reason: string; readonly message: string }) => Promise<void>
  readonly completeJob: (tx: Tx, result: VerifiedResult) => Promise<void>
  readonly giveBack: (tx: Tx, run: GivenBack) => Promise<void>
  readonly rejectResult: (tx: Tx, result: { readonly leaseId: string; readonly reason: string; readonly message: string }) => Promise<void>
}

interface Wired {
  readonly deps: DispatchDeps
  readonly dispatch: Dispatch
  readonly hasBlob: (digest: string) => Promise<boolean>
}

type Part<K extends keyof Jobs> = Pick<Jobs, K>

function requesterCalls({ deps, dispatch, hasBlob }: Wired): Part<'submit' | 'plan' | 'view' | 'list' | 'cancel'> {
  const { db, clock, push, renewals } = deps
  const check = (spec: JobSpec, isUploaded: (digest: string) => Promise<boolean>) => checkSpec(spec, { now: clock.now(), hasBlob: isUploaded })
  return {
    async submit(submission) {
      // A repeated submission is not checked again: its deadline may have passed meanwhile.
      if (!(await viewJob(db, submission.requesterId, submission.jobId).catch(ignoreMissing))) await check(submission.spec, hasBlob)
      const submitted = await submitJob(deps, submission)
      dispatch.wake()
      return submitted
    },
    async plan(spec) {
      // A plan costs nothing, so it does not ask for the upload that running will need.
      await check(spec, async () => true)
      return dispatch.plan(spec)
    },
    view: (requesterId, jobId) => viewJob(db, requesterId, jobId),
    list: (page) => listJobs(db, page),
    async cancel(requesterId, jobId) {
      const attempt = await cancelJob(deps, requesterId, jobId)
      if (attempt) {
        renewals.forget(attempt.leaseId)
        push.cancel(attempt.nodeId, { leaseId: attempt.leaseId, reason: 'cancelled' })
      }
      dispatch.wake()
      return viewJob(db, requesterId, jobId)
    },
  }
}

function agentCalls({ deps, dispatch }: Wired): Part<'renew' | 'offered' | 'holdsArchive' | 'holders' | 'request' | 'start' | 'fail' | 'askBack'> {
  const { renewals, push } = deps
  const offered = (nodeId: string) => offeredLeases(deps.db, nodeId, deps.leaseTtlMs)
  return {
    offered,
    holdsArchive: (nodeId, digest) => holdsArchive(deps.db, nodeId, digest),
    holders: (since) => createAttemptsStore(deps.db).holders(since),
    async renew(nodeId, running) {
      const dropped = await renewLeases(deps, renewals, { nodeId, running })
      const listed = new Set(running.map(({ leaseId }) => leaseId))
      for (const lease of await offered(nodeId)) if (!listed.has(lease.leaseId)) push.lease(nodeId, lease)
      return dropped
    },
    async request(nodeId, runtimes) {
      const fits = (lease: Lease) => runtimes.includes(lease.spec.runtime.name)
      const waiting = (await offered(nodeId)).find(fits)
      if (waiting) return waiting
      await dispatch.round()
      return (await offered(nodeId)).find(fits) ?? null
    },
    async start(claim) {
      await startAttempt(deps, claim)
      renewals.renew(claim.leaseId)
    },
    askBack: (leaseId, reason) => askBack(deps, leaseId, reason),
    async fail(failure) {
      await failAttempt(deps, failure)
      renewals.forget(failure.leaseId)
      dispatch.wake()
    },
  }
}

const proofCalls = ({ deps, dispatch }: Wired): Part<'attempt' | 'beginVerification' | 'awaitReceipt' | 'completeJob' | 'giveBack' | 'rejectResult'> => ({
  attempt: attemptUnderProof,
  async beginVerification(tx, leaseId) {
    await beginVerification(deps, tx, leaseId)
    deps.renewals.renew(leaseId)
  },
  awaitReceipt: (tx, wait) => awaitReceipt(deps, tx, wait),
  async completeJob(tx, result) {
    await completeJob(deps, tx, result)
    deps.renewals.forget(result.leaseId)
    dispatch.wake()
  },
  async giveBack(tx, run) {
    await giveBackRun(deps, tx, run)
    deps.renewals.forget(run.leaseId)
    dispatch.wake()
  },
  async rejectResult(tx, result) {
    await rejectResult(deps, tx, result)
    deps.renewals.forget(result.leaseId)
    dispatch.wake()
  },
})

/** The jobs feature in one piece. */
export function createJobs(given: JobsDeps): Jobs {
  const deps: DispatchDeps = { ...given, renewals: createRenewals(given.clock, given.leaseTtlMs) }
  const wired = { deps, dispatch: createDispatch(deps), hasBlob: given.hasBlob }
  return { ...wired.dispatch, ...requesterCalls(wired), ...agentCalls(wired), ...proofCalls(wired) }
}

const ignoreMissing = (error: unknown): null => {
  if (error instanceof WindfallError && error.code === 'not-found') return null
  throw error
}
