/** A measured quantity over time as a path in a box of 1000 × 100, however many points there are. */
import type { PowerPoint } from './power-ring.ts'

export const BOX = { width: 1_000, height: 100 } as const

/** As many columns as a card has pixels where it is widest: finer is not seen. */
const COLUMNS = 500
/** Where nothing was read for so long, nothing is drawn. */
const GAP_MS = 30_000

interface Frame {
  /** Epoch milliseconds at the left and the right edge. */
  readonly from: number
  readonly to: number
  /** Values at the lower and the upper edge. */
  readonly low: number
  readonly high: number
}

interface Spot {
  readonly at: number
  readonly value: number
}

/** Keeps of each column the first, lowest, highest and last spot: the line looks as if all were drawn. */
function thinned(spots: readonly Spot[], { from, to }: Frame): readonly Spot[] {
  if (spots.length <= 2 * COLUMNS) return spots
  const kept: Spot[] = []
  const columnMs = (to - from) / COLUMNS
  for (let start = 0; start < spots.length; ) {
    const column = Math.floor(((spots[start]?.at ?? 0) - from) / columnMs)
    let end = start + 1
    while (end < spots.length && Math.floor(((spots[end]?.at ?? 0) - from) / columnMs) === column) end++
    const inside = spots.slice(start, end)
    const lowest = inside.reduce((one, other) => (other.value < one.value ? other : one))
    const highest = inside.reduce((one, other) => (other.value > one.value ? other : one))
    kept.push(...new Set([inside[0] ?? lowest, lowest, highest, inside.at(-1) ?? highest].toSorted((a, b) => a.at - b.at)))
    start = end
  }
  return kept
}

/** Spots without the values nobody told, cut where nothing was read. */
function stretches(spots: readonly Spot[]): readonly (readonly Spot[])[] {
  const all: Spot[][] = []
  let last = -Infinity
  for (const spot of spots) {
    if (Number.isNaN(spot.value)) continue
    if (spot.at - last > GAP_MS) all.push([])
    all.at(-1)?.push(spot)
    last = spot.at
  }
  return all
}

const within = (share: number, size: number): string => (Math.min(1, Math.max(0, share)) * size).toFixed(1)

/** `line` is the path of the values, `area` the same down to the lower edge. Both empty where there is nothing. */
export function traceOf(spots: readonly Spot[], frame: Frame): { readonly line: string; readonly area: string } {
  const { from, to, low, high } = frame
  const x = (at: number) => within(to === from ? 1 : (at - from) / (to - from), BOX.width)
  const y = (value: number) => within(1 - (value - low) / (high - low), BOX.height)
  const parts = stretches(spots).map((stretch) => {
    const drawn = thinned(stretch, frame)
    const line = drawn.map(({ at, value }) => `${x(at)} ${y(value)}`).join('L')
    return { line: `M${line}`, area: `M${x(drawn[0]?.at ?? from)} ${BOX.height}L${line}L${x(drawn.at(-1)?.at ?? to)} ${BOX.height}Z` }
  })
  return { line: parts.map(({ line }) => line).join(''), area: parts.map(({ area }) => area).join('') }
}

const STEPS = [1, 2, 5, 10]

/** The next 1, 2 or 5 times a power of ten, at least 1. */
export function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)))
  return power * (STEPS.find((step) => step * power >= value) ?? 10)
}

export interface PowerFigures {
  readonly lowW: number
  readonly highW: number
  readonly last: PowerPoint
  /** °C now; `null` where nothing tells. */
  readonly celsius: number | null
  readonly spanMs: number
}

/** What a sentence says of these points (oldest first, at least one). */
export function figuresOf(points: readonly PowerPoint[]): PowerFigures | null {
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last) return null
  let [lowW, highW] = [Infinity, -Infinity]
  for (const { watts } of points) {
    lowW = Math.min(lowW, watts)
    highW = Math.max(highW, watts)
  }
  return { lowW, highW, last, celsius: Number.isNaN(last.celsius) ? null : last.celsius, spanMs: last.at - first.at }
}

const MOST_ROWS = 120

export interface PowerRow {
  readonly at: number
  readonly watts: number
  readonly celsius: number
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** The points as at most about 120 rows, newest first: each the mean of a round stretch of time, whose beginning names it. */
export function rowsOf(points: readonly PowerPoint[]): { readonly stepMs: number; readonly rows: readonly PowerRow[] } {
  const spanMs = (points.at(-1)?.at ?? 0) - (points[0]?.at ?? 0)
  const stepMs = [1_000, 5_000, 10_000, 30_000, 60_000].find((step) => spanMs / step <= MOST_ROWS) ?? 60_000
  const groups = Map.groupBy(points, ({ at }) => Math.floor(at / stepMs) * stepMs)
  const rows = [...groups].map(([at, inside]) => ({
    at,
    watts: mean(inside.map(({ watts }) => watts)),
    celsius: mean(inside.flatMap(({ celsius }) => (Number.isNaN(celsius) ? [] : [celsius]))),
  }))
  return { stepMs, rows: rows.toReversed() }
}

/** The point nearest to a moment; `null` without points. */
export function nearest(points: readonly PowerPoint[], at: number): PowerPoint | null {
  let [low, high] = [0, points.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((points[middle]?.at ?? 0) < at) low = middle + 1
    else high = middle
  }
  const [after, before] = [points[low], points[low - 1]]
  if (!after) return null
  return before && at - before.at < after.at - at ? before : after
}
