import { addReading, beginIntegral } from '../../../shared/domain/energy/integral.ts'
import type { Integral } from '../../../shared/domain/energy/integral.ts'
import { resultOf } from '../../../shared/domain/energy/result.ts'
import type { Device } from '../../../shared/domain/energy/sensor.ts'
import type { EpochMs } from '../../../shared/units.ts'
import type { PowerSample } from '../power-source.ts'

/** Power of a device on which nothing happens. */
export interface IdleBaseline {
  readonly watts: number
  readonly at: EpochMs
  /** Whether it drove a screen: that alone may double its idle power. */
  readonly display: boolean
}

/** What is known about the quiet of one device. Plain data. */
export interface IdleWatch {
  /** The first sample of the quiet that still lasts; `null` while something happens. */
  readonly since: PowerSample | null
  readonly last: PowerSample | null
  /** The measurement under way. */
  readonly window: Integral | null
  readonly baseline: IdleBaseline | null
}

export const NOTHING_WATCHED: IdleWatch = { since: null, last: null, window: null, baseline: null }

/** Power needs a while to settle after work. */
const QUIET_FIRST_MS = 60_000
const MEASURED_MS = 30_000
const BUSY_FROM = 0.05
const STEADY_BYTES = 64 * 1024 * 1024
/** Nobody knows what happened in a longer gap. */
const LONGEST_GAP_MS = 15_000
const LEAST_COVERAGE = 0.9
const VALID_MS = 30 * 60_000

/**
 * Takes in a sample of a device on which no attempt runs. After 60 s of quiet (busy below 5 %, the same processes, steady memory, the
 * same screen) its power is measured over 30 s, and again and again while the quiet lasts. What a device does not tell counts as
 * busy, except processes and memory.
 */
export function watchIdle(watch: IdleWatch, device: Device, sample: PowerSample): IdleWatch {
  if (!isQuiet(sample)) return { ...watch, since: null, last: sample, window: null }
  const { since, last } = watch
  if (!since || !last || !isSame(since, sample) || sample.mono - last.mono > LONGEST_GAP_MS || sample.wall - last.wall > LONGEST_GAP_MS)
    return { ...watch, since: sample, last: sample, window: null }
  if (sample.mono - since.mono < QUIET_FIRST_MS) return { ...watch, last: sample }
  const window = addReading(watch.window ?? beginIntegral(device, sample), sample)
  if (window.spanMs < MEASURED_MS) return { ...watch, last: sample, window }
  return { ...watch, last: sample, window: null, baseline: measured(window, sample) ?? watch.baseline }
}

/** Work begins: the quiet is over, what was measured stays. */
export const endQuiet = (watch: IdleWatch): IdleWatch => ({ ...NOTHING_WATCHED, baseline: watch.baseline })

/** What was measured, while it still counts. */
export const validBaseline = ({ baseline }: IdleWatch, now: number): IdleBaseline | null =>
  baseline && Math.abs(now - baseline.at) <= VALID_MS ? baseline : null

const isQuiet = ({ status, busy, display }: PowerSample): boolean => status === 'ok' && busy !== null && busy < BUSY_FROM && display !== null

const isSame = (a: PowerSample, b: PowerSample): boolean =>
  a.display === b.display &&
  String(a.processes?.toSorted()) === String(b.processes?.toSorted()) &&
  Math.abs((a.memoryUsedBytes ?? 0) - (b.memoryUsedBytes ?? 0)) <= STEADY_BYTES

function measured(window: Integral, { wall, display }: PowerSample): IdleBaseline | null {
  const { joules, coveredMs } = resultOf(window)
  if (coveredMs < LEAST_COVERAGE * window.spanMs || display === null) return null
  return { watts: joules / (coveredMs / 1000), at: wall, display }
}
