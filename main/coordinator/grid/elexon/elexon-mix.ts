import { type LiveSlot, rounded } from '../live-signal.ts'
import type { FuelRow, MarketIndexRow } from './elexon-body.ts'

const RENEWABLE = ['WIND', 'NPSHYD', 'BIOMASS']
/** Without these a row of the mix is still being published, and a share of it would be a share of nothing. */
const NEEDED = [...RENEWABLE, 'CCGT', 'NUCLEAR']

function shareOf(rows: readonly FuelRow[]): number | null {
  const megawatts = new Map(rows.map(({ fuelType, generation }) => [fuelType, generation]))
  if (NEEDED.some((fuel) => (megawatts.get(fuel) ?? null) === null)) return null
  const demand = [...megawatts.values()].reduce<number>((sum, value) => sum + (value ?? 0), 0)
  const renewable = RENEWABLE.reduce((sum, fuel) => sum + Math.max(0, megawatts.get(fuel) ?? 0), 0)
  return demand > 0 ? rounded((100 * renewable) / demand, 2) : null
}

/**
 * Wind, hydro and biomass as percent of demand: all generation plus net imports less exports and pumping, as the transmission system sees
 * it. Rooftop solar and small wind lower that demand and are in neither figure.
 */
export function renewableShares(rows: readonly FuelRow[], stepMs: number): readonly LiveSlot[] {
  const byStart = Map.groupBy(rows, ({ startTime }) => startTime)
  return [...byStart].map(([from, group]) => ({ from, to: from + stepMs, value: shareOf(group), forecast: false }))
}

/** Price of a half hour over all power exchanges, weighted by traded volume, £/MWh; `null` where nothing was traded. */
export function marketPrice(rows: readonly MarketIndexRow[]): number | null {
  const byExchange = [...new Map(rows.map((row) => [row.dataProvider, row])).values()]
  const traded = byExchange.flatMap(({ price, volume }) => (price !== null && volume !== null && volume > 0 ? [{ price, volume }] : []))
  const volume = traded.reduce((sum, trade) => sum + trade.volume, 0)
  return volume === 0 ? null : traded.reduce((sum, trade) => sum + trade.price * trade.volume, 0) / volume
}
