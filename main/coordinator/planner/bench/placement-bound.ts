import { type Trace, valueAt } from './traces.ts'

export interface Scarce {
  readonly zones: readonly Trace[]
  /** Hours in which a job arrives. */
  readonly arrivals: readonly number[]
  /** Jobs that each zone can run at the same time. */
  readonly capacity: number
  readonly length: number
  readonly slack: number
}

const ITERATIONS = 300

/** One zone: what each hour costs, the price of a place in it, and how many want one. */
interface Priced {
  readonly first: number
  readonly costs: Float64Array
  readonly prices: Float64Array
  readonly wanted: Float64Array
}

/** Adds up the `length` cheapest priced hours from `arrival` on, and leaves those hours, cheapest first, in `hours`. */
function cheapestHours(
  { first, costs, prices }: Priced,
  arrival: number,
  { length, window, hours }: { length: number; window: number; hours: Int32Array },
): number {
  const cheapest = new Float64Array(length).fill(Infinity)
  for (let hour = arrival - first; hour < arrival - first + window; hour += 1) {
    const cost = (costs[hour] as number) + (prices[hour] as number)
    let rank = length - 1
    if (!(cost < (cheapest[rank] as number))) continue
    for (; rank > 0 && cost < (cheapest[rank - 1] as number); rank -= 1) {
      cheapest[rank] = cheapest[rank - 1] as number
      hours[rank] = hours[rank - 1] as number
    }
    cheapest[rank] = cost
    hours[rank] = hour
  }
  return cheapest.reduce((sum, cost) => sum + cost, 0)
}

/** What all jobs cost at these prices, less what is paid for places that are there; never more than any schedule that keeps to the limit. */
function dualValue(zones: readonly Priced[], { arrivals, capacity, length, slack }: Scarce): number {
  let value = 0
  for (const { prices, wanted } of zones) {
    wanted.fill(0)
    for (const price of prices) value -= capacity * price
  }
  let [hours, least] = [new Int32Array(length), new Int32Array(length)]
  for (const arrival of arrivals) {
    let [best, cost]: [Priced | null, number] = [null, Infinity]
    for (const zone of zones) {
      const own = cheapestHours(zone, arrival, { length, window: length + slack, hours })
      if (own >= cost) continue
      ;[best, cost] = [zone, own]
      ;[hours, least] = [least, hours]
    }
    value += cost
    if (best) for (const hour of least) best.wanted[hour] = (best.wanted[hour] as number) + 1
  }
  return value
}

/** A step along the subgradient, of the length that would reach `target` if the dual were linear (Polyak). */
function step(zones: readonly Priced[], capacity: number, gap: number): void {
  let square = 0
  for (const { prices, wanted } of zones) {
    for (const [hour, want] of wanted.entries()) if (want > capacity || (prices[hour] as number) > 0) square += (want - capacity) ** 2
  }
  if (square === 0) return
  for (const { prices, wanted } of zones) {
    for (const [hour, want] of wanted.entries()) prices[hour] = Math.max(0, (prices[hour] as number) + (gap / square) * (want - capacity))
  }
}

/**
 * A bound below which no schedule can emit that keeps to the limit, each job in one zone, even if it knew all arrivals beforehand: the best
 * value found of the Lagrangian dual, in which the limit is replaced by a price for each hour of each zone. Valid at any prices, whether the
 * search for the best has come to its end or not. `found` is what some schedule emits.
 */
export function leastGrams(scarce: Scarce, found: number): number {
  const { zones, arrivals, capacity, length, slack } = scarce
  const first = arrivals[0] ?? 0
  const count = (arrivals.at(-1) ?? first) + length + slack - first
  const priced = zones.map(
    (zone): Priced => ({
      first,
      costs: Float64Array.from({ length: count }, (_, hour) => valueAt(zone, first + hour)),
      prices: new Float64Array(count),
      wanted: new Float64Array(count),
    }),
  )
  let [best, pace, stalled] = [-Infinity, 1, 0]
  for (let iteration = 0; iteration < ITERATIONS; iteration += 1) {
    const value = dualValue(priced, scarce)
    stalled = value > best ? 0 : stalled + 1
    if (stalled === 10) [pace, stalled] = [pace / 2, 0]
    best = Math.max(best, value)
    step(priced, capacity, pace * (found - value))
  }
  return best
}
