import { LAMPORTS_PER_SOL, type Lamports, MICRO_USD_PER_USD, type MicroUsd, lamports, microUsd, toIso } from '../../../shared/units.ts'
import type { PayAsset } from './assets.ts'

/** What a SOL is worth when a payout is planned; a USDC is worth a dollar. Recorded with the payout and never looked up again for it. */
export interface Rate {
  readonly microUsdPerSol: MicroUsd
  /** Who says so, for example `fixed by the operator`. */
  readonly source: string
  /** Epoch milliseconds. */
  readonly at: number
}

/** The price of a SOL. Error: `RangeError` for one that is not positive. */
function priceOf({ microUsdPerSol }: Rate): MicroUsd {
  if (microUsdPerSol <= 0n) throw new RangeError(`a SOL cannot be worth ${microUsdPerSol} micro-USD`)
  return microUsdPerSol
}

/** Lamports for micro-USD, rounded down: the remainder is less than a lamport and stays with the exchange. */
export const toLamports = (amount: MicroUsd, rate: Rate): Lamports => lamports((amount * LAMPORTS_PER_SOL) / priceOf(rate))

/** Micro-USD for lamports, rounded up: who bears a cost bears all of it. */
export const toMicroUsd = (amount: Lamports, rate: Rate): MicroUsd => microUsd((amount * priceOf(rate) + LAMPORTS_PER_SOL - 1n) / LAMPORTS_PER_SOL)

/** Units of an asset for micro-USD. */
export const toUnits = (asset: PayAsset, amount: MicroUsd, rate: Rate): bigint => (asset === 'lamports' ? toLamports(amount, rate) : amount)

/** Units of an asset that are worth as much as these lamports, rounded up. */
export const unitsOf = (asset: PayAsset, amount: Lamports, rate: Rate): bigint => (asset === 'lamports' ? amount : toMicroUsd(amount, rate))

/** The rate in words, at most 120 letters: `1 SOL = 150.250000 USD, fixed by the operator, 2026-11-21T14:30:00.000Z`. */
export function rateText(rate: Rate, asset: PayAsset = 'lamports'): string {
  const [name, price, source] = asset === 'lamports' ? ['SOL', rate.microUsdPerSol, rate.source.slice(0, 50)] : ['USDC', MICRO_USD_PER_USD, 'by definition']
  return `1 ${name} = ${price / MICRO_USD_PER_USD}.${(price % MICRO_USD_PER_USD).toString().padStart(6, '0')} USD, ${source}, ${toIso(rate.at)}`
}
