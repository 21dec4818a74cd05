import type { MeterMethod } from '../energy-proof.ts'
import type { Integral } from './integral.ts'
import type { Slot } from './slots.ts'

/** What an integral amounts to, once it is decided whether its counter is believed. */
export interface Result {
  readonly joules: number
  readonly slots: readonly Slot[]
  readonly counterMs: number
  readonly powerMs: number
  readonly coveredMs: number
  readonly peakW: number
  /** The method that was used in the end, which need not be the one that was hoped for. */
  readonly method: MeterMethod
  /** True if the counter contradicts power and is not used at all. */
  readonly distrusted: boolean
  /** Integrated power ÷ counter over the same stretches; `null` where there is nothing to compare. */
  readonly crossCheckRatio: number | null
}

/** Less common coverage than this proves nothing. */
const CHECK_AFTER_MS = 5_000
/** Beyond this factor one of the two is wrong, and counters have been stuck or a hundred times off where power was right. */
const DISTRUST_FACTOR = 2
/** How far power may lag behind the counter: what was drawn in so much time may be missing at an end. */
const LAG_S = { 'power-average': 1, 'power-instant': 0.2 } as const

/** Decides between the counter and power, and says what was measured. Joules are never negative. */
export function resultOf(integral: Integral): Result {
  const distrusted = isDistrusted(integral)
  const { counterMs, powerMs } = distrusted ? { counterMs: 0, powerMs: integral.poweredMs } : integral
  const slots = distrusted ? integral.powered : integral.counted
  return {
    joules: slots.reduce((sum, slot) => sum + slot.joules, 0),
    slots,
    counterMs,
    powerMs,
    coveredMs: counterMs + powerMs,
    peakW: distrusted ? integral.peakPowerW : Math.max(integral.peakPowerW, integral.peakCounterW),
    method: distrusted ? integral.device.sensor.power : methodOf(integral),
    distrusted,
    crossCheckRatio: distrusted ? null : ratioOf(integral),
  }
}

/** Joules so far. */
export const joulesOf = (integral: Integral): number => resultOf(integral).joules

/** Over the measured time and one update of the sensor, because a counter may hand over what it gathered before the first reading. */
export const meanWattsOf = ({ device }: Integral, { joules, coveredMs }: Result): number =>
  coveredMs > 0 ? joules / ((coveredMs + device.sensor.updateMs) / 1000) : 0

/**
 * True once the counter and the integrated power differ by more than a factor of 2 over at least 5 s, and the difference is not what
 * power can still owe at an end of that time.
 */
export function isDistrusted({ device, checkedMs, checkedCounterJ, checkedPowerJ, peakPowerW }: Integral): boolean {
  if (checkedMs < CHECK_AFTER_MS) return false
  const owedJ = peakPowerW * LAG_S[device.sensor.power]
  return checkedPowerJ > DISTRUST_FACTOR * checkedCounterJ + owedJ || checkedCounterJ > DISTRUST_FACTOR * checkedPowerJ + owedJ
}

function methodOf({ device, counterMs, powerMs }: Integral): MeterMethod {
  if (powerMs === 0) return device.method
  return counterMs === 0 ? device.sensor.power : 'mixed'
}

/** A ratio beyond the factor that did not lead to distrust is all lag, and says nothing. */
function ratioOf({ checkedMs, checkedCounterJ, checkedPowerJ }: Integral): number | null {
  if (checkedMs < CHECK_AFTER_MS || checkedCounterJ <= 0) return null
  const ratio = checkedPowerJ / checkedCounterJ
  return ratio >= 1 / DISTRUST_FACTOR && ratio <= DISTRUST_FACTOR ? ratio : null
}
