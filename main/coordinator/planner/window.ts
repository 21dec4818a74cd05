import { type Slot, meanOver } from '../../../shared/domain/signal.ts'

export interface WindowQuery {
  /** Epoch milliseconds. */
  readonly earliest: number
  readonly latestEnd: number
  readonly durationMs: number
}

export interface RatedWindow {
  readonly from: number
  readonly to: number
  readonly mean: number
}

/** Means this close are the same: without it, rounding would pick a later window for nothing. */
const SAME = 1e-9

/**
 * The window of `durationMs` with the lowest mean that lies in `[earliest, latestEnd]` and is known from end to end; the earliest of
 * equals. `null` if there is none.
 *
 * The mean of a piecewise constant signal changes linearly with the start between two moments at which either end of the window
 * crosses a slot edge, so the lowest lies at such a moment or at a limit: those are all that is looked at. Where slots touch, the end of
 * one is the start of the next, so starts at a start and ends at an end are enough.
 */
export function cleanestWindow(slots: readonly Slot[], { earliest, latestEnd, durationMs }: WindowQuery): RatedWindow | null {
  const latest = latestEnd - durationMs
  const edges = slots.flatMap(({ from, to }) => [from, to - durationMs])
  const starts = [...new Set([earliest, latest, ...edges])].filter((start) => start >= earliest && start <= latest)
  let best: RatedWindow | null = null
  for (const from of starts.toSorted((a, b) => a - b)) {
    const mean = meanOver(slots, from, from + durationMs)
    if (!mean || mean.coverage < 1) continue
    if (!best || mean.value < best.mean - SAME) best = { from, to: from + durationMs, mean: mean.value }
  }
  return best
}
