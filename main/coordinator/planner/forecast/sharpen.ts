import { solvePositiveDefinite } from './positive-definite.ts'
import { type Rhythm, type Valued, rhythmOf } from './rhythm.ts'

/** Mean squared second difference over slots that touch: 0 for a straight line, 6σ² more for a noise of σ. `null` with fewer than three. */
function roughness(slots: readonly Valued[]): number | null {
  let [sum, count] = [0, 0]
  for (const [index, slot] of slots.entries()) {
    const [before, after] = [slots[index - 1], slots[index + 1]]
    if (before?.to !== slot.from || after?.from !== slot.to) continue
    sum += (before.value - 2 * slot.value + after.value) ** 2
    count += 1
  }
  return count === 0 ? null : sum / count
}

const DAY_MS = 86_400_000
/** Finer forecasts are left as they are: what is gained is not worth the time it takes. */
const FINEST_MS = 15 * 60_000
/** Measured values are taken as exact but for this share of their variance, which keeps rounding harmless. */
const MEASURED_NOISE = 1e-3

interface Seen extends Valued {
  /** Variance of its error. */
  readonly noise: number
}

/** Departures from the usual day as expected in the light of everything seen, near and far (Wiener 1949; simple kriging). */
function expected<S extends Valued>(wanted: readonly S[], seen: readonly Seen[], { stepMs, usual, covariance }: Rhythm): readonly S[] | null {
  const start = seen[0]?.from ?? 0
  const steps = Int32Array.from(seen, ({ from }) => Math.round((from - start) / stepMs))
  const noise = Float64Array.from(seen, (slot) => slot.noise)
  const apart = (a: number, b: number): number => (steps[a] as number) - (steps[b] as number)
  const weights = solvePositiveDefinite(
    Float64Array.from(seen, ({ from, value }) => value - usual(from)),
    (row, column) => covariance(apart(row, column)) + (row === column ? (noise[row] as number) : 0),
  )
  return (
    weights &&
    wanted.map((slot) => {
      const step = Math.round((slot.from - start) / stepMs)
      const departure = weights.reduce((sum, weight, index) => sum + weight * covariance(step - (steps[index] as number)), 0)
      return { ...slot, value: Math.max(0, usual(slot.from) + departure) }
    })
  )
}

/**
 * The forecast as it most likely was before independent errors made it rougher than the grid is: picking the lowest slots of a rough forecast
 * picks its luckiest errors. Their variance is (R − R₀)/6, where R and R₀ are the {@link roughness} of `forecast` and of `measured`. Every
 * slot becomes the best linear estimate from the whole forecast, the last day measured before it, and how values of this grid hang together
 * over time. A forecast that is no rougher than the grid, or that there are not two days of measurements to judge by, is returned as it is.
 * Both have slots of the same length; a month of measurements is best; what is measured after the forecast begins is not looked at.
 */
export function withoutNoise<S extends Valued>(forecast: readonly S[], measured: readonly Valued[]): readonly S[] {
  const [first, last] = [forecast[0], forecast.at(-1)]
  if (!first || !last || first.to - first.from < FINEST_MS) return forecast
  const past = measured.filter(({ to }) => to <= first.from)
  const [found, natural] = [roughness(forecast), roughness(past)]
  if (found === null || natural === null || found <= natural) return forecast
  const rhythm = rhythmOf(past, last.from - first.from + DAY_MS)
  if (rhythm?.stepMs !== first.to - first.from) return forecast
  const exact = { noise: MEASURED_NOISE * rhythm.covariance(0) }
  const lastDay = past.filter(({ from }) => from >= first.from - DAY_MS).map((slot) => ({ ...slot, ...exact }))
  const noise = (found - natural) / 6
  return expected(forecast, [...lastDay, ...forecast.map((slot) => ({ ...slot, noise }))], rhythm) ?? forecast
}

/** How fast the running departure from a forecast is forgotten. */
const FADE_MS = 12 * 3_600_000
/** So many past errors count as much as the assumption that there are none. */
const DOUBT = 5

interface Judgement {
  /** What was measured in a slot, the running one included; `null` where nothing is yet. */
  readonly measured: (slot: Valued) => number | null
  /** Errors, measured less forecast, of past forecasts that reached as far ahead as this slot does, and at the same time of day. */
  readonly pastErrors: (slot: Valued) => readonly number[]
}

/**
 * A published forecast, corrected by what it usually gets wrong and by how far it is off at this moment, which fades; what is measured is
 * taken as measured. Without a past to judge it by, a forecast is taken at its word.
 */
export function withItsErrors<S extends Valued>(forecast: readonly S[], { measured, pastErrors }: Judgement): readonly S[] {
  const corrected = forecast.map((slot) => {
    const errors = pastErrors(slot)
    const value = slot.value + errors.reduce((sum, error) => sum + error, 0) / (errors.length + DOUBT)
    return { slot, judged: errors.length > 0, value, seen: measured(slot) }
  })
  const newest = corrected.findLast(({ seen, judged }) => seen !== null && judged)
  const departure = newest ? (newest.seen ?? 0) - newest.value : 0
  const since = newest?.slot.from ?? 0
  return corrected.map(({ slot, value, seen }) => ({ ...slot, value: seen ?? Math.max(0, value + departure * Math.exp(-(slot.from - since) / FADE_MS)) }))
}
