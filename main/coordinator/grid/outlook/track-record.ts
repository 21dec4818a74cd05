import { type Slot, meanOver } from '../../../../shared/domain/signal.ts'
import type { Issue } from '../history.store.ts'
import { knownSlots } from '../known-slots.ts'

const DAY_MS = 86_400_000

type Stretch = Pick<Slot, 'from' | 'to'>

/** Measured less forecast, for each forecast of an earlier day that was heard at the same time of day and reached as far ahead. */
export type PastErrors = (slot: Stretch) => readonly number[]

/** A forecast of an earlier day as if it had been heard today, and what was measured of it by the start of each slot. */
export interface PastForecast {
  readonly said: readonly Slot[]
  readonly truth: ReadonlyMap<number, number>
}

export interface TrackRecord {
  readonly forecasts: readonly PastForecast[]
  readonly errors: PastErrors
}

export const NO_RECORD: TrackRecord = { forecasts: [], errors: () => [] }

/** Mean of what is measured over all of the stretch, or `null`. `slots` are in order and do not overlap. */
function measuredOver(slots: readonly Slot[], { from, to }: Stretch): number | null {
  let [low, high] = [0, slots.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((slots[middle]?.to ?? Infinity) <= from) low = middle + 1
    else high = middle
  }
  let end = low
  while ((slots[end]?.from ?? Infinity) < to) end += 1
  const mean = meanOver(slots.slice(low, end), from, to)
  return mean?.coverage === 1 ? mean.value : null
}

function shifted({ signal }: Issue, laterMs: number, measured: readonly Slot[]): PastForecast {
  const said = knownSlots(signal).filter(({ forecast }) => forecast)
  const truth = said.flatMap((slot) => {
    const value = measuredOver(measured, slot)
    return value === null ? [] : [[slot.from + laterMs, value] as const]
  })
  return { said: said.map((slot) => ({ ...slot, from: slot.from + laterMs, to: slot.to + laterMs })), truth: new Map(truth) }
}

/** What was measured less what `expect` makes of each past forecast, by the start of the slot. */
export function errorsIn(forecasts: readonly PastForecast[], expect: (past: PastForecast) => readonly Slot[]): PastErrors {
  const errors = new Map<number, number[]>()
  for (const past of forecasts)
    for (const { from, value } of expect(past)) {
      const truth = past.truth.get(from)
      if (truth === undefined) continue
      const list = errors.get(from)
      if (list) list.push(truth - value)
      else errors.set(from, [truth - value])
    }
  return ({ from }) => errors.get(from) ?? []
}

/**
 * How past forecasts turned out. `issues` are one a day, heard at the time of day of `since` (epoch ms), when the forecast to be judged was
 * heard; `measured` is in order of time.
 */
export function trackRecord(issues: readonly Issue[], measured: readonly Slot[], since: number): TrackRecord {
  const forecasts = issues.flatMap((issue) => {
    const laterMs = Math.round((since - issue.receivedAt) / DAY_MS) * DAY_MS
    return laterMs <= 0 ? [] : [shifted(issue, laterMs, measured)]
  })
  return { forecasts, errors: errorsIn(forecasts, ({ said }) => said) }
}
