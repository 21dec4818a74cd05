/** How a live answer becomes a `Signal`. Times are epoch milliseconds, stretches half-open. */
import { z } from 'zod'
import type { Signal, SignalKind, SignalPoint } from '../../../shared/contract/wire.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { type EpochMs, HALF_HOUR_MS, epochMs, toIso } from '../../../shared/units.ts'
import type { HttpAnswer } from '../../kernel/http-client.ts'
import { sha256Hex } from '../../kernel/signing.ts'

const MAX_POINTS = 2_000
/** Six weeks: in half hours that is as much as a signal holds. */
const LONGEST_MS = MAX_POINTS * HALF_HOUR_MS

interface Stretch {
  readonly from: number
  readonly to: number
}

/** A point before it is written down; `null` is a value that the provider does not know. */
export interface LiveSlot extends Stretch {
  readonly value: number | null
  readonly forecast: boolean
}

/** A time with its offset from UTC, as epoch milliseconds. */
export const Instant = z
  .string()
  .max(40)
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/)
  .transform((text) => Date.parse(text))
  .refine(Number.isFinite)

/** A finite number that may arrive as text, or not at all. */
export const LooseNumber = z
  .union([
    z.number(),
    z
      .string()
      .max(40)
      .regex(/^-?\d+(?:\.\d+)?$/)
      .transform(Number),
  ])
  .nullish()
  .transform((value) => value ?? null)

export const rounded = (value: number, digits = 4): number => Math.round(value * 10 ** digits) / 10 ** digits

/** From £, € or $ per MWh to pence or cents per kWh. */
export const perKWhFromPerMWh = (price: number): number => rounded(price / 10)

/** The first whole multiple of `stepMs`, plus `delayMs`, after `at`. */
export const nextIssue = (at: number, stepMs: number, delayMs = 0): EpochMs => epochMs((Math.floor((at - delayMs) / stepMs) + 1) * stepMs + delayMs)

/** Error: `input.invalid` for a stretch that no signal could hold. */
export function checkLength({ from, to }: Stretch): void {
  if (to - from > LONGEST_MS) throw new WindfallError('input.invalid', 'A provider is asked for at most 41 days at once. Ask for a longer past in parts.')
}

/** Cuts a stretch into parts of at most `longestMs`; none if it is empty. Errors as `checkLength`. */
export function partsOf({ from, to }: Stretch, longestMs: number): readonly Stretch[] {
  checkLength({ from, to })
  const count = Math.max(0, Math.ceil((to - from) / longestMs))
  return Array.from({ length: count }, (_, index) => ({ from: from + index * longestMs, to: Math.min(to, from + (index + 1) * longestMs) }))
}

/** In order of time. Of two that start together the later in the list counts; one that runs into the next is cut short. */
function inOrder(slots: readonly LiveSlot[]): readonly LiveSlot[] {
  const sorted = [...new Map(slots.map((slot) => [slot.from, slot])).values()].toSorted((a, b) => a.from - b.from)
  return sorted.map((slot, index) => ({ ...slot, to: Math.min(slot.to, sorted[index + 1]?.from ?? Infinity) })).filter(({ from, to }) => to > from)
}

/** The slots that overlap the stretch, in order of time and without overlaps among them. */
export const slotsWithin = (slots: readonly LiveSlot[], { from, to }: Stretch): readonly LiveSlot[] =>
  inOrder(slots).filter((slot) => slot.from < to && slot.to > from)

/**
 * Means over steps of `stepMs`, each of what is known of it, weighted by time; a step without a known value is `null`. Slots that are
 * longer than a step stay as they are.
 */
export function meansBy(slots: readonly LiveSlot[], stepMs: number): readonly LiveSlot[] {
  const sorted = inOrder(slots)
  if (sorted.some(({ from, to }) => to - from > stepMs)) return sorted
  const steps = Map.groupBy(sorted, ({ from }) => Math.floor(from / stepMs) * stepMs)
  return [...steps].map(([from, group]) => {
    const known = group.flatMap(({ from, to, value }) => (value === null ? [] : [{ ms: to - from, value }]))
    const total = known.reduce((sum, { ms }) => sum + ms, 0)
    const value = total === 0 ? null : rounded(known.reduce((sum, { ms, value }) => sum + ms * value, 0) / total)
    return { from, to: from + stepMs, value, forecast: group.some(({ forecast }) => forecast) }
  })
}

/** SHA-256 of the body, or of the hexadecimal hashes of several bodies one after the other. */
export function hashOf(answers: readonly Pick<HttpAnswer, 'sha256'>[]): string {
  const [only] = answers
  return only && answers.length === 1 ? only.sha256 : sha256Hex(answers.map(({ sha256 }) => sha256).join(''))
}

/** The latest time of issue that is stated and not in the future, else the time of receipt. */
export function issuedAtOf(stated: readonly (number | null | undefined)[], answers: readonly Pick<HttpAnswer, 'receivedAt'>[]): number {
  const received = answers.reduce((latest, { receivedAt }) => Math.max(latest, receivedAt), 0)
  const latest = stated.reduce<number>((a, b) => Math.max(a, b ?? -Infinity), -Infinity)
  return Number.isFinite(latest) ? Math.min(latest, received) : received
}

const UNITS = {
  average: 'gCO2/kWh',
  marginal: 'gCO2/kWh',
  price: 'minor/kWh',
  renewableShare: '%',
  solar: 'W',
  demand: 'MW',
  frequency: 'Hz',
} as const satisfies Record<SignalKind, Signal['unit']>

interface LiveAnswer extends Pick<Signal, 'zone' | 'kind' | 'source' | 'estimated' | 'attribution'> {
  readonly basis?: Signal['basis']
  readonly price?: Signal['price']
  /** Epoch milliseconds; the time of receipt unless given. */
  readonly issuedAt?: number
  readonly slots: readonly LiveSlot[]
  /** Every answer that the slots were read from. */
  readonly answers: readonly Pick<HttpAnswer, 'sha256' | 'receivedAt'>[]
}

const pointOf = ({ from, to, value, forecast }: LiveSlot): SignalPoint => ({ from: toIso(from), to: toIso(to), value, forecast })

/** `null` where nothing overlaps the stretch. Error: `input.invalid` for more points than a signal may have. */
export function liveSignal(stretch: Stretch, { slots, answers, issuedAt, basis = null, price = null, ...said }: LiveAnswer): Signal | null {
  const points = slotsWithin(slots, stretch).map(pointOf)
  if (points.length === 0) return null
  if (points.length > MAX_POINTS)
    throw new WindfallError('input.invalid', `That is ${points.length} values and a signal holds ${MAX_POINTS}. Ask for a shorter stretch.`)
  return {
    ...said,
    basis,
    price,
    unit: UNITS[said.kind],
    origin: 'live',
    recordedOn: null,
    issuedAt: toIso(issuedAt ?? issuedAtOf([], answers)),
    bodySha256: hashOf(answers),
    points,
  }
}
