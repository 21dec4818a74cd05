import type { JobSpec } from '../../../shared/contract/job.ts'
import type { PlanAnswer } from '../../../shared/contract/plan.ts'
import { messageOf } from '../../../shared/errors.ts'
import type { Attempt } from './attempts.store.ts'
import { planBeside } from './dry-run.ts'
import { leaseDue } from './due.ts'
import { expireDeadlines, expireLeases } from './expiry.ts'
import type { Renewals } from './leases.ts'
import { createPaced } from './paced.ts'
import type { JobDeps, KnownNode, PlanJobs, Push } from './ports.ts'
import { type ReplanScope, type Replanned, replan } from './replanning.ts'
import { type Rounds, createRounds } from './rounds.ts'
import { type RunningOutlook, runningIn } from './running.ts'

export interface DispatchDeps extends JobDeps {
  readonly nodes: () => Promise<readonly KnownNode[]>
  readonly plan: PlanJobs
  readonly push: Push
  readonly renewals: Renewals
  /** Runs after every round, whatever happened in it. */
  readonly afterRound: () => Promise<void>
  readonly onFailure: (message: string) => void
}

export interface Dispatch {
  /** One round: expire, plan what has changed, lease, push. Rounds never overlap. */
  readonly round: () => Promise<void>
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

const TICK_MS = 1_000

/** Brings waiting jobs and willing nodes together. */
export function createDispatch(deps: DispatchDeps): Dispatch {
  const rounds = createRounds(deps)
  const paced = createPaced(deps.clock, 'Too many ask for a plan at this moment. Try again in a few seconds, or submit the job.')
  let last: Promise<unknown> = Promise.resolve()
  let sleep = new AbortController()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work, work)
    last = done
    return done
  }
  const round = () => inTurn(() => runRound(deps, rounds))
  return {
    round,
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

async function runRound(deps: DispatchDeps, rounds: Rounds): Promise<void> {
  for (const attempt of await expireLeases(deps, deps.renewals)) tell(deps, attempt, 'lost')
  for (const attempt of await expireDeadlines(deps)) tell(deps, attempt, 'expired')
  const nodes = await deps.nodes()
  try {
    await rounds.planIfNeeded(nodes)
  } finally {
    // What is planned is given out even while nothing new can be planned.
    await leaseDue(deps, rounds, nodes)
  }
  await deps.afterRound()
}

const tell = (deps: DispatchDeps, { nodeId, leaseId }: Attempt, reason: 'lost' | 'expired'): void => {
  deps.renewals.forget(leaseId)
  deps.push.cancel(nodeId, { leaseId, reason })
}
