import type { MeterMethod } from '../energy-proof.ts'
import type { Integral } from './integral.ts'
import { type Result, meanWattsOf, resultOf } from './result.ts'

/**
 * Integration error in percent at our sampling (1 Hz, instant power 10 Hz): the 95th percentile over simulated bursty loads of
 * 30 s, rounded up.
 */
const INTEGRATION_PCT: Readonly<Record<MeterMethod, number>> = { counter: 0.5, rapl: 0.5, 'power-average': 3, 'power-instant': 3, mixed: 3, estimate: 0.5 }
/** Snapshots of power that lie a second apart miss whole phases of a load. */
const SPARSE_PCT = 10
const SPARSE_MS = 250
/** An average looks back over its window, so that much is misplaced at each end. */
const AVERAGE_WINDOW_MS = 1_000
/** Within this the counter and the integrated power agree; a larger difference is added whole. */
const CROSS_CHECK_TOLERANCE = 0.15

export interface Uncertainty {
  readonly pct: number
  /** The parts in words, for the owner; at most 300 characters. */
  readonly basis: string
}

/**
 * Expanded uncertainty (k = 2, 95 %) in percent of the energy: root of the squares of sensor, integration, edges (one update at peak
 * power at each end) and gaps (peak power while nothing was read); a disagreement between counter and power is added whole.
 */
export function uncertaintyOf(integral: Integral): Uncertainty {
  const { sensor } = integral.device
  const result = resultOf(integral)
  const sampling = samplingPct(integral, result)
  const [edges, gaps] = [edgesPct(integral, result), gapsPct(integral, result)]
  const disagreement = disagreementPct(result)
  const pct = Math.hypot(sensor.uncertaintyPct, sampling, edges, gaps) + disagreement
  const parts = [
    `Sensor ${text(sensor.uncertaintyPct)} (${sensor.basis})`,
    `sampling ${text(sampling)}`,
    `start and end ${text(edges)}`,
    ...(gaps > 0 ? [`gaps in the readings ${text(gaps)}`] : []),
    ...(disagreement > 0 ? [`counter and power differ by ${text(disagreement)}`] : []),
    ...(result.distrusted ? ['energy counter not used: it contradicts the power readings'] : []),
  ]
  return { pct, basis: `${parts.join(', ').slice(0, 270)}. Together ${text(pct)}.` }
}

function samplingPct({ device, spanMs, samples }: Integral, { method }: Result): number {
  const snapshots = method === 'power-instant' || (method === 'mixed' && device.sensor.power === 'power-instant')
  return snapshots && spanMs / Math.max(1, samples) > SPARSE_MS ? SPARSE_PCT : INTEGRATION_PCT[method]
}

function edgesPct(integral: Integral, result: Result): number {
  const { sensor } = integral.device
  const averaged = result.powerMs > 0 && sensor.power === 'power-average'
  const windowMs = averaged ? Math.max(AVERAGE_WINDOW_MS, sensor.updateMs) : sensor.updateMs
  return integral.spanMs > 0 ? ((200 * windowMs) / integral.spanMs) * peakOverMean(integral, result) : 100
}

function gapsPct(integral: Integral, result: Result): number {
  const uncoveredMs = Math.max(0, integral.spanMs - result.coveredMs)
  return result.coveredMs > 0 ? ((100 * uncoveredMs) / result.coveredMs) * peakOverMean(integral, result) : 100
}

function peakOverMean(integral: Integral, result: Result): number {
  const meanW = meanWattsOf(integral, result)
  return meanW > 0 ? Math.max(1, result.peakW / meanW) : 1
}

const disagreementPct = ({ crossCheckRatio: ratio }: Result): number =>
  ratio !== null && Math.abs(ratio - 1) > CROSS_CHECK_TOLERANCE ? 100 * Math.abs(ratio - 1) : 0

const text = (pct: number): string => `±${pct.toFixed(1)} %`
