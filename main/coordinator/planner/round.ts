import type { Plan } from '../../../shared/contract/plan.ts'
import { planOf } from './answer.ts'
import { take } from './calendar.ts'
import { type Choices, NO_CHOICES, chooseSoonest, chooseSpot } from './choices.ts'
import type { Eligible } from './eligible.ts'
import { type Grant, grantAll } from './grants.ts'
import type { PlanAction, PlannerJob } from './input.ts'
import { choosePlacement } from './moves.ts'
import { goOn, goOnUnknown } from './running.ts'
import type { Search } from './search.ts'
import { type Space, calendarOf } from './space.ts'
import { type RatedSpot, type Spot, rate } from './spot.ts'
import { type Task, isRunning, isTooLate, taskOf } from './task.ts'
import type { World } from './world.ts'

/** What has been decided about a job. */
export interface Decided {
  readonly task: Task
  readonly choices: Choices
  readonly plan: Plan | null
  /** The host of the plan. */
  readonly hostIndex: number | null
  readonly action: PlanAction
  readonly reason: string
  readonly reroutes: number
}

interface Round {
  readonly world: World
  readonly space: Space
  readonly grants: ReadonlyMap<Task, Grant>
  /** Jobs without a cap that could begin nowhere, as long as nothing has been given back since. */
  readonly stranded: Map<Eligible, Task[]>
  /** Nodes that others crowd that may still be looked at one by one; after that, a few for each job. */
  looks: number
}

const MOST_LOOKS = 20_000
/** More for a job of which it is not known yet whether there is time for it anywhere. */
const FEW_LOOKS = { granted: 8, unknown: 64 }

/** On how many nodes that others crowd a job is looked for time. */
function looksFor(round: Round, { eligible }: Task, grant: Grant): number {
  if (grant === 'nothing') return Infinity
  const most = round.looks > 0 ? Infinity : FEW_LOOKS[grant === 'unknown' ? 'unknown' : 'granted']
  round.looks -= eligible.candidates.length
  return most
}

/** Whether a job that could begin nowhere had it as easy. */
const isStranded = ({ stranded }: Round, { eligible, work, deadline, unbrokenMs }: Task): boolean =>
  stranded.get(eligible)?.some((other) => other.work.earliest <= work.earliest && other.deadline >= deadline && other.unbrokenMs <= unbrokenMs) ?? false

/** For a job to which planning all together gave nothing, all that is left is to begin as soon as it can. */
function chooseLeft(round: Round, search: Search): Choices {
  const { task } = search
  if (isStranded(round, task)) return NO_CHOICES
  const choices = chooseSoonest(search)
  if (!choices.chosen && task.capG === Infinity) round.stranded.set(task.eligible, [...(round.stranded.get(task.eligible) ?? []), task])
  return choices
}

function choose(round: Round, search: Search, grant: Grant): Choices {
  const { task, space } = search
  if (task.eligible.candidates.length === 0 || isTooLate(task)) return NO_CHOICES
  if (grant === 'nothing') return chooseLeft(round, search)
  return chooseSpot(search, grant === 'unknown' ? null : rate(grant, task, calendarOf(space, grant.candidate)))
}

const hostIndexOf = (spot: RatedSpot | undefined): number | null => spot?.candidate.host.index ?? null

const isSame = (a: Spot, b: Spot): boolean =>
  a.candidate.host === b.candidate.host &&
  a.runs.length === b.runs.length &&
  a.runs.every(({ from, to }, index) => from === b.runs[index]?.from && to === b.runs[index].to)

/** A job that waits gives back what it was granted, chooses anew with what is free now, and may be held in its zone. */
function decideWaiting(round: Round, task: Task): Decided {
  const { world, space, grants } = round
  const { job, eligible, places } = task
  const { now } = world
  const grant = grants.get(task) ?? 'nothing'
  if (typeof grant !== 'string') take(calendarOf(space, grant.candidate), grant.runs, -places)
  const search: Search = { task, space, now, markets: [...eligible.byMarket.keys()], mostCrowded: looksFor(round, task, grant) }
  const choices = choose(round, search, grant)
  const best = choices.chosen && planOf(task, choices.chosen, now)
  const isElsewhere = best !== null && job.current !== null && best.zone !== job.current.zone
  const own = isElsewhere ? search.markets.filter(({ zone }) => zone === job.current?.zone) : []
  const here = own.length === 0 ? null : choose(round, { ...search, markets: own }, 'unknown').chosen
  const stay = here && planOf(task, here, now)
  const { plan, ...placement } = choosePlacement({ current: job.current, best, stay, reroutes: job.reroutes, now })
  const chosen = plan && plan === stay ? here : choices.chosen
  if (chosen) take(calendarOf(space, chosen.spot.candidate), chosen.spot.runs, places)
  if (typeof grant !== 'string' && !(chosen && isSame(chosen.spot, grant))) round.stranded.clear()
  return { task, choices, plan, hostIndex: hostIndexOf(chosen?.spot), ...placement }
}

/** As if its own places were free. */
function rateAlone(space: Space, task: Task, spot: Spot): RatedSpot | null {
  const calendar = calendarOf(space, spot.candidate)
  take(calendar, spot.runs, -task.places)
  const rated = rate(spot, task, calendar)
  take(calendar, spot.runs, task.places)
  return rated
}

function decideRunning({ world: { now }, space, grants }: Round, task: Task): Decided {
  const grant = grants.get(task) ?? 'nothing'
  const spot = typeof grant === 'string' ? null : rateAlone(space, task, grant)
  const known = { task, reroutes: task.job.reroutes }
  if (!spot) return { ...known, choices: NO_CHOICES, hostIndex: null, ...goOnUnknown(task.job.current) }
  const chosen = { spot, by: 'joint' as const }
  const choices = { ...NO_CHOICES, joint: spot, chosen }
  return { ...known, choices, plan: planOf(task, chosen, now), hostIndex: hostIndexOf(spot), ...goOn(task, spot, now) }
}

/** All jobs together first, then each on its own against what is left. Changes `space`, in which everything that was decided is taken. */
export function decideAll(jobs: readonly PlannerJob[], world: World, space: Space): readonly Decided[] {
  const tasks = jobs.map((job) => taskOf(job, world))
  const round: Round = { world, space, grants: grantAll(tasks, world, space), stranded: new Map(), looks: MOST_LOOKS }
  return tasks.map((task) => (isRunning(task) ? decideRunning(round, task) : decideWaiting(round, task)))
}
