import type { Signal } from '../../shared/contract/wire.ts'
import { HALF_HOUR_MS, fromIso, toIso } from '../../shared/units.ts'

interface Change extends Partial<Signal> {
  readonly slotMs?: number
}

/** A signal of half hours that begin at the given times; without a change live and measured direct intensity in London. */
export const signalOf = (points: readonly (readonly [from: string, value: number | null])[], { slotMs = HALF_HOUR_MS, ...change }: Change = {}): Signal => ({
  zone: 'GB-13',
  kind: 'average',
  basis: 'direct',
  unit: 'gCO2/kWh',
  price: null,
  source: 'NESO Carbon Intensity, regional',
  origin: 'live',
  recordedOn: null,
  issuedAt: '2026-03-18T12:05:00.000Z',
  estimated: false,
  bodySha256: 'a'.repeat(64),
  attribution: 'National Energy System Operator (NESO), Carbon Intensity, CC BY 4.0',
  points: points.map(([from, value]) => ({ from, to: toIso(fromIso(from) + slotMs), value, forecast: false })),
  ...change,
})
