import type { JobSpec } from '../../../shared/contract/job.ts'
import type { Plan } from '../../../shared/contract/plan.ts'
import type { PlaceKind } from '../../../shared/domain/places.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { fromIso } from '../../../shared/units.ts'
import { type AskBackDeps, askBack } from './asking-back.ts'
import type { Holdings } from './holdings.ts'
import { FIRST_REACH, REACH, type Reach, createAtHandStore } from './at-hand.store.ts'
import { type Verdict, carryOut, carryOutWithout, verdictsOf } from './planning.ts'
import type { JobDeps, KnownNode, PlanJobs } from './ports.ts'
import { type Because, type Last, signatureOf, whyPlan } from './when-to-plan.ts'
import { type Gathered, type JobAtHand, gather, isPausable, isWaiting, jobsAtHand, pausableFrom } from './world.ts'

export interface RoundsDeps extends JobDeps, AskBackDeps {
  readonly holdings: () => Promise<Holdings>
  readonly plan: PlanJobs
}

/** A planned job that waits for its next run. Epoch milliseconds. */
export interface Due {
  readonly jobId: string
  readonly spec: JobSpec
  readonly nodeId: string
  readonly zone: string
  readonly from: number
  readonly to: number
  /** From when on it may begin whenever there is a place, since it waits for nothing else; `null` if it waits for its window. */
  readonly asSoonAsPossible: number | null
  /** Nodes that are not asked for a while. */
  readonly avoids: readonly string[]
  /** It has been said that its window is open and its node is not. */
  readonly isTold: boolean
  /** In seconds of a virtual clock: the lower goes first, whoever’s it is. */
  readonly turn: number
}

export interface Rounds {
  /** Plans everything together if something has changed that a plan could depend on. */
  readonly planIfNeeded: (nodes: readonly KnownNode[]) => Promise<void>
  /** Plans everything together, and says what becomes of each job. */
  readonly planNow: (nodes: readonly KnownNode[], because: Because) => Promise<readonly Verdict[]>
  /** Everything there is to plan and to plan with, as it is now. */
  readonly look: (nodes: readonly KnownNode[]) => Promise<Look>
  /** What waits for its next run, the most urgent first. */
  readonly due: () => readonly Due[]
  /** It has been said that its window is open and its node is not. */
  readonly told: (jobId: string) => void
  /** How many places of a kind leases held on a node when everything was planned, and hold no longer. */
  readonly freedSince: (holdings: Holdings, nodeId: string, kind: PlaceKind) => number
  /** A job no longer waits for the run that was planned for it. */
  readonly drop: (jobId: string) => void
  /** A place was not there when it was to be: everything is planned again before long. */
  readonly upset: () => void
  /** What is known may not be so any more: the next round plans everything. */
  readonly forget: () => void
}

interface Look {
  /** Every unfinished job that is looked at. */
  readonly all: readonly JobAtHand[]
  readonly gathered: Gathered
}

/** What would otherwise have to be read every second. After a restart, the first round plans everything. */
interface Memory {
  last: (Last & { readonly holdings: Holdings }) | null
  isUpset: boolean
  due: Map<string, Due>
  /** When the run ends that each job is in or waits for, by job; epoch ms. */
  runEnds: Map<string, number>
  readonly specs: Map<string, JobSpec>
}

export function createRounds(deps: RoundsDeps): Rounds {
  const { clock, db } = deps
  const memory: Memory = { last: null, isUpset: false, due: new Map(), runEnds: new Map(), specs: new Map() }
  const look = async (nodes: readonly KnownNode[], reach: Reach = REACH): Promise<Look> => {
    const now = clock.now()
    const all = await jobsAtHand(db, now, { specs: memory.specs, reach })
    return { all, gathered: gather(all, { now, nodes }) }
  }
  const planNow: Rounds['planNow'] = async (nodes, because) => {
    const [startedAt, at] = [clock.monotonic(), clock.now()]
    const holdings = await deps.holdings()
    const last = { at, startedAt, doneAt: startedAt, nodes: signatureOf(nodes), leases: holdings.leaseIds, holdings, hasFailed: true }
    memory.last = last
    const verdicts = await planAll(deps, memory, { ...(await look(nodes, because === 'start' ? FIRST_REACH : REACH)), because })
    memory.last = { ...last, doneAt: clock.monotonic(), hasFailed: verdicts === null }
    return verdicts ?? []
  }
  return {
    look: (nodes) => look(nodes),
    planNow,
    async planIfNeeded(nodes) {
      const isAnyUnplanned = await createAtHandStore(db).isAnyUnplanned()
      const now = { at: clock.now(), monotonic: clock.monotonic(), nodes: signatureOf(nodes), leases: (await deps.holdings()).leaseIds }
      const because = whyPlan(memory.last, { ...now, ...memory, isAnyUnplanned, runEnds: memory.runEnds.values() })
      if (because) await planNow(nodes, because)
    },
    due: () => [...memory.due.values()],
    told(jobId) {
      const due = memory.due.get(jobId)
      if (due) memory.due.set(jobId, { ...due, isTold: true })
    },
    freedSince: (holdings, nodeId, kind) => Math.max(0, (memory.last?.holdings.taken(nodeId, kind) ?? 0) - holdings.taken(nodeId, kind)),
    drop: (jobId) => void memory.due.delete(jobId),
    upset: () => {
      memory.isUpset = true
    },
    forget: () => void Object.assign(memory, { last: null, isUpset: false, due: new Map(), runEnds: new Map() } satisfies Omit<Memory, 'specs'>),
  }
}

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

/** A job with a cap or several runs waits for its hour even if it is to start at once. */
const asSoonAsPossible = ({ carbon, earliestStart }: JobSpec, { runs }: Plan): number | null =>
  carbon.rule === 'now' && carbon.capG === null && runs.length === 1 ? (earliestStart === null ? 0 : fromIso(earliestStart)) : null

function dueOf({ job: { jobId, spec }, avoids, turn }: JobAtHand, plan: Plan, run: Plan['runs'][number]): Due {
  const { nodeId, zone } = plan
  return {
    jobId,
    spec,
    nodeId,
    zone,
    from: fromIso(run.from),
    to: fromIso(run.to),
    asSoonAsPossible: asSoonAsPossible(spec, plan),
    avoids,
    isTold: false,
    turn,
  }
}

/** Keeps what is needed until the next round; `plans` holds what has just been chosen. */
function remember(memory: Memory, all: readonly JobAtHand[], plans: ReadonlyMap<string, Plan | null>): void {
  const [due, runEnds] = [new Map<string, Due>(), new Map<string, number>()]
  for (const one of all) {
    const { jobId, plan: before } = one.job
    const plan = plans.get(jobId) === undefined ? before : plans.get(jobId)
    const run = plan?.runs[0]
    if (!plan || !run) continue
    if (isWaiting(one)) due.set(jobId, dueOf(one, plan, run))
    if (isWaiting(one) || isPausable(one)) runEnds.set(jobId, Math.max(fromIso(run.to), pausableFrom(one)))
  }
  memory.due = due
  memory.runEnds = runEnds
}
