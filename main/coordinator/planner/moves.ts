/** Whether a job that has not begun changes its place when it is planned again. Pure. */
import type { Plan } from '../../../shared/contract/plan.ts'
import { fromIso } from '../../../shared/units.ts'

/** A job is sent elsewhere at most this often: what is better on every forecast is better on none. */
const MAX_REROUTES = 5
/** Elsewhere has to score lower than this share of what the job's own zone scores. */
const WORTH_MOVING = 0.75
/** A start that shifts by less is the same start. */
const SAME_START_MS = 60_000

export interface Options {
  readonly current: Plan | null
  /** The best plan anywhere. */
  readonly best: Plan | null
  /** The best plan in the zone that the job is planned in now; only looked at if `best` is in another one. */
  readonly stay: Plan | null
  /** How often the job was sent elsewhere although it could have stayed. */
  readonly reroutes: number
  /** Epoch milliseconds. */
  readonly now: number
}

export interface Placement {
  readonly plan: Plan | null
  /** What becomes of the job; `keep` leaves it where and when it was. */
  readonly action: 'defer' | 'bring-forward' | 're-route' | 'place' | 'hold' | 'keep'
  readonly reason: string
  readonly reroutes: number
}

/** Later, sooner or as before, in the same zone. A start that has passed while the job waited is now. */
function inPlace({ current, plan, because, now }: { current: Plan; plan: Plan; because: string; now: number }): Omit<Placement, 'reroutes'> {
  const shiftMs = fromIso(plan.window.from) - Math.max(fromIso(current.window.from), now)
  if (Math.abs(shiftMs) < SAME_START_MS) return { plan, action: 'keep', reason: because || `Its window in ${plan.zone} is still the best.` }
  const figures = `From ${plan.window.from} on instead of ${current.window.from}: ${Math.round(plan.gPerKWh)} gCO2/kWh.`
  return { plan, action: shiftMs > 0 ? 'defer' : 'bring-forward', reason: because ? `${figures} ${because}` : figures }
}

const percentBetter = (best: Plan, stay: Plan): number => Math.round((1 - best.score.total / stay.score.total) * 100)

/** Why a job that could go to another zone does not, or `null`. */
function whyStay({ best, stay, reroutes }: { best: Plan; stay: Plan; reroutes: number }): string | null {
  if (reroutes >= MAX_REROUTES) return `It has been re-routed ${MAX_REROUTES} times, which is the most a job may be.`
  if (best.score.total <= WORTH_MOVING * stay.score.total) return null
  return `${best.zone} is ${percentBetter(best, stay)} % better than ${stay.zone}; a move takes 25 %.`
}

/** Another zone has to be a quarter better by the placement score, and a job is sent away at most five times. Where it cannot stay, it goes. */
export function choosePlacement({ current, best, stay, reroutes, now }: Options): Placement {
  if (!best) return { plan: null, action: current ? 'hold' : 'keep', reason: 'No machine can take it now.', reroutes }
  if (!current) return { plan: best, action: 'place', reason: `It has a window in ${best.zone} from ${best.window.from} on.`, reroutes }
  if (best.zone === current.zone) return { ...inPlace({ current, plan: best, because: '', now }), reroutes }
  if (!stay) return { plan: best, action: 're-route', reason: `No machine in ${current.zone} can take it any more; it goes to ${best.zone}.`, reroutes }
  const why = whyStay({ best, stay, reroutes })
  if (why !== null) return { ...inPlace({ current, plan: stay, because: why, now }), reroutes }
  return { plan: best, action: 're-route', reason: `${best.zone} is ${percentBetter(best, stay)} % better than ${stay.zone}.`, reroutes: reroutes + 1 }
}
