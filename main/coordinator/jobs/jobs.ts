import type { Presence } from '../../../shared/contract/node.ts'
import type { Lease, YieldReason } from '../../../shared/contract/job.ts'
import type { RuntimeName } from '../../../shared/contract/wire.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { type Attempt, createAttemptsStore } from './attempts.store.ts'
import { type AttemptFailure, type Dropped, type LeaseClaim, failAttempt, renewLeases, startAttempt } from './attempts.ts'
import { askBack } from './asking-back.ts'
import { type Dispatch, type DispatchDeps, createDispatch } from './dispatch.ts'
import { type HeldResult, type UnconfirmedResult, completeUnconfirmed, failUndecided, holdResult } from './holding.ts'
import { createRenewals } from './leases.ts'
import { holdsArchive, offeredLeases } from './leasing.ts'
import { createTokens } from './tokens.ts'
import { type RequesterCalls, type RequesterDeps, createRequesterCalls } from './requester-calls.ts'
import { type TakingBack, takeBack } from './taking-back.ts'
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

export interface JobsDeps extends Omit<DispatchDeps, 'renewals' | 'nextToken'>, RequesterDeps {
  /** Under which epoch this coordinator gives leases out; `null` while another one does. */
  readonly leaseEpoch: () => number | null
  /** The database as what runs by itself writes to it: only while this coordinator is the one that runs it. */
  readonly loopDb: Db
}

/** What requesters ask, what agents report, and what the check of a proof needs. */
export interface Jobs extends Dispatch, RequesterCalls {
  /** Renews what the agent holds, and offers again what it was given and does not mention. */
  readonly renew: (nodeId: string, running: Presence['running']) => Promise<Dropped>
  /** Another coordinator over the same database has renewed these. */
  readonly heardElsewhere: (running: Presence['running']) => void
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
  /** Ends what a node holds that may not go on with it. */
  readonly takeBack: (tx: Tx, order: TakingBack) => Promise<void>
  readonly attempt: (db: Db | Tx, claim: LeaseClaim) => Promise<AttemptUnderProof | null>
  readonly beginVerification: (tx: Tx, leaseId: string) => Promise<void>
  readonly awaitReceipt: (tx: Tx, wait: { readonly leaseId: string; readonly reason: string; readonly message: string }) => Promise<void>
  readonly completeJob: (tx: Tx, result: VerifiedResult) => Promise<void>
  readonly holdResult: (tx: Tx, held: HeldResult) => Promise<void>
  readonly failUndecided: (tx: Tx, of: { readonly jobId: string; readonly message: string }) => Promise<void>
  readonly completeUnconfirmed: (tx: Tx, result: UnconfirmedResult) => Promise<void>
  readonly giveBack: (tx: Tx, run: GivenBack) => Promise<void>
  readonly rejectResult: (tx: Tx, result: { readonly leaseId: string; readonly reason: string; readonly message: string }) => Promise<void>
}

interface Wired {
  readonly deps: DispatchDeps
  readonly dispatch: Dispatch
  /** Whether it is this coordinator that gives leases out. */
  readonly givesOut: () => boolean
}

type Part<K extends keyof Jobs> = Pick<Jobs, K>

function agentCalls({
  deps,
  dispatch,
  givesOut,
}: Wired): Part<'renew' | 'heardElsewhere' | 'offered' | 'holdsArchive' | 'holders' | 'request' | 'start' | 'fail' | 'askBack' | 'takeBack'> {
  const { renewals, push } = deps
  const offered = (nodeId: string) => offeredLeases(deps.db, nodeId, deps.leaseTtlMs)
  return {
    offered,
    heardElsewhere: (running) => {
      for (const { leaseId } of running) renewals.renew(leaseId)
    },
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
      const first = async () => (await offered(nodeId)).find(fits) ?? null
      const waiting = await first()
      if (waiting || !givesOut()) return waiting
      const looked: { at?: Lease | null } = {}
      const given = await dispatch.pull(nodeId, async () => (looked.at = await first()) !== null)
      if (given && fits(given)) return given
      return looked.at === undefined ? first() : looked.at
    },
    async start(claim) {
      await startAttempt(deps, claim)
      renewals.renew(claim.leaseId)
    },
    askBack: (leaseId, reason) => askBack(deps, leaseId, reason),
    takeBack: (tx, order) => takeBack(deps, tx, order),
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

/** Whoever works on a job that is over is told. */
const dropOpen = ({ deps, dispatch }: Wired, attempt: Attempt | null): void => {
  if (attempt) {
    deps.renewals.forget(attempt.leaseId)
    if (attempt.state !== 'verifying') deps.push.cancel(attempt.nodeId, { leaseId: attempt.leaseId, reason: 'lost' })
  }
  dispatch.wake()
}

const compareCalls = (wired: Wired): Part<'holdResult' | 'failUndecided' | 'completeUnconfirmed'> => ({
  async holdResult(tx, held) {
    await holdResult(wired.deps, tx, held)
    wired.deps.renewals.forget(held.leaseId)
    wired.dispatch.wake()
  },
  failUndecided: async (tx, of) => dropOpen(wired, await failUndecided(wired.deps, tx, of)),
  completeUnconfirmed: async (tx, result) => dropOpen(wired, await completeUnconfirmed(wired.deps, tx, result)),
})

/** The jobs feature in one piece. */
export function createJobs(given: JobsDeps): Jobs {
  const deps: DispatchDeps = { ...given, renewals: createRenewals(given.clock, given.leaseTtlMs), nextToken: createTokens(given.leaseEpoch) }
  const dispatch = createDispatch({ ...deps, db: given.loopDb })
  const wired = { deps, dispatch, givesOut: () => given.leaseEpoch() !== null }
  return { ...dispatch, ...createRequesterCalls({ ...given, ...deps }, dispatch), ...agentCalls(wired), ...proofCalls(wired), ...compareCalls(wired) }
}
