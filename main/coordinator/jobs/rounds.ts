import type { JobSpec } from '../../../shared/contract/job.ts'
import type { Plan } from '../../../shared/contract/plan.ts'
import { type PlaceKind, placeKindFor } from '../../../shared/domain/places.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { fromIso } from '../../../shared/units.ts'
import { type AskBackDeps, askBack } from './asking-back.ts'
import { createAttemptsStore } from './attempts.store.ts'
import { createJobsStore } from './jobs.store.ts'
import { type Verdict, carryOut, carryOutWithout, verdictsOf } from './planning.ts'
import type { JobDeps, KnownNode, PlanJobs } from './ports.ts'
import { type Because, type Last, signatureOf, whyPlan } from './when-to-plan.ts'
import { type Gathered, type JobAtHand, gather, isPausable, isWaiting, jobsAtHand, pausableFrom } from './world.ts'

export interface RoundsDeps extends JobDeps, AskBackDeps {
  readonly plan: PlanJobs
}

/** A planned job that waits for its next run. Epoch milliseconds. */
export interface Due {
  readonly jobId: string
  readonly nodeId: string
  readonly place: PlaceKind
  readonly from: number
}

export interface Rounds {
  /** Plans everything together if something has changed that a plan could depend on. */
  readonly planIfNeeded: (nodes: readonly KnownNode[]) => Promise<void>
  /** Plans everything together, and says what becomes of each job. */
  readonly planNow: (nodes: readonly KnownNode[], because: Because) => Promise<readonly Verdict[]>
  /** Everything there is to plan and to plan with, as it is now. */
  readonly look: (nodes: readonly KnownNode[]) => Promise<Look>
  /** What waits for its next run, the most urgent first. */
  readonly due: () => Iterable<Due>
  /** A job no longer waits for the run that was planned for it. */
  readonly drop: (jobId: string) => void
  /** A place was not there when it was to be: everything is planned again before long. */
  readonly upset: () => void
}

interface Look {
  /** Every unfinished job. */
  readonly all: readonly JobAtHand[]
  readonly gathered: Gathered
}

/** What would otherwise have to be read every second. After a restart, the first round plans everything. */
interface Memory {
  last: Last | null
  isUpset: boolean
  due: Map<string, Due>
  /** When the run ends that each job is in or waits for, by job; epoch ms. */
  runEnds: Map<string, number>
  readonly specs: Map<string, JobSpec>
}

export function createRounds(deps: RoundsDeps): Rounds {
  const { clock, db } = deps
  const memory: Memory = { last: null, isUpset: false, due: new Map(), runEnds: new Map(), specs: new Map() }
  const look: Rounds['look'] = async (nodes) => {
    const now = clock.now()
    const all = await jobsAtHand(db, now, memory.specs)
    return { all, gathered: gather(all, { now, nodes, renewals: deps.renewals }) }
  }
  const planNow: Rounds['planNow'] = async (nodes, because) => {
    const [startedAt, at] = [clock.monotonic(), clock.now()]
    const leases = await openLeases(deps)
    const last = { at, startedAt, doneAt: startedAt, nodes: signatureOf(nodes), leases, hasFailed: true }
    memory.last = last
    const verdicts = await planAll(deps, memory, { ...(await look(nodes)), because })
    memory.last = { ...last, doneAt: clock.monotonic(), hasFailed: verdicts === null }
    return verdicts ?? []
  }
  return {
    look,
    planNow,
    async planIfNeeded(nodes) {
      const isAnyUnplanned = await createJobsStore(db).isAnyUnplanned()
      const now = { at: clock.now(), monotonic: clock.monotonic(), nodes: signatureOf(nodes), leases: await openLeases(deps) }
      const because = whyPlan(memory.last, { ...now, ...memory, isAnyUnplanned, runEnds: memory.runEnds.values() })
      if (because) await planNow(nodes, because)
    },
    due: () => [...memory.due.values()],
    drop: (jobId) => void memory.due.delete(jobId),
    upset: () => {
      memory.isUpset = true
    },
  }
}

const openLeases = async ({ db }: RoundsDeps): Promise<ReadonlySet<string>> => new Set((await createAttemptsStore(db).open()).map(({ leaseId }) => leaseId))

/** `null` if nobody could be asked. */
async function planAll(deps: RoundsDeps, memory: Memory, { all, gathered, because }: Look & { readonly because: Because }): Promise<readonly Verdict[] | null> {
  const planned = await deps.plan(gathered).catch(refusal)
  if ('refusal' in planned) {
    const unplaced = await carryOutWithout(deps, gathered, planned.refusal)
    remember(memory, all, new Map(unplaced.map((jobId) => [jobId, null])))
    return null
  }
  const verdicts = verdictsOf({ gathered, planned })
  const overtaken = new Set(await carryOut(deps, { gathered, planned, because }, verdicts))
  // Nothing tells when a node may be asked again that has given a job back.
  const keptAway = new Set(gathered.atHand.flatMap(({ job, avoids }) => (avoids.length > 0 ? [job.jobId] : [])))
  const isAnyKeptAway = verdicts.some(({ job, plan }) => plan === null && keptAway.has(job.jobId))
  memory.isUpset = overtaken.size > 0 || isAnyKeptAway
  const carried = verdicts.filter(({ job }) => !overtaken.has(job.jobId))
  for (const { action, leaseId } of carried) if (action === 'pause' && leaseId !== null) await askBack(deps, leaseId, 'plan')
  remember(memory, all, new Map(carried.map(({ job, plan }) => [job.jobId, plan])))
  return carried
}

function refusal(error: unknown): { readonly refusal: string } {
  if (error instanceof WindfallError) return { refusal: messageOf(error) }
  throw error
}

/** Keeps what is needed until the next round; `plans` holds what has just been chosen. */
function remember(memory: Memory, all: readonly JobAtHand[], plans: ReadonlyMap<string, Plan | null>): void {
  const [due, runEnds] = [new Map<string, Due>(), new Map<string, number>()]
  for (const one of all) {
    const { jobId, plan: before } = one.job
    const plan = plans.get(jobId) === undefined ? before : plans.get(jobId)
    const run = plan?.runs[0]
    if (!plan || !run) continue
    if (isWaiting(one)) due.set(jobId, { jobId, nodeId: plan.nodeId, place: placeKindFor(one.job.spec.needs), from: fromIso(run.from) })
    if (isWaiting(one) || isPausable(one)) runEnds.set(jobId, Math.max(fromIso(run.to), pausableFrom(one)))
  }
  memory.due = due
  memory.runEnds = runEnds
}
