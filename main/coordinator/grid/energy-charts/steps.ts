const HOUR_MS = 3_600_000
const QUARTER_MS = 900_000

interface Step {
  readonly from: number
  readonly to: number
}

/**
 * Where each step ends when only the starts are told (epoch ms, rising): as long as the distance to the next where two in a row agree, else
 * the shorter of the distances on either side, and never longer than an hour. So a step that is missing stays missing, at the price of
 * cutting one short where steps grow longer.
 */
export function stepsFrom(starts: readonly number[]): readonly Step[] {
  const after = starts.map((start, index) => (starts[index + 1] ?? Infinity) - start)
  return starts.map((from, index) => {
    const next = after[index] ?? Infinity
    const length = next === after[index + 1] ? next : Math.min(after[index - 1] ?? Infinity, next)
    return { from, to: from + (Number.isFinite(length) ? Math.min(length, HOUR_MS) : QUARTER_MS) }
  })
}
