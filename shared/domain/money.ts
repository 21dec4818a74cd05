/** Money as a person reads it in their language and region, the same in every window and menu. `Intl` only; it never becomes a floating point number. */
import { region } from '../i18n/translate.ts'

/** U+202F: a unit never leaves its number. */
const THIN = '\u202f'
const MICRO_PER_CENT = 10_000n

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value)

/** Shifts the decimal point of a whole number: `('28100', 6)` is `0.028100`. */
function shiftPoint(whole: string, places: number): Intl.StringNumericLiteral {
  const value = BigInt(whole)
  const digits = magnitude(value)
    .toString()
    .padStart(places + 1, '0')
  return `${value < 0n ? '-' : ''}${digits.slice(0, -places)}.${digits.slice(-places)}` as Intl.StringNumericLiteral
}

const DOLLARS: Intl.NumberFormatOptions = { style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol' }

/** Exact: the number goes in as text. */
const formatted = (amount: Intl.StringNumericLiteral, options: Intl.NumberFormatOptions): string => new Intl.NumberFormat(region(), options).format(amount)

/** A balance shows cents, a part of a dollar four places, less than a cent all six: nobody's first earning reads as $0.00. */
function usdPlaces(micro: bigint): number {
  if (micro === 0n || magnitude(micro) >= 100n * MICRO_PER_CENT) return 2
  return magnitude(micro) >= MICRO_PER_CENT ? 4 : 6
}

/** Micro-USD as decimal text to `$14.72`, `$0.0281` or `$0.000123`. Rounds toward zero: never more than there is. */
export function formatUsd(microUsd: string): string {
  const places = { minimumFractionDigits: 2, maximumFractionDigits: usdPlaces(BigInt(microUsd)) }
  return formatted(shiftPoint(microUsd, 6), { ...DOLLARS, ...places, roundingMode: 'trunc' })
}

/** Micro-USD as decimal text to the last one: `$14.720000`. For sums that are to be checked. */
export const formatUsdExact = (microUsd: string): string =>
  formatted(shiftPoint(microUsd, 6), { ...DOLLARS, minimumFractionDigits: 6, maximumFractionDigits: 6 }).replace('-', '−')

/** Micro-USDC as decimal text to `14.719 USDC`, exact. */
export const formatUsdc = (microUsdc: string): string =>
  `${formatted(shiftPoint(microUsdc, 6), { minimumFractionDigits: 2, maximumFractionDigits: 6 })}${THIN}USDC`

/** Lamports as decimal text to `0.000152 SOL`, exact. */
export const formatSol = (lamports: string): string => `${formatted(shiftPoint(lamports, 9), { maximumFractionDigits: 9 })}${THIN}SOL`

/** Adds amounts in decimal text. */
export const sumDecimal = (...amounts: readonly string[]): string => amounts.reduce((sum, amount) => sum + BigInt(amount), 0n).toString()
