import { type Slot, meanOver, slotsOf } from '../../../../shared/domain/signal.ts'
import type { Issue } from '../history.store.ts'

const DAY_MS = 86_400_000

/** How far forecasts for the day ahead were off, against what was measured afterwards. */
export interface ForecastError {
  /** gCO2/kWh. */
  readonly meanAbsolute: number
  /** Forecast minus measured, gCO2/kWh: above 0 the grid was cleaner than forecast. */
  readonly bias: number
  /** Of the mean of what was measured, %. */
  readonly meanAbsolutePercent: number
  /** Pairs of a forecast slot and its measurement. */
  readonly comparisons: number
}

/**
 * Compares each forecast with the measured mean over its slot, for slots that began after it was received and within 24 h. A slot that is not wholly
 * measured is left out. `null` without a single pair.
 */
export function forecastError(said: readonly Issue[], measured: readonly Slot[]): ForecastError | null {
  let [absolute, signed, total, comparisons] = [0, 0, 0, 0]
  for (const { signal, receivedAt } of said)
    for (const { from, to, value, forecast } of slotsOf(signal)) {
      if (!forecast || from < receivedAt || from >= receivedAt + DAY_MS) continue
      const truth = meanOver(measured, from, to)
      if (truth?.coverage !== 1) continue
      absolute += Math.abs(value - truth.value)
      signed += value - truth.value
      total += truth.value
      comparisons += 1
    }
  if (comparisons === 0) return null
  return {
    meanAbsolute: absolute / comparisons,
    bias: signed / comparisons,
    meanAbsolutePercent: total > 0 ? (100 * absolute) / total : 0,
    comparisons,
  }
}
