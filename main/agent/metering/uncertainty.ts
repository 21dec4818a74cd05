import type { MeterMethod } from '../../../shared/domain/energy-proof.ts'
import type { Sensor } from '../power-source.ts'
import type { Integral } from './energy.ts'

/** The method that was used in the end, which need not be the one that was hoped for. */
export function methodOf({ device, counterMs, powerMs }: Integral): MeterMethod {
  if (powerMs === 0) return device.method
  return counterMs === 0 ? device.sensor.power : 'mixed'
}

/**
 * Integration error in percent at our sampling (1 Hz, instant power 10 Hz): the 95th percentile over simulated bursty loads of
 * 30 s, rounded up.
 */
const INTEGRATION_PCT: Readonly<Record<MeterMethod, number>> = { counter: 0.5, rapl: 0.5, 'power-average': 3, 'power-instant': 3, mixed: 3, estimate: 0.5 }
/** Within this the counter and the integrated power agree; a larger difference is added whole. */
const CROSS_CHECK_TOLERANCE = 0.15
/** A 1 s average lags by a second: shorter measurements cannot be cross-checked. */
const CROSS_CHECK_AFTER_MS = 5_000

/** Integrated power ÷ counter over the same stretches; `null` where there is nothing to compare. */
export const crossCheckOf = ({ checkedCounterJ, checkedPowerJ, counterMs }: Integral): number | null =>
  counterMs >= CROSS_CHECK_AFTER_MS && checkedCounterJ > 0 ? checkedPowerJ / checkedCounterJ : null

export interface Uncertainty {
  readonly pct: number
  readonly basis: string
}

/** Expanded uncertainty (k = 2): root of the squares of sensor, integration, edges (2 updates per duration) and uncovered share. */
export function uncertaintyOf(integral: Integral, sensor: Sensor): Uncertainty {
  const { spanMs, counterMs, powerMs } = integral
  const integration = INTEGRATION_PCT[methodOf(integral)]
  const edges = spanMs > 0 ? (200 * sensor.updateMs) / spanMs : 100
  const gaps = spanMs > 0 ? 100 * Math.max(0, 1 - (counterMs + powerMs) / spanMs) : 100
  const ratio = crossCheckOf(integral)
  const disagreement = ratio !== null && Math.abs(ratio - 1) > CROSS_CHECK_TOLERANCE ? 100 * Math.abs(ratio - 1) : 0
  const parts = `sensor ${text(sensor.uncertaintyPct)} (${sensor.basis}), integration ${text(integration)}, edges ${text(edges)}, gaps ${text(gaps)}`
  return {
    pct: Math.hypot(sensor.uncertaintyPct, integration, edges, gaps) + disagreement,
    basis: `${parts}${disagreement > 0 ? `, counter and power disagree ${text(disagreement)}` : ''}; k = 2`.slice(0, 300),
  }
}

const text = (pct: number): string => `${pct.toFixed(1)} %`
