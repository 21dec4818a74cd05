import type { Slot } from '../../../../shared/domain/signal.ts'
import { type CostCurve, costCurve } from './cost-curve.ts'

/** How much each matters, relative to the others; none is negative. */
export interface Weights {
  readonly carbon: number
  readonly cost: number
  readonly time: number
}

export const PRESETS = {
  green: { carbon: 1, cost: 0, time: 0 },
  cheap: { carbon: 0, cost: 1, time: 0 },
  fast: { carbon: 0, cost: 0, time: 1 },
  balanced: { carbon: 0.45, cost: 0.45, time: 0.1 },
} as const satisfies Readonly<Record<string, Weights>>

/** What is forecast for a zone. */
export interface ZoneForecast {
  /** gCO2/kWh, in order, without overlaps. */
  readonly intensity: readonly Slot[]
  /** Minor unit of one currency per kWh; `null` where no price is published. */
  readonly prices: readonly Slot[] | null
}

/** What counts as one unit of carbon and of money: the same for every zone that is compared. */
export interface Scales {
  readonly gPerKWh: number
  readonly minorPerKWh: number
}

const DAY_MS = 86_400_000

/** Values that hardly vary are not blown up: their scale is at least this share of their magnitude. */
const LEAST_VARIATION = 0.05
/** Less is nothing, whether of carbon or of money: as a scale, it would magnify what no meter can tell from none. */
const LEAST_SCALE = 1e-9

/**
 * How much there is to choose between: the standard deviation, weighted by time; 1 where there is nothing. Not the mean: prices vary by more
 * than their mean and may be negative, so with means as scales money would outweigh carbon wherever prices swing.
 */
function spread(slots: readonly Slot[]): number {
  let [sum, squares, magnitude, known] = [0, 0, 0, 0]
  for (const { from, to, value } of slots) {
    const weight = to - from
    sum += value * weight
    squares += value ** 2 * weight
    magnitude += Math.abs(value) * weight
    known += weight
  }
  if (magnitude === 0) return 1
  const variance = squares / known - (sum / known) ** 2
  const scale = Math.max(Math.sqrt(Math.max(0, variance)), (LEAST_VARIATION * magnitude) / known)
  return scale < LEAST_SCALE ? 1 : scale
}

/** Scales by which the usual swing of intensity, that of price and a day's wait weigh the same. */
export const scalesOf = (zones: readonly ZoneForecast[]): Scales => ({
  gPerKWh: spread(zones.flatMap(({ intensity }) => intensity)),
  minorPerKWh: spread(zones.flatMap(({ prices }) => prices ?? [])),
})

interface Piece extends Slot {
  readonly price: number | null
}

/** Intensity cut at every change of price. */
function cut(intensity: readonly Slot[], prices: readonly Slot[]): readonly Piece[] {
  const pieces: Piece[] = []
  let next = 0
  for (const slot of intensity) {
    let { from } = slot
    while (from < slot.to) {
      while ((prices[next]?.to ?? Infinity) <= from) next += 1
      const price = prices[next]
      const inside = price !== undefined && price.from <= from
      const to = Math.min(slot.to, (inside ? price.to : price?.from) ?? Infinity)
      pieces.push({ ...slot, from, to, price: inside ? price.value : null })
      from = to
    }
  }
  return pieces
}

/** Mean price over the pieces that have one; `null` if none has. */
function meanPrice(pieces: readonly Piece[]): number | null {
  const priced = pieces.filter(({ price }) => price !== null)
  const known = priced.reduce((sum, { from, to }) => sum + to - from, 0)
  return known === 0 ? null : priced.reduce((sum, { from, to, price }) => sum + (price ?? 0) * (to - from), 0) / known
}

/**
 * What running costs from moment to moment by `weights`: intensity and price in units of `scales`, and one unit for each day of delay,
 * counted from `since` per slot. A moment with an intensity whose price is not published yet is taken at the mean of those that are, so that
 * price neither draws the job there nor keeps it away. In a zone without any price, its weight goes to carbon. A moment without intensity is
 * unknown, whatever the weights: it could not be accounted for.
 */
export function objectiveCurve(
  { intensity, prices }: ZoneForecast,
  { carbon, cost, time }: Weights,
  { scales, since }: { scales: Scales; since: number },
): CostCurve {
  const pieces = cut(intensity, prices ?? [])
  const usual = meanPrice(pieces)
  const total = carbon + cost + time || 1
  const carbonShare = (usual === null ? carbon + cost : carbon) / total / scales.gPerKWh
  const priceShare = usual === null ? 0 : cost / total / scales.minorPerKWh
  const delayShare = time / total / DAY_MS
  return costCurve(
    pieces.map(({ from, to, value, price }) => ({
      from,
      to,
      value: carbonShare * value + priceShare * (price ?? usual ?? 0) + delayShare * ((from + to) / 2 - since),
    })),
  )
}
