import type { Signal } from '../../../../shared/contract/wire.ts'
import { type Slot, isAccountable } from '../../../../shared/domain/signal.ts'
import { WindfallError } from '../../../../shared/errors.ts'
import { knownSlots } from '../known-slots.ts'
import type { Expected, GridOracle } from '../oracle.ts'
import { type Correct, type ExpectedSlot, asSaid, carriedOn, corrected, withRange } from './expectation.ts'
import type { ForecastRun } from './forecast-run.ts'
import { type Judged, type JudgingDeps, judge } from './judging.ts'
import { NO_RECORD, type TrackRecord } from './track-record.ts'

/** How far jobs are planned ahead at least. */
const REACH_MS = 72 * 3_600_000

/** What is expected of the grid in a zone, as plain data. Times are epoch milliseconds. */
export interface GridOutlook extends Pick<Signal, 'zone' | 'source' | 'origin' | 'recordedOn'> {
  readonly basis: 'direct' | 'lifecycle'
  /** gCO2/kWh, in order and without overlaps; a forecast that ends sooner is carried on for 72 h by repeating its last day, without a range. */
  readonly intensity: readonly ExpectedSlot[]
  /** Minor unit per kWh; `null` where none are published. */
  readonly price: (NonNullable<Signal['price']> & { readonly slots: readonly { readonly from: number; readonly to: number; readonly value: number }[] }) | null
}

/** How a provider's forecast is made better. */
export interface Sharpen {
  /** Takes out what the grid, as it was measured in the last weeks, never shows. Slots of one length. */
  readonly clean: (forecast: readonly Slot[], measured: readonly Slot[]) => readonly Slot[]
  readonly correct: Correct
}

export interface OutlooksDeps extends JudgingDeps {
  readonly oracle: Pick<GridOracle, 'expected' | 'look'>
  readonly sharpen: Sharpen
  /** Ends what nobody waits for any more. */
  readonly shutdown: AbortSignal
}

interface Made {
  /** `null` where the next forecast is judged anew in any case. */
  readonly judged: Judged | null
  readonly outlook: GridOutlook | null
}

/** What everybody shares who asks while nothing new was said. */
interface Held {
  readonly signal: Signal
  readonly price: Signal | null
  readonly made: Promise<Made>
}

function priceOf(signal: Signal | null, since: number): GridOutlook['price'] {
  if (!signal?.price) return null
  const slots = knownSlots(signal).filter(({ to }) => to > since)
  return { ...signal.price, slots: slots.map(({ from, to, value }) => ({ from, to, value })) }
}

/** Says that a forecast was corrected, and by how many before it; nothing where nothing was done. */
function sourceOf({ source }: Signal, { forecasts }: TrackRecord): string {
  const count = forecasts.filter(({ truth }) => truth.size > 0).length
  return count === 0 ? source : `${source.slice(0, 80)}, corrected by ${count} past forecast${count === 1 ? '' : 's'}`
}

const lengthOf = ({ from, to }: Pick<Slot, 'from' | 'to'>): number => to - from

/** All that a forecast said, without the noise that the grid does not have; told by measured slots of the length of its own. */
function cleaned({ said }: ForecastRun, measured: readonly Slot[], clean: Sharpen['clean']): readonly Slot[] {
  const slots = [...said.values()].toSorted((a, b) => a.from - b.from)
  const [first] = slots
  const isAlike = (slot: Slot) => first !== undefined && lengthOf(slot) === lengthOf(first)
  return slots.every(isAlike) ? clean(slots, measured.filter(isAlike)) : slots
}

function expectation(signal: Signal, { run, record, measured }: Judged, { clean, correct }: Sharpen): readonly ExpectedSlot[] {
  const slots = knownSlots(signal)
  if (run) return corrected(slots, cleaned(run, measured, clean), { correct, record })
  return record === NO_RECORD ? asSaid(slots) : withRange(slots, record)
}

function outlookOf(signal: Signal, price: Signal | null, { judged, sharpen, now }: { judged: Judged; sharpen: Sharpen; now: number }): GridOutlook | null {
  if (!isAccountable(signal)) return null
  const { zone, origin, recordedOn, basis } = signal
  const intensity = expectation(signal, judged, sharpen).filter(({ to }) => to > now)
  const source = judged.run ? sourceOf(signal, judged.record) : signal.source
  return { zone, source, origin, recordedOn, basis, intensity: carriedOn(intensity, now + REACH_MS), price: priceOf(price, now) }
}

async function make(deps: OutlooksDeps, expected: Expected, price: Signal | null, before: Held | undefined): Promise<Made> {
  const judged = await judge(deps, expected, (await before?.made)?.judged ?? null)
  const { sharpen, clock } = deps
  return { judged: judged.run ? judged : null, outlook: outlookOf(expected.signal, price, { judged, sharpen, now: clock.now() }) }
}

/**
 * What planners are told of each zone; `null` for one that nobody knows anything about. The same object for as long as nobody says anything
 * new. A provider's forecast is corrected by what it got wrong before and by what is measured, each by the same provider; Windfall's own gets
 * its range from its past; what ships with Windfall stays as it is.
 */
export function createOutlooks(deps: OutlooksDeps): (zone: string) => Promise<GridOutlook | null> {
  const { oracle, shutdown } = deps
  const held = new Map<string, Held>()
  return async (zone) => {
    try {
      const expected = await oracle.expected(zone, shutdown)
      const price = await oracle.look(zone, 'price', shutdown)
      const before = held.get(zone)
      if (before?.signal === expected.signal && before.price === price) return (await before.made).outlook
      const made = make(deps, expected, price, before)
      held.set(zone, { signal: expected.signal, price, made })
      made.catch(() => held.delete(zone))
      return (await made).outlook
    } catch (error) {
      if (error instanceof WindfallError) return null
      throw error
    }
  }
}
