import type { DayCode, DayReport } from '../../shared/contract/day-report.ts'
import { epochMs } from '../../shared/units.ts'

/** A stretch of time and what it went to; half-open, epoch milliseconds. */
export interface DaySpan {
  readonly from: number
  readonly to: number
  readonly code: DayCode
}

const DAY_MS = 86_400_000

/** Start and end of a UTC day such as `2026-03-01`, epoch milliseconds. */
export function boundsOf(day: string): { readonly from: number; readonly to: number } {
  const from = epochMs(Date.parse(`${day}T00:00:00.000Z`))
  return { from, to: from + DAY_MS }
}

/**
 * Attributes everything that has passed of a day, to the millisecond. Spans come in the order in which they were recorded: where a clock
 * was set back and two overlap, the later one counts. What no span covers, the agent did not run.
 */
export function reportDay(day: string, spans: readonly DaySpan[], now: number): DayReport {
  const { from, to } = boundsOf(day)
  const end = Math.max(from, Math.min(to, now))
  const sums = new Map<DayCode, number>()
  const painted = spans.reduce((pieces: readonly DaySpan[], span) => paint(pieces, clip(span, from, end)), [{ from, to: end, code: 'off' }])
  for (const piece of painted) sums.set(piece.code, (sums.get(piece.code) ?? 0) + piece.to - piece.from)
  const entries = [...sums].filter(([, ms]) => ms > 0).map(([code, ms]) => ({ code, ms }))
  return { day, totalMs: end - from, entries: entries.toSorted((a, b) => b.ms - a.ms) }
}

const clip = ({ from, to, code }: DaySpan, least: number, most: number): DaySpan => ({ from: Math.max(from, least), to: Math.min(to, most), code })

/** Lays one span over the others. */
function paint(pieces: readonly DaySpan[], over: DaySpan): readonly DaySpan[] {
  if (over.from >= over.to) return pieces
  // Spans come in order, so that nearly always only the last piece is touched.
  const kept = pieces.flatMap((piece) => (piece.to <= over.from || piece.from >= over.to ? [piece] : around(piece, over)))
  return [...kept, over]
}

const around = ({ from, to, code }: DaySpan, over: DaySpan): DaySpan[] =>
  [
    { from, to: Math.min(to, over.from), code },
    { from: Math.max(from, over.to), to, code },
  ].filter((piece) => piece.from < piece.to)
