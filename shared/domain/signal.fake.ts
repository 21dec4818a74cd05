import type { Signal } from '../contract/wire.ts'
import { HALF_HOUR_MS, toIso } from '../units.ts'

interface Said {
  /** When the first slot begins, epoch milliseconds. */
  readonly start: number
  /** One for each half-hour. */
  readonly values: readonly (number | null)[]
  /** The slots from this one on are a forecast. */
  readonly forecastFrom?: number
  readonly change?: Partial<Signal>
}

/** A signal of a live source without any value yet; `issuedAt` in epoch milliseconds. */
export const emptySignal = (issuedAt: number, change: Partial<Signal> = {}): Signal => ({
  zone: 'GB',
  kind: 'average',
  basis: 'direct',
  unit: 'gCO2/kWh',
  price: null,
  source: 'test',
  origin: 'live',
  recordedOn: null,
  issuedAt: toIso(issuedAt),
  estimated: false,
  bodySha256: '0'.repeat(64),
  attribution: 'test',
  points: [],
  ...change,
})

/** What a live source said of the grid at `start`. */
export function aSignal({ start, values, forecastFrom = 0, change = {} }: Said): Signal {
  const at = (slot: number): string => toIso(start + slot * HALF_HOUR_MS)
  const points = values.map((value, slot) => ({ from: at(slot), to: at(slot + 1), value, forecast: slot >= forecastFrom }))
  return emptySignal(start, { points, ...change })
}
