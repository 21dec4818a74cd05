/** What a provider can know of a grid at a time: measured late and corrected, priced a local day ahead, with gaps. */
import { nextMinuteOfDay } from '../../main/coordinator/grid/local-time.ts'
import type { LiveSlot } from '../../main/coordinator/grid/live-signal.ts'
import { chance } from './chance.ts'
import { DAY_MS, type Grid, HOUR_MS, valueAt } from './series.ts'

const MINUTE_MS = 60_000
const SETTLED_MS = 6 * HOUR_MS
const STEPS_MS = [15 * MINUTE_MS, 30 * MINUTE_MS, 60 * MINUTE_MS]

/** Added to values, in the unit of a signal, so that one in the wrong place is far from every right one. */
export const MARKS = { wholesale: 1_500, retail: 3_000, marginal: 5_000, demand: 20_000 } as const

export interface KnownSlot extends LiveSlot {
  /** Not final yet: another value follows. */
  readonly provisional: boolean
}

/** Steps are quarter hours, half hours or hours, by the day. */
const stepAt = (zone: string, at: number): number => STEPS_MS[Math.floor(chance('step', zone, Math.floor(at / DAY_MS)) * STEPS_MS.length)] ?? HOUR_MS

function starts(zone: string, from: number, to: number): readonly number[] {
  const all: number[] = []
  for (let at = Math.floor(from / HOUR_MS) * HOUR_MS; at < to; at += stepAt(zone, at)) all.push(at)
  return all
}

const rounded = (value: number): number => Math.round(value * 100) / 100

/** The measured slots of `[from, to)` that are known at `now`. */
export function measuredSlots({ zone, intensity }: Grid, { from, to }: { from: number; to: number }, now: number): readonly KnownSlot[] {
  return starts(zone, from, Math.min(to, now)).flatMap((at) => {
    const end = at + stepAt(zone, at)
    const [truth, fate] = [valueAt(intensity, at), chance('measured', zone, at)]
    const lagMs = 30 * MINUTE_MS + fate * 2 * HOUR_MS
    if (truth === null || end + lagMs > now || chance('gap', zone, at) < 0.01) return []
    const provisional = now < end + SETTLED_MS
    const unknown = chance('null', zone, at) < 0.02 && now < end + 4 * HOUR_MS
    const said = truth * (provisional ? 0.95 + 0.1 * fate : 1) + chance('within', zone, at)
    return [{ from: at, to: end, value: unknown ? null : rounded(said), forecast: false, provisional }]
  })
}

/** Tomorrow's prices come between 12:45 and 17:00 local time, now and then at night, and sometimes not before the day itself. */
export function pricesKnownTo(zone: string, timeZone: string, now: number): number {
  const midnight = nextMinuteOfDay(timeZone, 0, now - MINUTE_MS)
  const luck = chance('auction', zone, midnight)
  const from = midnight - (luck < 0.04 ? 0 : luck < 0.1 ? 3 : 11.25 - 4.25 * chance('published', zone, midnight)) * HOUR_MS
  return now >= from ? nextMinuteOfDay(timeZone, 0, midnight + HOUR_MS) : midnight
}

/** Prices of whole local days, 46, 48 or 50 half hours, as far as they are published at `now`. */
export function priceSlots({ zone, price }: Grid, { from, to }: { from: number; to: number }, knownTo: number): readonly LiveSlot[] {
  if (!price) return []
  return starts(`${zone} price`, from, Math.min(to, knownTo)).flatMap((at) => {
    const value = valueAt(price, at)
    return value === null ? [] : [{ from: at, to: Math.min(at + stepAt(`${zone} price`, at), knownTo), value: rounded(value), forecast: false }]
  })
}

/** What a provider that knows no better expects: what it measured at that time of day, on the last day that it has. */
export function expectedAt({ zone, intensity }: Grid, at: number, now: number): number {
  const settled = now - SETTLED_MS
  let earlier = at
  while (earlier + HOUR_MS > settled) earlier -= DAY_MS
  return Math.round((valueAt(intensity, earlier) ?? 200) * (0.9 + 0.2 * chance('expected', zone, at, Math.floor(now / HOUR_MS))))
}
