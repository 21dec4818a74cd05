import { splitAtHalfHours } from '../half-hours.ts'
import { HALF_HOUR_MS, epochMs } from '../../units.ts'

/** Energy and measured time that fell into one UTC half-hour; `slot` is its number since the epoch. */
export interface Slot {
  readonly slot: number
  readonly joules: number
  readonly coveredMs: number
}

/** Wall clock, milliseconds since the epoch, fractions included. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

const slotOf = (wallMs: number): number => Math.floor(wallMs / HALF_HOUR_MS)

/** Books a measured stretch to the half-hours it touches, at constant power inside the stretch. Stretches must come in order of time. */
export function book(slots: readonly Slot[], { from, to }: Stretch, joules: number): readonly Slot[] {
  const booked = [...slots]
  for (let slot = slotOf(from); slot * HALF_HOUR_MS < to; slot++) {
    const ms = Math.min(to, (slot + 1) * HALF_HOUR_MS) - Math.max(from, slot * HALF_HOUR_MS)
    const last = booked.at(-1)
    const before = last?.slot === slot ? booked.pop() : undefined
    booked.push({ slot, joules: (before?.joules ?? 0) + (joules * ms) / (to - from), coveredMs: (before?.coveredMs ?? 0) + ms })
  }
  return booked
}

export interface Interval extends Stretch {
  readonly joules: number
  readonly coverage: number
}

/**
 * Half-open, contiguous intervals that cover `whole`, cut at every UTC half-hour, with the energy of all devices together.
 * Their outer ends are rounded outwards to whole milliseconds, the resolution of the format; coverage is the share of device
 * time that was measured, of the time before rounding. Time asleep counts as not measured.
 */
export function intervalsOf(devices: readonly (readonly Slot[])[], whole: Stretch): Interval[] {
  const from = epochMs(Math.floor(whole.from))
  const to = epochMs(Math.max(from + 1, Math.ceil(whole.to)))
  return splitAtHalfHours(from, to).map((span) => {
    const booked = devices.flatMap((slots) => slots.filter(({ slot }) => slot === slotOf(span.from)))
    const deviceMs = (Math.min(span.to, whole.to) - Math.max(span.from, whole.from)) * devices.length
    return { ...span, joules: booked.reduce((sum, { joules }) => sum + joules, 0), coverage: shareOf(booked, deviceMs) }
  })
}

/** Share of `deviceMs` that was measured, 0…1. */
export const shareOf = (slots: readonly Slot[], deviceMs: number): number =>
  deviceMs > 0 ? Math.min(1, slots.reduce((sum, { coveredMs }) => sum + coveredMs, 0) / deviceMs) : 0
