import type { JobSpec } from '../../../shared/contract/job.ts'
import type { Plan } from '../../../shared/contract/plan.ts'
import { type PlaceKind, placeKindFor } from '../../../shared/domain/places.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { fromIso } from '../../../shared/units.ts'
import { type AskBackDeps, askBack } from './asking-back.ts'
import { type Basis, createBasis } from './basis.ts'
import type { Holdings } from './holdings.ts'
import { createAtHandStore } from './at-hand.store.ts'
import { type Verdict, carryOut, carryOutWithout, verdictsOf } from './planning.ts'
import { type Due, dueOf } from './next-run.ts'
import type { JobDeps, KnownNode, PlanJobs } from './ports.ts'
import { keepStock, stockOf } from './stock.ts'
import { REACH, type Reach, firstReach, nextReach } from './reach.ts'
import { type Because, type Last, whyPlan } from './when-to-plan.ts'
import { type Alongside, type Gathered, type JobAtHand, gather, isPausable, isWaiting, jobsAtHand, pausableFrom } from './world.ts'

export interface RoundsDeps extends JobDeps, AskBackDeps {
  readonly holdings: () => Promise<Holdings>
  readonly plan: PlanJobs
  readonly alongside: Alongside
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
  /** What has become free since what is due was planned. */
  readonly freedSince: Basis['freed']
  readonly held: Basis['held']
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
  last: Last | null
  isUpset: boolean
  /** Of the next round. */
  reach: Reach
  due: Map<string, Due>
  /** Of what is due, and of what is being planned. */
  basis: Basis | null
  nextBasis: Basis | null
  /** When the run ends that each job is in or waits for, by job; epoch ms. */
  runEnds: Map<string, number>
  /** How many that wait for nothing but a place are planned ahead, of each kind of which more wait. */
  ample: ReadonlyMap<PlaceKind, number>
  /** How many due jobs went since the last round began. */
  went: number
  readonly specs: Map<string, JobSpec>
}

export function createRounds(deps: RoundsDeps): Rounds {
  const { clock, db } = deps
  const memory: Memory = {
    last: null,
    isUpset: false,
    reach: firstReach(0),
    due: new Map(),
    basis: null,
    nextBasis: null,
    runEnds: new Map(),
    ample: new Map(),
    went: 0,
    specs: new Map(),
  }
  const look = async (nodes: readonly KnownNode[], reach: Reach = REACH): Promise<Look> => {
    const now = clock.now()
    const all = await jobsAtHand(db, now, { specs: memory.specs, reach, alongside: deps.alongside })
    return { all, gathered: gather(all, { now, nodes }) }
  }
  const lookAhead = async (nodes: readonly KnownNode[], reach: Reach): Promise<Look> => {
    const { all, gathered } = await look(nodes, reach)
    const { now } = gathered
    const stock = stockOf(nodes, memory.went)
    const { kept, heldBack } = keepStock(all, { now, stock })
    memory.ample = new Map([...stock].filter(([kind]) => heldBack.has(kind)))
    memory.went = 0
    return heldBack.size === 0 ? { all, gathered } : { all: kept, gathered: gather(kept, { now, nodes }) }
  }
  const planNow: Rounds['planNow'] = async (nodes, because) => {
    const [startedAt, at] = [clock.monotonic(), clock.now()]
    const holdings = await deps.holdings()
    const last = { at, startedAt, doneAt: startedAt, nodes, leases: holdings.leaseIds, hasFailed: true }
    memory.last = last
    memory.nextBasis = createBasis(holdings, nodes)
    // While nothing is planned, machines may stand idle until this is over.
    const seen = await lookAhead(nodes, memory.due.size === 0 ? firstReach(nodes.filter(({ online, ready }) => online && ready).length) : memory.reach)
    const verdicts = await planAll(deps, memory, { ...seen, because })
    memory.last = { ...last, doneAt: clock.monotonic(), hasFailed: verdicts === null }
    memory.reach = nextReach({ jobs: seen.gathered.jobs.length, tookMs: clock.monotonic() - startedAt })
    return verdicts ?? []
  }
  return {
    look: (nodes) => look(nodes),
    planNow,
    async planIfNeeded(nodes) {
      const isAnyUnplanned = await createAtHandStore(db).isAnyUnplanned()
      const now = { at: clock.now(), monotonic: clock.monotonic(), nodes, leases: (await deps.holdings()).leaseIds }
      const because = whyPlan(memory.last, { ...now, ...memory, isAnyUnplanned, isAmple: isAmple(memory), runEnds: memory.runEnds.values() })
      if (because) await planNow(nodes, because)
    },
    due: () => [...memory.due.values()],
    told(jobId) {
      const due = memory.due.get(jobId)
      if (due) memory.due.set(jobId, { ...due, isTold: true })
    },
    freedSince: (holdings, nodeId, kind) => memory.basis?.freed(holdings, nodeId, kind) ?? 0,
    held: (nodeId, kind, places) => {
      for (const basis of [memory.basis, memory.nextBasis]) basis?.held(nodeId, kind, places)
    },
    drop(jobId) {
      if (memory.due.delete(jobId)) memory.went += 1
    },
    upset: () => {
      memory.isUpset = true
    },
    forget: () =>
      void Object.assign(memory, {
        last: null,
        isUpset: false,
        reach: firstReach(0),
        due: new Map(),
        basis: null,
        nextBasis: null,
        runEnds: new Map(),
        ample: new Map(),
        went: 0,
      } satisfies Omit<Memory, 'specs'>),
  }
}

/** Whether there is at least half of what is planned ahead, of every kind of which more wait. */
function isAmple({ ample, due }: Memory): boolean {
  const there = Map.groupBy(due.values(), ({ spec }) => placeKindFor(spec.needs))
  return ample.size > 0 && [...ample].every(([kind, most]) => 2 * (there.get(kind)?.length ?? 0) >= most)
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
  memory.basis = memory.nextBasis
  memory.runEnds = runEnds
}
