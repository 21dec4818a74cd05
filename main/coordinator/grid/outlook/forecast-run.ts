import type { Slot } from '../../../../shared/domain/signal.ts'
import type { Issue } from '../history.store.ts'
import { knownSlots } from '../known-slots.ts'

/** A forecast from when it was first heard until another one takes its place. Answers in between may repeat it and add what was measured. */
export interface ForecastRun {
  /** Epoch milliseconds. */
  readonly since: number
  /** By the start of each slot: also of those that are measured meanwhile. */
  readonly said: ReadonlyMap<number, Slot>
}

/** A grid that is forecast alike every day would repeat itself for ever. */
const LONGEST_MS = 86_400_000

/** The run that an answer belongs to: the one before it, if it repeats all that this says of the same time within a day, else a new one. */
export function runOf({ signal, receivedAt }: Issue, before: ForecastRun | null): ForecastRun {
  const ahead = knownSlots(signal).filter(({ forecast }) => forecast)
  const known = ahead.filter(({ from }) => before?.said.has(from))
  const repeats = known.length > 0 && known.every(({ from, to, value }) => before?.said.get(from)?.to === to && before.said.get(from)?.value === value)
  const said = new Map(ahead.map((slot) => [slot.from, slot]))
  return before && repeats && receivedAt - before.since <= LONGEST_MS
    ? { since: before.since, said: new Map([...before.said, ...said]) }
    : { since: receivedAt, said }
}
