import type { GridRules, GridWatchDeps } from './grid-watch.ts'

/** An owner who has said nothing of prices, hours or the sun, and a zone of which nothing is remembered. */
export const PLAIN_GRID: Pick<GridWatchDeps, 'tariff' | 'past' | 'pricePast' | 'solar'> = {
  tariff: () => null,
  past: { add: () => undefined, list: () => [], prune: () => undefined },
  pricePast: { add: () => undefined },
  solar: { surplus: () => null, view: () => null },
}

/** An owner who leaves it to the plan, at any time and at any price. */
export const PLAIN_RULES: GridRules = { gate: { kind: 'planned' }, onlyIfEarning: false, schedule: null }
