import { type Counted, MAX_POWER_GAP_MS, type Step, believable, counterStep, powerBetween } from './step.ts'
import type { Device, Reading, Sensor } from './sensor.ts'
import { type Slot, book } from './slots.ts'

/** Energy of one device so far, with an honest account of how it was got. Plain data; `resultOf` says what it amounts to. */
export interface Integral {
  readonly device: Device
  readonly last: Reading
  /** Time since the start on the clock that never jumps, without sleep. */
  readonly spanMs: number
  /** Wall clock of `last`, counted on from the first reading: corrections of the system clock do not tear the timeline. */
  readonly wallMs: number
  /** By the counter, and by power where the counter fails. */
  readonly counted: readonly Slot[]
  readonly counterMs: number
  readonly powerMs: number
  /** By power alone, for the case that the counter turns out to be wrong. */
  readonly powered: readonly Slot[]
  readonly poweredMs: number
  readonly sleepMs: number
  readonly maxGapMs: number
  readonly samples: number
  readonly resets: number
  readonly wraps: number
  readonly stuck: number
  readonly rejected: number
  readonly counterStartMj: number | null
  readonly counterEndMj: number | null
  readonly peakCounterW: number
  readonly peakPowerW: number
  /** Since when the counter stands still under load, and what power said meanwhile: it may catch up later. */
  readonly heldMs: number
  readonly heldJ: number
  /** Counter and power over the same stretches, where power is read often enough to be compared. */
  readonly checkedMs: number
  readonly checkedCounterJ: number
  readonly checkedPowerJ: number
  /** The system said that it goes to sleep, and no reading came since. */
  readonly suspended: boolean
}

/** Wall clock running ahead of the monotonic one by more than this means the machine was suspended. */
const SLEEP_MS = 2_000
/** Snapshots of power that lie further apart miss whole phases of a load and prove nothing against a counter. */
const COMPARABLE_MS: Readonly<Record<Sensor['power'], number>> = { 'power-average': MAX_POWER_GAP_MS, 'power-instant': 250 }

/** Begins at a moment; nothing is measured until the first reading. */
export const beginIntegral = (device: Device, { mono, wall }: Pick<Reading, 'mono' | 'wall'>): Integral => ({
  device,
  last: { mono, wall, energyMj: null, powerMw: null },
  spanMs: 0,
  wallMs: wall,
  counted: [],
  counterMs: 0,
  powerMs: 0,
  powered: [],
  poweredMs: 0,
  sleepMs: 0,
  maxGapMs: 0,
  samples: 0,
  resets: 0,
  wraps: 0,
  stuck: 0,
  rejected: 0,
  counterStartMj: null,
  counterEndMj: null,
  peakCounterW: 0,
  peakPowerW: 0,
  heldMs: 0,
  heldJ: 0,
  checkedMs: 0,
  checkedCounterJ: 0,
  checkedPowerJ: 0,
  suspended: false,
})

/**
 * Adds a reading. The counter's difference comes first; where it resets, sticks or jumps beyond physics, the trapezoid rule
 * over power up to 5 s; otherwise the stretch stays uncovered. A sample without any reading changes nothing, so that a counter
 * bridges the gap it leaves. Nothing is ever filled with 0, and no stretch is negative.
 */
export function addReading(integral: Integral, read: Reading): Integral {
  const reading = believable(integral.device, read)
  const doubted = Number(reading.powerMw !== read.powerMw)
  if (reading.energyMj === null && reading.powerMw === null) return addNothing({ ...integral, rejected: integral.rejected + doubted }, reading)
  const moved = advance(integral, reading)
  return {
    ...moved,
    samples: integral.samples + 1,
    rejected: moved.rejected + doubted,
    resets: integral.resets + Number(fell(integral, reading) && moved.wraps === integral.wraps),
    counterStartMj: integral.counterStartMj ?? reading.energyMj,
    counterEndMj: reading.energyMj ?? integral.counterEndMj,
    peakPowerW: Math.max(moved.peakPowerW, (reading.powerMw ?? 0) / 1000),
  }
}

/** The machine is awake again, even if nothing could be read yet. */
const addNothing = (integral: Integral, reading: Reading): Integral => (integral.suspended ? advance(integral, reading) : integral)

/** Ends at a moment: what lies after the last reading is uncovered. */
export const endIntegral = (integral: Integral, { mono, wall }: Pick<Reading, 'mono' | 'wall'>): Integral =>
  advance(integral, { mono, wall, energyMj: null, powerMw: null })

/** The system says that it is about to sleep: nothing from this moment to the next look belongs to the job. */
export const suspendIntegral = (integral: Integral, at: Pick<Reading, 'mono' | 'wall'>): Integral => ({ ...endIntegral(integral, at), suspended: true })

/** Also across sleep and across samples without a counter, where no step is taken. */
const fell = ({ counterEndMj }: Integral, { energyMj }: Reading): boolean => energyMj !== null && counterEndMj !== null && energyMj < counterEndMj

function advance(integral: Integral, to: Reading): Integral {
  const { last: from } = integral
  const ms = to.mono - from.mono
  if (ms <= 0) return integral.samples === 0 ? { ...integral, last: to } : integral
  const { asleepMs, awakeMs } = sleepOf(integral, to, ms)
  const moved: Integral = {
    ...integral,
    last: to,
    spanMs: integral.spanMs + awakeMs,
    wallMs: integral.wallMs + awakeMs + asleepMs,
    sleepMs: integral.sleepMs + asleepMs,
    maxGapMs: Math.max(integral.maxGapMs, awakeMs),
    suspended: false,
  }
  // Energy while the machine slept is not the job's, and nobody knows how much of this stretch was before and how much after.
  if (asleepMs > 0) return { ...moved, heldMs: 0, heldJ: 0 }
  const step = { from, to, ms, stretch: { from: integral.wallMs, to: moved.wallMs }, powerJ: powerBetween(from, to, ms) }
  return cover(bookPower(moved, step), step)
}

/**
 * How long the machine slept in this stretch. On some systems the monotonic clock stands still meanwhile, then the wall clock runs
 * ahead; on others it runs on, then only the system's own announcement tells. Both clocks together decide which it is.
 */
function sleepOf({ last, suspended }: Integral, to: Reading, ms: number): { readonly asleepMs: number; readonly awakeMs: number } {
  const ahead = to.wall - last.wall - ms
  if (ahead > SLEEP_MS) return { asleepMs: ahead, awakeMs: ms }
  return suspended ? { asleepMs: ms, awakeMs: 0 } : { asleepMs: 0, awakeMs: ms }
}

const bookPower = (moved: Integral, { stretch, ms, powerJ }: Step): Integral =>
  powerJ === null ? moved : { ...moved, poweredMs: moved.poweredMs + ms, powered: book(moved.powered, stretch, powerJ) }

function cover(moved: Integral, step: Step): Integral {
  const counter = counterStep(moved.device, step, moved)
  if (counter !== null && typeof counter === 'object') return coverByCounter(moved, step, counter)
  const held = counter === 'stuck' ? { heldMs: moved.heldMs + step.ms, heldJ: moved.heldJ + (step.powerJ ?? 0) } : { heldMs: 0, heldJ: 0 }
  const counted = { ...moved, ...held, stuck: moved.stuck + Number(counter === 'stuck'), rejected: moved.rejected + Number(counter === 'rejected') }
  if (step.powerJ === null) return counted
  return { ...counted, powerMs: counted.powerMs + step.ms, counted: book(counted.counted, step.stretch, step.powerJ) }
}

function coverByCounter(moved: Integral, { ms, stretch, powerJ }: Step, { joules, wrapped }: Counted): Integral {
  const { updateMs, power } = moved.device.sensor
  // Over a stretch of a few updates the quotient says more about the counter's steps than about power.
  const meanW = ms >= 5 * updateMs ? joules / (ms / 1000) : 0
  const compared = powerJ !== null && moved.heldMs === 0 && ms <= COMPARABLE_MS[power]
  return {
    ...moved,
    counterMs: moved.counterMs + ms,
    wraps: moved.wraps + Number(wrapped),
    peakCounterW: Math.max(moved.peakCounterW, meanW),
    counted: book(moved.counted, stretch, joules),
    heldMs: 0,
    heldJ: 0,
    checkedMs: moved.checkedMs + (compared ? ms : 0),
    checkedCounterJ: moved.checkedCounterJ + (compared ? joules : 0),
    checkedPowerJ: moved.checkedPowerJ + (compared ? powerJ : 0),
  }
}
