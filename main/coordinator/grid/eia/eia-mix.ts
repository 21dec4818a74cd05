import { type LiveSlot, rounded } from '../live-signal.ts'
import type { EiaRow } from './eia-body.ts'

const HOUR_MS = 3_600_000
const GRAMS_PER_POUND = 453.592
/**
 * Pounds of CO2 at the stack per kWh generated in the United States in 2023: EIA, “How much carbon dioxide is produced per kilowatthour of
 * U.S. electricity generation?” (https://www.eia.gov/tools/faqs/faq.php?id=74). The EIA counts sun, wind, water and the atom as zero.
 */
const POUNDS_PER_KWH: ReadonlyMap<string, number> = new Map([
  ['COL', 2.31],
  ['NG', 0.96],
  ['OIL', 2.46],
  ['NUC', 0],
  ['WAT', 0],
  ['SUN', 0],
  ['WND', 0],
  ['SNB', 0],
  ['WNB', 0],
])
/** What a store gives back was generated, and counted, before. */
const STORES = new Set(['BAT', 'PS', 'OES', 'UES'])
const RENEWABLE = new Set(['SUN', 'WND', 'WAT', 'GEO', 'SNB', 'WNB'])
/** With more generation of unknown kind than this, the rest says too little about the whole. */
const LARGEST_UNKNOWN_SHARE = 0.2

/** MWh by fuel in one hour. */
type Mix = ReadonlyMap<string, number>

/** By the start of the hour. An hour that lacks a fuel which most hours have is still being published: its mix is `null`. */
export function mixByHour(rows: readonly EiaRow[]): ReadonlyMap<number, Mix | null> {
  const hours = [...Map.groupBy(rows, ({ period }) => period - HOUR_MS)].map(([from, group]) => {
    const known = group.flatMap(({ fueltype, value }) => (fueltype === undefined || value === null ? [] : [[fueltype, Math.max(0, value)] as const]))
    return { from, mix: new Map(known) }
  })
  const fuels = new Set(hours.flatMap(({ mix }) => [...mix.keys()]))
  const usual = [...fuels].filter((fuel) => hours.filter(({ mix }) => mix.has(fuel)).length > hours.length / 2)
  return new Map(hours.map(({ from, mix }) => [from, mix.size > 0 && usual.every((fuel) => mix.has(fuel)) ? mix : null]))
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** Stack emissions per kWh of the generation whose fuel has a published factor, gCO2/kWh; `null` if that is less than 80 % of it. */
export function intensityOf(mix: Mix): number | null {
  const generated = [...mix].filter(([fuel]) => !STORES.has(fuel))
  const known = generated.flatMap(([fuel, energy]) => {
    const pounds = POUNDS_PER_KWH.get(fuel)
    return pounds === undefined ? [] : [{ energy, pounds }]
  })
  const [total, counted] = [sum(generated.map(([, energy]) => energy)), sum(known.map(({ energy }) => energy))]
  if (counted <= 0 || counted < (1 - LARGEST_UNKNOWN_SHARE) * total) return null
  return rounded((GRAMS_PER_POUND * sum(known.map(({ energy, pounds }) => energy * pounds))) / counted, 2)
}

/** Sun, wind, water and the heat of the earth as percent of demand (MWh); `null` without demand. */
export function renewableShareOf(mix: Mix, demand: number | undefined): number | null {
  if (demand === undefined || demand <= 0) return null
  return rounded((100 * sum([...mix].filter(([fuel]) => RENEWABLE.has(fuel)).map(([, energy]) => energy))) / demand, 2)
}

export const hourSlot = (from: number, value: number | null, forecast = false): LiveSlot => ({ from, to: from + HOUR_MS, value, forecast })
