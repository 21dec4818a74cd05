import type { Device, Reading } from './sensor.ts'
import type { Stretch } from './slots.ts'

/** From one reading of a device to the next. */
export interface Step {
  readonly from: Reading
  readonly to: Reading
  readonly ms: number
  /** Where it lies on the timeline. */
  readonly stretch: Stretch
  /** Energy by the trapezoid rule over power; `null` where power cannot say. */
  readonly powerJ: number | null
}

/** What the counter says about a step, if it is believed. */
export interface Counted {
  readonly joules: number
  readonly wrapped: boolean
}

/** Power is not interpolated over more than this. */
export const MAX_POWER_GAP_MS = 5_000
const PLAUSIBLE_FACTOR = 1.5
const STUCK_AFTER_MS = 500
const STUCK_ABOVE_MW = 5_000

/** Power beyond physics is no reading. */
export const believable = ({ limitW }: Device, reading: Reading): Reading =>
  reading.powerMw !== null && reading.powerMw > PLAUSIBLE_FACTOR * limitW * 1000 ? { ...reading, powerMw: null } : reading

/** Joules between two readings of power; `null` if one is missing or they lie too far apart. */
export const powerBetween = (from: Reading, to: Reading, ms: number): number | null =>
  from.powerMw === null || to.powerMw === null || ms > MAX_POWER_GAP_MS ? null : (((from.powerMw + to.powerMw) / 2) * ms) / 1e6

/**
 * Judges the counter's difference over a step. A fall is a wrap only where the counter has a known range and the energy is possible;
 * a counter that stands still under load is `stuck`, and `held` says since when and what power said meanwhile.
 */
export function counterStep(
  { sensor, limitW }: Device,
  { from, to, ms, powerJ }: Step,
  held: { readonly heldMs: number; readonly heldJ: number },
): Counted | 'reset' | 'stuck' | 'rejected' | null {
  if (from.energyMj === null || to.energyMj === null) return null
  // 1 W for 1 ms is 1 mJ.
  const most = (time: number): number => PLAUSIBLE_FACTOR * limitW * time
  // A counter that could have gone round more than once in this time says nothing.
  if (sensor.wrapMj !== null && most(ms) > sensor.wrapMj) return null
  const mj = to.energyMj - from.energyMj
  // A step may hold what the sensor gathered during the updates before it.
  const mostMj = most(ms + 2 * sensor.updateMs)
  if (mj < 0) {
    const wrapped = sensor.wrapMj === null ? Number.NaN : mj + sensor.wrapMj
    return wrapped >= 0 && wrapped <= mostMj ? { joules: wrapped / 1000, wrapped: true } : 'reset'
  }
  if (mj === 0 && isLoaded(from, to) && ms > Math.max(STUCK_AFTER_MS, 3 * sensor.updateMs)) return 'stuck'
  const joules = released(mj / 1000, powerJ ?? 0, held.heldJ)
  return mj > mostMj + most(held.heldMs) || joules > mostMj / 1000 ? 'rejected' : { joules, wrapped: false }
}

const isLoaded = ({ powerMw: before }: Reading, { powerMw: after }: Reading): boolean =>
  before !== null && after !== null && (before + after) / 2 > STUCK_ABOVE_MW

/** A counter that stood still may catch up when it moves again; what power was booked for meanwhile must not count twice. */
const released = (joules: number, expectedJ: number, heldJ: number): number => (joules > expectedJ + heldJ / 2 ? Math.max(0, joules - heldJ) : joules)
