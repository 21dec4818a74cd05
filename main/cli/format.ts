import type { JobView } from '../../shared/contract/job.ts'

/** `1234567` micro-USD → `$1.234567`, without passing through a double. */
export function usd(microUsd: string | bigint): string {
  const value = BigInt(microUsd)
  const sign = value < 0n ? '-' : ''
  const digits = (value < 0n ? -value : value).toString().padStart(7, '0')
  return `${sign}$${digits.slice(0, -6)}.${digits.slice(-6)}`
}

/** `1234567` lamports → `0.001234567 SOL`. */
export function sol(lamports: string | bigint): string {
  const digits = BigInt(lamports).toString().padStart(10, '0')
  return `${digits.slice(0, -9)}.${digits.slice(-9)} SOL`
}

/** `1234567` micro-USDC → `1.234567 USDC`. */
export function usdc(microUsdc: string | bigint): string {
  const digits = BigInt(microUsdc).toString().padStart(7, '0')
  return `${digits.slice(0, -6)}.${digits.slice(-6)} USDC`
}

/** Energy for people: joules in, `12.3 J`, `4.56 Wh` or `1.23 kWh` out. */
export function energy(joules: number): string {
  if (joules < 3_600) return `${joules.toFixed(1)} J`
  const wattHours = joules / 3_600
  return wattHours < 1_000 ? `${wattHours.toFixed(2)} Wh` : `${(wattHours / 1_000).toFixed(2)} kWh`
}

/** Mass of CO2e with enough digits to tell small jobs apart; kilograms from a thousand grams on. */
export function gramsOf(g: number): string {
  // A joule on the cleanest grid is a hundred times as much; less is what is left where doubles that should be equal are subtracted.
  if (Math.abs(g) < 1e-9) return '0 g CO2e'
  // Three digits never make an exponent of what is shown: 999.9 would become 1.00e+3.
  if (Math.abs(g) < 999.5) return `${g.toPrecision(3)} g CO2e`
  return `${(g / 1_000).toFixed(Math.abs(g) < 99_950 ? 2 : 0)} kg CO2e`
}

/** A recording or a model is named as such wherever its numbers appear. */
export const originOf = ({ origin, recordedOn }: { origin: string; recordedOn: string | null }): string =>
  origin === 'recorded' ? `recorded ${recordedOn ?? 'earlier'}` : origin

/** Why a job is where it is, in one line. */
export const reasonOf = (job: Pick<JobView, 'reason' | 'message'>): string => job.message ?? job.reason ?? ''

/** Energy with its method said: an estimate is never shown like a measurement. */
export const meteredEnergy = (joules: number, method: string): string => `${method === 'estimate' ? '≈ ' : ''}${energy(joules)}`
