import type { Signal } from '../../../shared/contract/wire.ts'
import { type Slot, isAccountable, slotsOf } from '../../../shared/domain/signal.ts'
import type { GridPastStore, Series } from './past.store.ts'

const DAY_MS = 86_400_000
export const PAST_DAYS = 30
/** What is known of fewer days says more about the weather of a week than about the zone. */
export const LEAST_DAYS = 7

/**
 * The value that the cleanest `percentile` % (1 to 100) of the last 30 days did not exceed, each slot weighted by its length; `null` while fewer
 * than 7 of them are known. What has not begun at `now` is no past.
 */
export function learnedThreshold(slots: readonly Slot[], percentile: number, now: number): number | null {
  const past = slots
    .map(({ from, to, value }) => ({ value, ms: Math.min(to, now) - Math.max(from, now - PAST_DAYS * DAY_MS) }))
    .filter(({ ms }) => ms > 0)
    .toSorted((a, b) => a.value - b.value)
  const knownMs = past.reduce((sum, { ms }) => sum + ms, 0)
  if (knownMs < LEAST_DAYS * DAY_MS) return null
  let ms = 0
  for (const slot of past) {
    ms += slot.ms
    if (ms >= (percentile / 100) * knownMs) return slot.value
  }
  return past.at(-1)?.value ?? null
}

/** How many percent of the last 30 days, each slot weighted by its length, were above `value`; `null` while fewer than 7 of them are known. */
function greenerThan(slots: readonly Slot[], value: number, now: number): number | null {
  let [knownMs, aboveMs] = [0, 0]
  for (const slot of slots) {
    const ms = Math.min(slot.to, now) - Math.max(slot.from, now - PAST_DAYS * DAY_MS)
    if (ms <= 0) continue
    knownMs += ms
    if (slot.value > value) aboveMs += ms
  }
  return knownMs < LEAST_DAYS * DAY_MS ? null : (100 * aboveMs) / knownMs
}

const seriesOf = (signal: Signal): Series | null => (isAccountable(signal) ? { zone: signal.zone, basis: signal.basis, origin: signal.origin } : null)

/** What was measured says best what a zone is like, also to a forecast that is modelled; a recording compares with itself alone. */
const comparable = (series: Series): readonly Series[] => (series.origin === 'recorded' ? [series] : [{ ...series, origin: 'live' }, series])

export interface GridPast {
  /** Keeps what the signal says of the time until `now`. */
  readonly learn: (signal: Signal, now: number) => void
  /** As {@link learnedThreshold}, of what compares with the signal. */
  readonly threshold: (signal: Signal, percentile: number, now: number) => number | null
  /** As {@link greenerThan}, of what compares with the signal. */
  readonly greenerThan: (signal: Signal, value: number, now: number) => number | null
}

/** As often as that a threshold is learned anew while nothing arrives. */
const LEARN_EVERY_MS = 600_000

interface Learned {
  readonly of: string
  readonly at: number
  readonly threshold: number | null
}

/** What the zone has been like for the last 30 days, learned from every signal that arrives. */
export function createGridPast(store: GridPastStore): GridPast {
  let known: Learned | null = null
  const learned = (series: Series, percentile: number, now: number): number | null => {
    for (const one of comparable(series)) {
      const threshold = learnedThreshold(store.list(one, now - PAST_DAYS * DAY_MS), percentile, now)
      if (threshold !== null) return threshold
    }
    return null
  }
  return {
    learn(signal, now) {
      const series = seriesOf(signal)
      const begun = slotsOf(signal).filter(({ from, to }) => from <= now && to > now - PAST_DAYS * DAY_MS)
      if (!series || begun.length === 0) return
      store.add(series, begun)
      store.prune(signal.zone, now - PAST_DAYS * DAY_MS)
      known = null
    },
    threshold(signal, percentile, now) {
      const series = seriesOf(signal)
      if (!series) return null
      const of = JSON.stringify([series, percentile])
      if (known?.of !== of || Math.abs(now - known.at) >= LEARN_EVERY_MS) known = { of, at: now, threshold: learned(series, percentile, now) }
      return known.threshold
    },
    greenerThan(signal, value, now) {
      const series = seriesOf(signal)
      for (const one of series ? comparable(series) : []) {
        const share = greenerThan(store.list(one, now - PAST_DAYS * DAY_MS), value, now)
        if (share !== null) return share
      }
      return null
    },
  }
}
