import type { GridWatchDeps } from './grid-watch.ts'

/** An owner who has said nothing of prices, hours or the sun, and a zone of which nothing is remembered. */
export const PLAIN_GRID: Pick<GridWatchDeps, 'tariff' | 'onlyIfEarning' | 'hours' | 'past' | 'pricePast' | 'solar'> = {
  tariff: () => null,
  onlyIfEarning: false,
  hours: null,
  past: { add: () => undefined, list: () => [], prune: () => undefined },
  pricePast: { add: () => undefined },
  solar: { surplus: () => null, view: () => null },
}
