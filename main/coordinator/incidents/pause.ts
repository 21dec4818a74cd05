import { JOULES_PER_KWH, toIso } from '../../../shared/units.ts'

/** What a running job has before it, if it goes on and if it goes on later. Times are epoch milliseconds, intensities forecast gCO2e/kWh. */
export interface RunningJob {
  readonly jobId: string
  readonly leaseId: string
  /** It saves where it is, and may wait for a cleaner window. */
  readonly mayPause: boolean
  readonly watts: number
  /** The whole job, as its requester expects it. */
  readonly expectedMs: number
  /** What is left of that. */
  readonly restMs: number
  readonly deadlineAt: number
  /** At this moment, and for the rest if it runs on; `null` if nobody knows. */
  readonly now: { readonly moment: number; readonly rest: number } | null
  /** The rest from the start of the window it would be given in its zone; `null` if there is none. */
  readonly later: { readonly from: number; readonly rest: number } | null
}

export interface PauseChoice {
  readonly action: 'pause' | 'keep'
  readonly reason: string
}

/** Run time that a pause costs: stopping, handing over what was saved, fetching it, and doing again what was not saved. */
export const RESTART_MS = 180_000

const gramsOf = (watts: number, ms: number, gPerKWh: number): number => ((watts * ms) / 1_000 / JOULES_PER_KWH) * gPerKWh
const keep = (reason: string): PauseChoice => ({ action: 'keep', reason: `It runs on: ${reason}` })

/** What its rest emits if it runs on, and if it goes on later, the restart included; `null` where nobody knows. */
export const gramsEitherWay = ({ watts, restMs, now, later }: RunningJob): Readonly<Record<PauseChoice['action'], number | null>> => ({
  keep: now && gramsOf(watts, restMs, now.rest),
  pause: later && gramsOf(watts, restMs + RESTART_MS, later.rest),
})

/**
 * Whether a running job gives way to a dirty grid: only if it is dirtier now than later, if even the whole job and a restart fit between the
 * later start and the deadline, and if the grams that its rest emits less by then outweigh those of the restart. Pure.
 */
export function pauseOf({ mayPause, watts, expectedMs, restMs, deadlineAt, now, later }: RunningJob, at: number): PauseChoice {
  if (!mayPause) return keep('it saves no checkpoints, or is not to wait for a cleaner window.')
  if (restMs <= 0) return keep('it should end at any moment.')
  if (!now || !later) return keep('no later window is known for it.')
  if (later.from - at <= RESTART_MS) return keep('no later window is cleaner.')
  if (later.from + Math.max(expectedMs, restMs) + RESTART_MS > deadlineAt) return keep('later could be too late for its deadline.')
  const figures = `${Math.round(now.rest)} gCO2/kWh now, ${Math.round(later.rest)} from ${toIso(later.from)} on`
  if (now.moment <= later.rest) return keep(`the grid is not dirtier at this moment than it will be then (${figures}).`)
  const saved = gramsOf(watts, restMs, now.rest - later.rest)
  const lost = gramsOf(watts, RESTART_MS, later.rest)
  const weighed = `${figures}; that saves ${saved.toFixed(1)} g of its rest, and a restart costs ${lost.toFixed(1)} g.`
  return saved > lost ? { action: 'pause', reason: `It is asked to go on later from its checkpoint: ${weighed}` } : keep(weighed)
}
