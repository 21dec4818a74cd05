import { messageOf } from '../../../shared/errors.ts'
import type { EpochMs } from '../../../shared/units.ts'
import { type Attempt, createAttemptsStore } from './attempts.store.ts'
import { expireDeadlines, expireLeases } from './expiry.ts'
import { createJobsStore } from './jobs.store.ts'
import type { Renewals } from './leases.ts'
import { isDue, leaseJob } from './leasing.ts'
import { explainDelay, needsPlan, planOne } from './planning.ts'
import type { Candidate, JobDeps, KnownNode, PlanJob, Push } from './ports.ts'
import { type ReplanScope, type Replanned, replanWaiting } from './replanning.ts'
import { type RunningOutlook, runningIn } from './running.ts'

export interface DispatchDeps extends JobDeps {
  readonly nodes: () => Promise<readonly KnownNode[]>
  readonly plan: PlanJob
  readonly push: Push
  readonly renewals: Renewals
  /** Runs after every round, whatever happened in it. */
  readonly afterRound: () => Promise<void>
  readonly onFailure: (message: string) => void
}

export interface Dispatch {
  /** One round: expire, plan, lease, push. Rounds never overlap. */
  readonly round: () => Promise<void>
  /** Plans jobs again that have not begun, between two rounds; says what becomes of each. */
  readonly replan: (scope: ReplanScope) => Promise<readonly Replanned[]>
  /** Every job that runs in a zone, with what it has before it. */
  readonly running: (zone: string) => Promise<readonly RunningOutlook[]>
  /** Something happened that may let a job move: a round starts at once instead of at the next tick. */
  readonly wake: () => void
  readonly run: (signal: AbortSignal) => Promise<void>
}

const TICK_MS = 1_000
const MAX_JOBS_PER_ROUND = 500

/** Brings waiting jobs and willing nodes together. */
export function createDispatch(deps: DispatchDeps): Dispatch {
  const seen = new Map<string, string>()
  let last: Promise<unknown> = Promise.resolve()
  let sleep = new AbortController()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work, work)
    last = done
    return done
  }
  const round = () => inTurn(() => runRound(deps, seen))
  return {
    round,
    replan: (scope) => inTurn(async () => replanWaiting(deps, scope, { nodes: await listCandidates(deps), limit: MAX_JOBS_PER_ROUND })),
    running: async (zone) => runningIn(deps, zone, await listCandidates(deps)),
    wake: () => sleep.abort(),
    async run(signal) {
      while (!signal.aborted) {
        sleep = new AbortController()
        await round().catch((error: unknown) => deps.onFailure(messageOf(error)))
        await deps.clock.sleep(TICK_MS, AbortSignal.any([signal, sleep.signal]))
      }
    },
  }
}

async function runRound(deps: DispatchDeps, seen: Map<string, string>): Promise<void> {
  for (const attempt of await expireLeases(deps, deps.renewals)) tell(deps, attempt, 'lost')
  for (const attempt of await expireDeadlines(deps)) tell(deps, attempt, 'expired')
  const candidates = await listCandidates(deps)
  await planWaiting(deps, seen, candidates)
  await leaseDue(deps, candidates)
  await deps.afterRound()
}

const tell = (deps: DispatchDeps, { nodeId, leaseId }: Attempt, reason: 'lost' | 'expired'): void => {
  deps.renewals.forget(leaseId)
  deps.push.cancel(nodeId, { leaseId, reason })
}

/** Every node with what only the jobs know about it: whether it holds a lease. */
export async function listCandidates(deps: Pick<DispatchDeps, 'db' | 'nodes'>): Promise<Candidate[]> {
  const busy = new Set((await createAttemptsStore(deps.db).open()).map(({ nodeId }) => nodeId))
  return (await deps.nodes()).map((node) => ({ ...node, busy: busy.has(node.nodeId) }))
}

/** What a planner's answer can depend on besides the job, the forecast and what hardly ever changes. */
const worldOf = (nodes: readonly Candidate[]): string => nodes.map(({ nodeId, online, ready, busy }) => `${nodeId} ${online} ${ready} ${busy}`).join()

async function planWaiting(deps: DispatchDeps, seen: Map<string, string>, nodes: readonly Candidate[]): Promise<void> {
  const world = worldOf(nodes)
  const waiting = await createJobsStore(deps.db).waiting(MAX_JOBS_PER_ROUND)
  const ids = new Set(waiting.map(({ jobId }) => jobId))
  for (const jobId of seen.keys()) if (!ids.has(jobId)) seen.delete(jobId)
  for (const job of waiting) {
    const now: EpochMs = deps.clock.now()
    if (!needsPlan(job, { now, world: seen.get(job.jobId) === world ? 'same' : 'changed', nodes })) continue
    await planOne(deps, job, { plan: deps.plan, nodes })
    seen.set(job.jobId, world)
  }
}

async function leaseDue(deps: DispatchDeps, candidates: readonly Candidate[]): Promise<void> {
  const free = new Map(candidates.map((node) => [node.nodeId, node]))
  for (const job of await createJobsStore(deps.db).waiting(MAX_JOBS_PER_ROUND)) {
    const node = free.get(job.plan?.nodeId ?? '')
    const lease = isDue(job, node, deps.clock.now()) ? await leaseJob(deps, job.jobId) : null
    if (!lease) {
      await explainDelay(deps, job)
      continue
    }
    free.delete(lease.plan.nodeId)
    deps.renewals.renew(lease.leaseId)
    deps.push.lease(lease.plan.nodeId, lease)
  }
}
