import { typedMicroUsd } from '../../order/typed-money.ts'
import { textOf } from './read-draft.ts'
import type { SpecField } from './spec-fields.ts'

/** Number without what binary fractions add: 0.1 GiB is typed 0.1. */
const typed = (value: number): string => String(Number(value.toPrecision(12)))

/** Exact dollars of micro-USD. */
const dollars = (microUsd: string): string => {
  const digits = microUsd.padStart(7, '0')
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`.replace(/\.?0+$/, '')
}

/** A value of a job as it is typed. What is no such value is shown as it is. */
export function shownValue(field: SpecField, value: unknown): string {
  if (value === undefined || value === null) return ''
  switch (field.kind) {
    case 'number':
      return typeof value === 'number' ? typed(value / field.scale) : textOf(value)
    case 'usd':
      return typeof value === 'string' && /^\d{1,19}$/.test(value) ? dollars(value) : textOf(value)
    case 'time':
      return typeof value === 'string' ? value.slice(0, 16) : ''
    case 'lines':
      return Array.isArray(value) ? value.map(String).join('\n') : ''
    case 'choice':
      return textOf(value)
    case 'text':
    case 'check':
      return textOf(value)
  }
}

const WHOLE_SCALES: ReadonlySet<number> = new Set([60, 2 ** 20, 2 ** 30])

/** What was typed as a value of a job; `undefined` leaves it out. What is no such value stays as it was typed, and is refused with the rest. */
export function typedValue(field: SpecField, text: string): unknown {
  const plain = text.trim()
  switch (field.kind) {
    case 'number': {
      if (plain === '') return field.orNull === true ? null : undefined
      const value = /^-?\d+(?:\.\d+)?$/.test(plain) ? Number(plain) * field.scale : plain
      return typeof value === 'number' && WHOLE_SCALES.has(field.scale) ? Math.round(value) : value
    }
    case 'usd':
      return plain === '' ? undefined : (typedMicroUsd(plain) ?? plain)
    case 'time':
      return plain === '' ? undefined : `${plain.slice(0, 16)}:00.000Z`
    case 'lines':
      return text === '' ? [] : text.split('\n')
    case 'check':
      return plain === 'true'
    case 'text':
    case 'choice':
      return text
  }
}

/** What is wrong with a value of a job, in the units that it is typed in. */
export function problemWords(field: SpecField, { value, message }: { readonly value: unknown; readonly message: string }): string {
  if (value === '') return 'This is empty.'
  if (field.kind === 'usd') return 'An amount in dollars, with at most six decimals, such as 0.25.'
  if (field.kind !== 'number') return message
  if (value !== undefined && typeof value !== 'number') return 'A number, such as 2 or 0.5.'
  const { scale } = field
  return message.replace(/^Too (?:small|big): expected number to be ([<>]=?)(\d+)\.$/, (_, sign: string, bound: string) => {
    const least = Number((Number(bound) / scale).toPrecision(2))
    return `${sign.startsWith('>') ? 'Too small: it has to be' : 'Too much: it has to be'} ${BOUND_WORD[sign] ?? sign} ${least}.`
  })
}

const BOUND_WORD: Readonly<Record<string, string>> = { '>': 'more than', '>=': 'at least', '<': 'less than', '<=': 'at most' }
