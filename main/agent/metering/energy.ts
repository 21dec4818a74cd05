import type { PowerSample, Sensor, SourceMethod } from '../power-source.ts'
import { type Slot, book } from './slots.ts'

/** What the integrator must know about a device. */
export interface Device {
  readonly method: SourceMethod
  readonly sensor: Pick<Sensor, 'updateMs' | 'wrapMj' | 'power'>
  /** No reading above 1.5 times this is believed. */
  readonly limitW: number
}

export type Reading = Pick<PowerSample, 'mono' | 'wall' | 'energyMj' | 'powerMw'>

/** Energy of one device so far, with an honest account of how it was got. Plain data. */
export interface Integral {
  readonly device: Device
  readonly last: Reading
  /** Time since the start on the clock that never jumps, without sleep. */
  readonly spanMs: number
  /** Wall clock of `last`, counted on from the first reading: corrections of the system clock do not tear the timeline. */
  readonly wallMs: number
  readonly slots: readonly Slot[]
  readonly counterMs: number
  readonly powerMs: number
  readonly sleepMs: number
  readonly maxGapMs: number
  readonly samples: number
  readonly resets: number
  readonly wraps: number
  readonly stuck: number
  readonly rejected: number
  readonly counterStartMj: number | null
  readonly counterEndMj: number | null
  readonly peakW: number
  /** Counter and power over the same stretches, for the cross-check. */
  readonly checkedCounterJ: number
  readonly checkedPowerJ: number
}

/** Power is not interpolated over more than this. */
const MAX_POWER_GAP_MS = 5_000
/** Wall clock running ahead of the monotonic one by more than this means the machine was suspended. */
const SLEEP_MS = 2_000
const PLAUSIBLE_FACTOR = 1.5
const STUCK_AFTER_MS = 500
const STUCK_ABOVE_MW = 5_000

/** Begins at a moment; nothing is measured until the first reading. */
export const beginIntegral = (device: Device, { mono, wall }: Pick<Reading, 'mono' | 'wall'>): Integral => ({
  device,
  last: { mono, wall, energyMj: null, powerMw: null },
  spanMs: 0,
  wallMs: wall,
  slots: [],
  counterMs: 0,
  powerMs: 0,
  sleepMs: 0,
  maxGapMs: 0,
  samples: 0,
  resets: 0,
  wraps: 0,
  stuck: 0,
  rejected: 0,
  counterStartMj: null,
  counterEndMj: null,
  peakW: 0,
  checkedCounterJ: 0,
  checkedPowerJ: 0,
})

/**
 * Adds a reading. The counter's difference comes first; where it resets, sticks or jumps beyond physics, the trapezoid rule
 * over power up to 5 s; otherwise the stretch stays uncovered. A sample without any reading changes nothing, so that a counter
 * bridges the gap it leaves. Nothing is ever filled with 0, and no stretch is negative.
 */
export function addReading(integral: Integral, reading: Reading): Integral {
  if (reading.energyMj === null && reading.powerMw === null) return integral
  const moved = advance(integral, reading)
  return {
    ...moved,
    samples: integral.samples + 1,
    resets: integral.resets + Number(fell(integral, reading) && moved.wraps === integral.wraps),
    counterStartMj: integral.counterStartMj ?? reading.energyMj,
    counterEndMj: reading.energyMj ?? integral.counterEndMj,
    peakW: Math.max(moved.peakW, (reading.powerMw ?? 0) / 1000),
  }
}

/** Ends at a moment: what lies after the last reading is uncovered. */
export const endIntegral = (integral: Integral, { mono, wall }: Pick<Reading, 'mono' | 'wall'>): Integral =>
  advance(integral, { mono, wall, energyMj: null, powerMw: null })

/** Joules so far. */
export const joulesOf = ({ slots }: Integral): number => slots.reduce((sum, slot) => sum + slot.joules, 0)

/** Also across sleep and across samples without a counter, where no step is taken. */
const fell = ({ counterEndMj }: Integral, { energyMj }: Reading): boolean => energyMj !== null && counterEndMj !== null && energyMj < counterEndMj

function advance(integral: Integral, to: Reading): Integral {
  const { last } = integral
  const ms = to.mono - last.mono
  if (ms <= 0) return integral.samples === 0 ? { ...integral, last: to } : integral
  const ahead = to.wall - last.wall - ms
  const sleptMs = ahead > SLEEP_MS ? ahead : 0
  const moved: Integral = {
    ...integral,
    last: to,
    spanMs: integral.spanMs + ms,
    wallMs: integral.wallMs + ms + sleptMs,
    sleepMs: integral.sleepMs + sleptMs,
    maxGapMs: Math.max(integral.maxGapMs, ms),
  }
  // Energy while the machine slept is not the job's, and nobody knows how much of this stretch was before and how much after.
  return sleptMs > 0 ? moved : cover(moved, integral, { from: last, to, ms })
}

interface Step {
  readonly from: Reading
  readonly to: Reading
  readonly ms: number
}

function cover(moved: Integral, before: Integral, step: Step): Integral {
  const powerJ =
    step.from.powerMw === null || step.to.powerMw === null || step.ms > MAX_POWER_GAP_MS ? null : (((step.from.powerMw + step.to.powerMw) / 2) * step.ms) / 1e6
  const counter = counterStep(before.device, step)
  const counted = { ...moved, stuck: moved.stuck + Number(counter === 'stuck'), rejected: moved.rejected + Number(counter === 'rejected') }
  if (counter !== null && typeof counter === 'object')
    return coverByCounter(counted, before, { ...step, joules: counter.mj / 1000, wrapped: counter.wrapped, powerJ })
  if (powerJ === null) return counted
  return { ...counted, powerMs: counted.powerMs + step.ms, slots: book(counted.slots, { from: before.wallMs, to: counted.wallMs }, powerJ) }
}

function coverByCounter(
  moved: Integral,
  before: Integral,
  { ms, joules, wrapped, powerJ }: Step & { readonly joules: number; readonly wrapped: boolean; readonly powerJ: number | null },
): Integral {
  const { updateMs } = moved.device.sensor
  // Over a stretch of a few updates the quotient says more about the counter's steps than about power.
  const meanW = ms >= 5 * updateMs ? joules / (ms / 1000) : 0
  return {
    ...moved,
    counterMs: moved.counterMs + ms,
    wraps: moved.wraps + Number(wrapped),
    peakW: Math.max(moved.peakW, meanW),
    slots: book(moved.slots, { from: before.wallMs, to: moved.wallMs }, joules),
    checkedCounterJ: moved.checkedCounterJ + (powerJ === null ? 0 : joules),
    checkedPowerJ: moved.checkedPowerJ + (powerJ ?? 0),
  }
}

type CounterStep = { readonly mj: number; readonly wrapped: boolean } | 'reset' | 'stuck' | 'rejected' | null

function counterStep({ sensor, limitW }: Device, { from, to, ms }: Step): CounterStep {
  if (from.energyMj === null || to.energyMj === null) return null
  // A step may hold what the sensor gathered during the updates before it; 1 W for 1 ms is 1 mJ.
  const mostMj = PLAUSIBLE_FACTOR * limitW * (ms + 2 * sensor.updateMs)
  const mj = to.energyMj - from.energyMj
  if (mj < 0) {
    const wrapped = sensor.wrapMj === null ? Number.NaN : mj + sensor.wrapMj
    return wrapped >= 0 && wrapped <= mostMj ? { mj: wrapped, wrapped: true } : 'reset'
  }
  if (mj > mostMj) return 'rejected'
  const powerMw = from.powerMw !== null && to.powerMw !== null ? (from.powerMw + to.powerMw) / 2 : 0
  return mj === 0 && ms > STUCK_AFTER_MS && powerMw > STUCK_ABOVE_MW ? 'stuck' : { mj, wrapped: false }
}
