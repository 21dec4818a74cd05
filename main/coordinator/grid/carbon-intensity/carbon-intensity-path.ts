import { outwardPostcode } from '../../../../shared/domain/postcode.ts'
import { WindfallError } from '../../../../shared/errors.ts'
import { toIso } from '../../../../shared/units.ts'

/** Which stretch of time to ask for. Times are epoch milliseconds and are cut to the minute; dates are `YYYY-MM-DD`, periods 1 to 48. */
export type Span =
  | { readonly kind: 'now' }
  | { readonly kind: 'today' }
  | { readonly kind: 'date'; readonly date: string; readonly period?: number }
  | { readonly kind: 'at' | 'next24h' | 'next48h' | 'past24h'; readonly from: number }
  | { readonly kind: 'range'; readonly from: number; readonly to: number }

/** A region number 1 to 17, or a postcode, of which only the outward part is sent. */
export type Place = { readonly regionId: number } | { readonly postcode: string }
export type Country = 'england' | 'scotland' | 'wales'

const DAY_MS = 86_400_000
const SUFFIX = { at: '', next24h: '/fw24h', next48h: '/fw48h', past24h: '/pt24h' } as const

const invalid = (message: string): WindfallError => new WindfallError('input.invalid', message)

/** `2018-01-20T12:00Z`: the API refuses seconds. */
const minuteOf = (at: number): string => `${toIso(at).slice(0, 16)}Z`

function rangeOf(from: number, to: number, days: number): string {
  if (to <= from) throw invalid('A range must end after it starts.')
  if (to - from > days * DAY_MS) throw invalid(`A range may span at most ${days} days. Ask for it in parts.`)
  return `${minuteOf(from)}/${minuteOf(to)}`
}

function dateOf(date: string, period?: number): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || !Number.isFinite(Date.parse(date))) throw invalid('A date must look like 2026-03-18.')
  if (period === undefined) return date
  if (!Number.isInteger(period) || period < 1 || period > 48) throw invalid('A settlement period is a whole number from 1 to 48.')
  return `${date}/${period}`
}

function spanOf(span: Extract<Span, { from: number }>): string {
  return span.kind === 'range' ? rangeOf(span.from, span.to, 14) : `${minuteOf(span.from)}${SUFFIX[span.kind]}`
}

/** National intensity, actual and forecast. */
export function nationalPath(span: Span): string {
  if (span.kind === 'now') return '/intensity'
  if (span.kind === 'today') return '/intensity/date'
  return span.kind === 'date' ? `/intensity/date/${dateOf(span.date, span.period)}` : `/intensity/${spanOf(span)}`
}

function placeOf(place: Place): string {
  if ('postcode' in place) return `/postcode/${outwardPostcode(place.postcode)}`
  if (!Number.isInteger(place.regionId) || place.regionId < 1 || place.regionId > 17) throw invalid('A region of Great Britain has a number from 1 to 17.')
  return `/regionid/${place.regionId}`
}

export type RegionalSpan =
  | Extract<Span, { kind: 'range' }>
  | { readonly kind: 'now' }
  | { readonly kind: 'next24h' | 'next48h' | 'past24h'; readonly from: number }

/** One region, or all of them without a place. */
export function regionalPath(span: RegionalSpan, place?: Place): string {
  const suffix = place ? placeOf(place) : ''
  return span.kind === 'now' ? `/regional${suffix}` : `/regional/intensity/${spanOf(span)}${suffix}`
}

/** Highest, mean and lowest over a range of at most 30 days, whole or in blocks of 1 to 24 hours. */
export function statisticsPath(from: number, to: number, blockHours?: number): string {
  const range = `/intensity/stats/${rangeOf(from, to, 30)}`
  if (blockHours === undefined) return range
  if (!Number.isInteger(blockHours) || blockHours < 1 || blockHours > 24) throw invalid('A block is 1 to 24 whole hours.')
  return `${range}/${blockHours}`
}

export type GenerationSpan = Extract<Span, { kind: 'range' }> | { readonly kind: 'now' } | { readonly kind: 'past24h'; readonly from: number }

export const generationPath = (span: GenerationSpan): string => (span.kind === 'now' ? '/generation' : `/generation/${spanOf(span)}`)
