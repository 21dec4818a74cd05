import type { JobSpec, Lease } from '../../../shared/contract/job.ts'
import type { PlanAnswer } from '../../../shared/contract/plan.ts'
import { settleAfter } from './after/settling.ts'
import type { Attempt } from './attempts.store.ts'
import { planBeside } from './dry-run.ts'
import { type Windows, leaseDue } from './due.ts'
import { expireDeadlines, expireLeases } from './expiry.ts'
import { endPauses } from './retry-due.ts'
import { createHoldings } from './holdings.ts'
import type { Renewals } from './leases.ts'
import type { LeasingDeps } from './leasing.ts'
import { createPaced } from './paced.ts'
import type { JobDeps, KnownNode, MatchJobs, PlanJobs, Push } from './ports.ts'
import { type ReplanScope, type Replanned, replan } from './replanning.ts'
import { createRest } from './rest.ts'
import { TICK_MS, type Turn, repeat, reported } from './round-loop.ts'
import { type Rounds, createRounds } from './rounds.ts'
import { createStragglers } from './stragglers/stragglers.ts'
import { type RunningOutlook, runningIn } from './running.ts'
import { createTurns, createShared } from './turns.ts'
import type { Alongside } from './world.ts'
import { createWaitingNodes } from './waiting-nodes.ts'

export interface DispatchDeps extends JobDeps, Pick<LeasingDeps, 'nextToken'> {
  readonly nodes: () => Promise<readonly KnownNode[]>
  readonly plan: PlanJobs
  readonly match: MatchJobs
  readonly alongside: Alongside
  readonly push: Push
  readonly renewals: Renewals
  /** Runs after every round, whatever happened in it. */
  readonly afterRound: () => Promise<void>
  readonly onFailure: (message: string) => void
}

export interface Dispatch {
  /** One round: expire, plan what has changed, lease, push. Rounds never overlap. */
  readonly round: () => Promise<void>
  /**
   * A node asks for work: what is due is given out, and if its question was not served by that and something has happened that nobody has planned with,
   * a round is run. Whoever asks meanwhile shares both, and whoever is given a job waits no longer: answers with its lease, or with `null` if none was
   * given meanwhile.
   */
  readonly pull: (nodeId: string, isServed: () => Promise<boolean>) => Promise<Lease | null>
  /** Plans everything again, between two rounds, and says of each job in the scope what becomes of it. */
  readonly replan: (scope: ReplanScope) => Promise<readonly Replanned[]>
  /** Where and when a job would run if it were submitted now. Nothing of it is kept. Error: `unavailable` while too many ask. */
  readonly plan: (spec: JobSpec) => Promise<PlanAnswer>
  /** Every job that runs in a zone, with what it has before it. */
  readonly running: (zone: string) => Promise<readonly RunningOutlook[]>
  /** Something happened that may let a job move: a round starts at once instead of at the next tick. */
  readonly wake: () => void
  readonly run: (signal: AbortSignal) => Promise<void>
}

/** Brings waiting jobs and willing nodes together. */
export function createDispatch(given: DispatchDeps): Dispatch {
  const deps = { ...given, holdings: createHoldings(given.db) }
  const rounds = createRounds(deps)
  const paced = createPaced(deps.clock, 'Too many ask for a plan at this moment. Try again in a few seconds, or submit the job.')
  const windows: Windows = new Map()
  const inTurn = createTurns()
  const waiting = createWaitingNodes()
  const planning: Planning = { hasNews: true, isUnderWay: false, sleep: new AbortController(), againMs: null, lull: new AbortController() }
  const lease = createShared(createTurns(), async () => {
    planning.againMs = await leaseDue(deps, { rounds, windows, onGiven: waiting.given })
    if (planning.againMs !== null) planning.lull.abort()
    return planning.againMs
  })
  const rest = createRest(deps.clock)
  const round = createShared(inTurn, () => rest.after(() => runRound(deps, { rounds, planning, lease })), rest.over)
  return {
    round: async () => void (await round()),
    async pull(nodeId, isServed) {
      const lookEverywhere = async () => {
        await lease()
        if (planning.hasNews && !(await isServed())) await round()
      }
      return waiting.wait(nodeId, lookEverywhere())
    },
    replan: (scope) => inTurn(async () => replan(deps, scope, { rounds, nodes: await deps.nodes() })),
    async running(zone) {
      const nodes = await deps.nodes()
      return runningIn(deps, zone, { nodes, ...(await rounds.look(nodes)) })
    },
    plan: (spec) =>
      paced(async () => {
        const { gathered } = await rounds.look(await deps.nodes())
        return planBeside(deps, spec, gathered)
      }),
    wake() {
      planning.hasNews = true
      planning.sleep.abort()
    },
    async run(signal) {
      // Another coordinator may have been at it since.
      deps.renewals.forgetAll()
      rounds.forget()
      const stragglers = createStragglers({ ...deps, holdings: createHoldings(deps.db) })
      await Promise.all([repeat(deps, { round, planning }, signal), leaseMeanwhile(deps, { lease, planning }, signal), stragglers.run(signal)])
    },
  }
}

/** How it stands with the rounds. */
interface Planning {
  /** Something happened since the last round began. */
  hasNews: boolean
  isUnderWay: boolean
  /** Of the loop, until its next round. */
  sleep: AbortController
  /** Milliseconds until a window closes that jobs and nodes meet in, when last looked. */
  againMs: number | null
  /** Of what gives out meanwhile, until it looks again. */
  lull: AbortController
}

/** Planning may take long; what is planned is given out all the same. */
async function leaseMeanwhile(
  deps: DispatchDeps,
  { lease, planning }: { readonly lease: Turn; readonly planning: Planning },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const { againMs } = planning
    planning.againMs = null
    planning.lull = new AbortController()
    const isTime = await deps.clock.sleep(Math.min(TICK_MS, againMs ?? TICK_MS), AbortSignal.any([signal, planning.lull.signal]))
    if (isTime && planning.isUnderWay) await reported(deps, lease)
  }
}

async function runRound(
  deps: DispatchDeps,
  { rounds, planning, lease }: { readonly rounds: Rounds; readonly planning: Planning; readonly lease: Turn },
): Promise<number | null> {
  planning.hasNews = false
  for (const attempt of await expireLeases(deps, deps.renewals)) tell(deps, attempt, 'lost')
  for (const attempt of await expireDeadlines(deps)) tell(deps, attempt, 'expired')
  await endPauses(deps)
  await settleAfter(deps)
  const againMs = await planThenLease(deps, { rounds, planning, lease })
  await deps.afterRound()
  return againMs
}

async function planThenLease(
  deps: DispatchDeps,
  { rounds, planning, lease }: { readonly rounds: Rounds; readonly planning: Planning; readonly lease: Turn },
): Promise<number | null> {
  try {
    planning.isUnderWay = true
    await rounds.planIfNeeded(await deps.nodes())
  } catch (error) {
    // What is planned is given out even while nothing new can be planned.
    await lease()
    throw error
  } finally {
    planning.isUnderWay = false
  }
  return lease()
}

const tell = (deps: DispatchDeps, { nodeId, leaseId }: Attempt, reason: 'lost' | 'expired'): void => {
  deps.renewals.forget(leaseId)
  deps.push.cancel(nodeId, { leaseId, reason })
}
