/** Two weeks of one forecast a day: the ends of eight in ten cannot be told from fewer. */
const FEWEST_ERRORS = 14

interface Spread {
  readonly low: number
  readonly high: number
}

/** Linear between ranks of n + 1 (Weibull): an error to come lies below it as often as it says, however few there were. */
function quantile(sorted: readonly number[], share: number): number {
  const rank = Math.min(Math.max(share * (sorted.length + 1), 1), sorted.length)
  const [below, above] = [sorted[Math.floor(rank) - 1] ?? Number.NaN, sorted[Math.ceil(rank) - 1] ?? Number.NaN]
  return below + (above - below) * (rank % 1)
}

/** Between what eight of ten errors lie; `null` with fewer than 14 of them. */
export function spreadOf(errors: readonly number[]): Spread | null {
  if (errors.length < FEWEST_ERRORS) return null
  const sorted = errors.toSorted((a, b) => a - b)
  return { low: quantile(sorted, 0.1), high: quantile(sorted, 0.9) }
}
