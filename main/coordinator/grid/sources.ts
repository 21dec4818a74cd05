import type { SignalKind } from '../../../shared/contract/wire.ts'
import type { ProviderId } from './provider.ts'

/**
 * Who is asked, in this order, for each quantity. A provider that does not serve a zone is passed over. Average and marginal intensity have
 * no provider in common on purpose, and nothing ever falls through from one quantity to the other.
 */
const ORDER: Readonly<Record<SignalKind, readonly ProviderId[]>> = {
  average: ['carbon-intensity', 'electricity-maps', 'entsoe', 'eia'],
  marginal: ['watttime'],
  price: ['octopus', 'energy-charts', 'entsoe', 'elexon'],
  renewableShare: ['carbon-intensity', 'elexon', 'energy-charts', 'electricity-maps', 'entsoe', 'eia'],
  // The sun over a house is asked for by its place, not by its zone.
  solar: [],
  demand: ['elexon', 'neso', 'entsoe', 'eia'],
  frequency: ['elexon'],
}

const HOUR_MS = 3_600_000
/** How old an answer may be, by its time of issue, to stand in for a fresh one. A day-ahead price does not change once it is set. */
const STALE_AFTER_MS: Readonly<Record<SignalKind, number>> = {
  average: 2 * HOUR_MS,
  marginal: HOUR_MS,
  price: 36 * HOUR_MS,
  renewableShare: 2 * HOUR_MS,
  solar: 6 * HOUR_MS,
  demand: 2 * HOUR_MS,
  frequency: 300_000,
}

export const orderOf = (kind: SignalKind): readonly ProviderId[] => ORDER[kind]
export const staleAfterMs = (kind: SignalKind): number => STALE_AFTER_MS[kind]
