import type { Integral } from '../../../shared/domain/energy/integral.ts'
import { isDistrusted } from '../../../shared/domain/energy/result.ts'

const EVERY_MS = 1_000
/** Instant power is a snapshot; at 1 Hz it would miss whole phases of a job. */
const INSTANT_EVERY_MS = 100
/** So much of the time a counter is compared with snapshots of power. */
const COMPARED_MS = 10_000
const COMPARED_SHARE = 0.02
/** So much of the time a counter may fail before power is read as if there were none. */
const FAILING_SHARE = 0.01

/** Milliseconds until the next reading, as the weakest device needs it. */
export const paceOf = (integrals: readonly Integral[]): number => (integrals.some(needsSnapshots) ? INSTANT_EVERY_MS : EVERY_MS)

function needsSnapshots(integral: Integral): boolean {
  const { device, peakPowerW, spanMs, powerMs, checkedMs } = integral
  if (device.method === 'power-instant') return true
  if (device.sensor.power === 'power-average' || peakPowerW === 0) return false
  return isDistrusted(integral) || powerMs > FAILING_SHARE * spanMs || checkedMs < Math.max(COMPARED_MS, COMPARED_SHARE * spanMs)
}
