/**
 * Quantities that carry their unit in the type. Values are IEEE doubles except money, which is `bigint`:
 * a lamport or a micro-USD is never a fraction and never rounded by floating point.
 */
declare const unit: unique symbol

/** A number whose meaning is fixed by `U`, for example `Quantity<'W'>`. */
type Quantity<U extends string> = number & { readonly [unit]: U }
export type Grams = Quantity<'g CO2e'>
/** Milliseconds since the Unix epoch, wall clock. */
export type EpochMs = Quantity<'epoch ms'>
/** Milliseconds on a clock that never jumps; only differences mean anything. */
export type MonotonicMs = Quantity<'monotonic ms'>
/** 1 SOL = 1 000 000 000 lamports. */
export type Lamports = bigint & { readonly [unit]: 'lamport' }
/** 1 USD = 1 000 000 micro-USD, the unit of account of the books. */
export type MicroUsd = bigint & { readonly [unit]: 'micro-USD' }

const quantity =
  <Q extends number>(name: string) =>
  (value: number): Q => {
    if (!Number.isFinite(value) || value < 0) throw new RangeError(`${name} must be finite and at least 0, got ${value}`)
    return value as Q
  }

/** Checked constructors: finite and at least 0, otherwise `RangeError`. */
export const epochMs = quantity<EpochMs>('epoch milliseconds')
export const monotonicMs = quantity<MonotonicMs>('monotonic milliseconds')

/** Money may be negative inside the books (a debit), so these only brand. */
export const lamports = (value: bigint): Lamports => value as Lamports
export const microUsd = (value: bigint): MicroUsd => value as MicroUsd

export const JOULES_PER_KWH = 3_600_000
export const JOULES_PER_WH = 3_600
export const LAMPORTS_PER_SOL = 1_000_000_000n
export const MICRO_USD_PER_USD = 1_000_000n
/** Length of a settlement period; proofs and signals are split at its UTC boundaries. */
export const HALF_HOUR_MS = 1_800_000

/** `2026-11-21T14:30:00.000Z`: ISO 8601, UTC, milliseconds. */
export const toIso = (at: number): string => new Date(at).toISOString()
/** Inverse of {@link toIso}. Throws `RangeError` on text that is not a date. */
export const fromIso = (text: string): EpochMs => {
  const at = Date.parse(text)
  if (Number.isNaN(at)) throw new RangeError(`not a time: ${text}`)
  return at as EpochMs
}
