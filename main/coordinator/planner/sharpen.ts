import type { Slot } from '../../../shared/domain/signal.ts'

/** A forecast slot, or a measured one. */
type Valued = Pick<Slot, 'from' | 'to' | 'value'>

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

/**
 * The forecast without the part of its roughness that the grid has not shown lately. Independent errors make a forecast rougher than what it
 * foretells; picking the lowest slots picks the luckiest errors. With noise σ² = (R − R₀)/6, where R and R₀ are the {@link roughness} of
 * `forecast` and `measured`, the average `w, 1 − 2w, w` errs by σ²((1 − 2w)² + 2w²) + w²R₀, which is least at w = (R − R₀)/3R. A forecast
 * that is no rougher than the grid is returned as it is. Both have slots of the same length.
 */
export function withoutNoise<S extends Valued>(forecast: readonly S[], measured: readonly Valued[]): readonly S[] {
  const [found, usual] = [roughness(forecast), roughness(measured)]
  if (found === null || usual === null || found <= usual) return forecast
  const weight = (found - usual) / (3 * found)
  return forecast.map((slot, index) => {
    const [before, after] = [forecast[index - 1], forecast[index + 1]]
    const left = before?.to === slot.from ? before.value : slot.value
    const right = after?.from === slot.to ? after.value : slot.value
    return { ...slot, value: slot.value + weight * (left - 2 * slot.value + right) }
  })
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
