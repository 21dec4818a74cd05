/** How much energy a piece of work takes on cards of a family, as the results of several owners show it. Pure. */

/** Fewer owners could be one person with two machines and a friend; fewer results are chance. */
const MIN_OWNERS = 3
const MIN_RESULTS = 8
/** Iglewicz and Hoaglin, How to detect and handle outliers, 1993: what is further from the median than this many deviations. */
const OUTLYING = 3.5
/** Of a normal distribution, the standard deviation in medians of absolute deviations. */
const MAD_TO_SIGMA = 1.4826
/** Cards of one family and their sensors differ by about so much (a natural logarithm), however few of them were seen. */
const LEAST_SIGMA = 0.06

export interface Band {
  readonly low: number
  readonly high: number
  /** What is usual. */
  readonly middle: number
  readonly owners: number
  readonly results: number
}

interface Weighed {
  readonly value: number
  readonly weight: number
}

/** The lower weighted median: half of all weight lies at or below it. */
function weightedMedian(all: readonly Weighed[]): number {
  const sorted = all.toSorted((a, b) => a.value - b.value)
  const half = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2
  let below = 0
  for (const { value, weight } of sorted) {
    below += weight
    if (below >= half * (1 - 1e-12)) return value
  }
  return Number.NaN
}

/**
 * The band of joules per unit of work in which nearly all results lie, from those of each owner; `null` while too few have done it. Every owner weighs
 * the same, however much it did: median and median of absolute deviations move only when half of the owners do.
 */
export function bandOf(byOwner: readonly (readonly number[])[]): Band | null {
  const owners = byOwner.filter(({ length }) => length > 0)
  const results = owners.reduce((sum, { length }) => sum + length, 0)
  if (owners.length < MIN_OWNERS || results < MIN_RESULTS) return null
  const logs = owners.flatMap((values) => values.map((value) => ({ value: Math.log(value), weight: 1 / values.length })))
  const middle = weightedMedian(logs)
  const mad = weightedMedian(logs.map(({ value, weight }) => ({ value: Math.abs(value - middle), weight })))
  const reach = OUTLYING * Math.max(mad * MAD_TO_SIGMA, LEAST_SIGMA)
  return { low: Math.exp(middle - reach), high: Math.exp(middle + reach), middle: Math.exp(middle), owners: owners.length, results }
}
