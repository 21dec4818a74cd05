/** Time series of market documents as slots. Times are epoch milliseconds, stretches half-open. */
import { WindfallError } from '../../../../shared/errors.ts'
import type { LiveSlot } from '../live-signal.ts'
import { MAX_SLOTS } from '../provider-answer.ts'
import type { Period, TimeSeries } from './entsoe-body.ts'

export const QUARTER_MS = 900_000
const RESOLUTIONS: Readonly<Record<string, number>> = { PT15M: QUARTER_MS, PT30M: 2 * QUARTER_MS, PT60M: 4 * QUARTER_MS, PT1H: 4 * QUARTER_MS }
/** A repeated value takes no room in a document, so its size does not limit how much it says. */
const MOST_STEPS = 200_000

interface Stretch {
  readonly from: number
  readonly to: number
}

type Amount = 'price.amount' | 'quantity'

interface Reading {
  readonly curve: string | undefined
  readonly amount: Amount
  readonly within: Stretch
}

/** How many steps a period has; 0 for one of another resolution, or that does not divide into steps: it says nothing we could use. */
function countOf({ timeInterval: { start, end }, resolution }: Period): number {
  const count = (end - start) / (RESOLUTIONS[resolution] ?? Infinity)
  return start % QUARTER_MS === 0 && Number.isInteger(count) && count >= 1 && count <= MAX_SLOTS ? count : 0
}

/**
 * The steps of a period that overlap the stretch. In a curve of type A03 a step that equals the one before is left out, in every other a
 * step that is left out is unknown.
 */
function stepsOf(period: Period, { curve, amount, within }: Reading): readonly LiveSlot[] {
  const { start, end } = period.timeInterval
  const count = countOf(period)
  const step = (end - start) / count
  const given = new Map(period.Point.map((point) => [point.position, point[amount] ?? null]))
  const slots: LiveSlot[] = []
  let value: number | null = null
  for (let position = 1; position <= count; position += 1) {
    const known = given.get(position)
    value = known === undefined && curve === 'A03' ? value : (known ?? null)
    const from = start + (position - 1) * step
    if (value !== null && from < within.to && from + step > within.from) slots.push({ from, to: from + step, value, forecast: false })
  }
  return slots
}

const sequenceOf = (series: TimeSeries): number => series['classificationSequence_AttributeInstanceComponent.position'] ?? 0

/** Periods that have to do with the stretch, the one that counts first. Error: `grid.unavailable` for a document that says too much. */
function periodsOf(all: readonly TimeSeries[], within: Stretch): readonly { readonly curve: string | undefined; readonly period: Period }[] {
  const periods = all
    .toReversed()
    .toSorted((a, b) => sequenceOf(a) - sequenceOf(b))
    .flatMap(({ curveType: curve, Period: told }) => told.toReversed().map((period) => ({ curve, period })))
    .filter(
      ({
        period: {
          timeInterval: { start, end },
        },
      }) => start < within.to && end > within.from,
    )
  if (periods.reduce((steps, { period }) => steps + countOf(period), 0) > MOST_STEPS)
    throw new WindfallError('grid.unavailable', 'The ENTSO-E Transparency Platform sent more than can be read at once. Ask for a shorter stretch.')
  return periods
}

/**
 * Every known step within the stretch. Where series say different things about one time, the lowest classification sequence counts (the
 * main auction has none, or 1), and of two alike the later in the document. Error: `grid.unavailable` for a document that says too much.
 */
export function slotsOf(all: readonly TimeSeries[], amount: Amount, within: Stretch): readonly LiveSlot[] {
  const taken = new Set<number>()
  const slots: LiveSlot[] = []
  for (const { curve, period } of periodsOf(all, within)) {
    for (const slot of stepsOf(period, { curve, amount, within })) {
      const cells = cellsOf(slot)
      if (cells.some((cell) => taken.has(cell))) continue
      for (const cell of cells) taken.add(cell)
      slots.push(slot)
    }
  }
  return slots.toSorted((a, b) => a.from - b.from)
}

/** The quarter hours of a slot. */
export const cellsOf = ({ from, to }: Stretch): readonly number[] => Array.from({ length: (to - from) / QUARTER_MS }, (_, index) => from + index * QUARTER_MS)
