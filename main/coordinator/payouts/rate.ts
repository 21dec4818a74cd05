import { LAMPORTS_PER_SOL, type Lamports, MICRO_USD_PER_USD, type MicroUsd, lamports, toIso } from '../../../shared/units.ts'

/** What a SOL is worth when a payout is planned. Recorded with the payout and never looked up again for it. */
export interface Rate {
  readonly microUsdPerSol: MicroUsd
  /** Who says so, for example `fixed by the operator`. */
  readonly source: string
  /** Epoch milliseconds. */
  readonly at: number
}

/** Lamports for micro-USD, rounded down: the remainder is less than a lamport and stays with the exchange. Error: `RangeError` for a rate that is not positive. */
export function toLamports(amount: MicroUsd, { microUsdPerSol }: Rate): Lamports {
  if (microUsdPerSol <= 0n) throw new RangeError(`a SOL cannot be worth ${microUsdPerSol} micro-USD`)
  return lamports((amount * LAMPORTS_PER_SOL) / microUsdPerSol)
}

/** The rate in words, at most 120 letters: `1 SOL = 150.250000 USD, fixed by the operator, 2026-11-21T14:30:00.000Z`. */
export function rateText({ microUsdPerSol, source, at }: Rate): string {
  const cents = (microUsdPerSol % MICRO_USD_PER_USD).toString().padStart(6, '0')
  return `1 SOL = ${microUsdPerSol / MICRO_USD_PER_USD}.${cents} USD, ${source.slice(0, 50)}, ${toIso(at)}`
}
