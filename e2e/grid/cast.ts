/** The providers of a replay. */
import { createCarbonIntensity } from '../../main/coordinator/grid/carbon-intensity/carbon-intensity.ts'
import { carbonIntensityProvider } from '../../main/coordinator/grid/carbon-intensity/carbon-intensity-provider.ts'
import { ENERGY_CHARTS_MANNERS, createEnergyCharts } from '../../main/coordinator/grid/energy-charts/energy-charts.ts'
import { NESO_DATASTORE_MANNERS, NESO_MANNERS, createNeso } from '../../main/coordinator/grid/neso/neso.ts'
import type { GridProvider } from '../../main/coordinator/grid/provider.ts'
import type { FakeClock } from '../../main/kernel/clock.fake.ts'
import { type HttpManners, createHttpClient } from '../../main/kernel/http-client.ts'
import { chance } from './chance.ts'
import { playHosts } from './played-hosts.ts'
import { MARKS, measuredSlots, priceSlots, pricesKnownTo } from './publishing.ts'
import { scriptedProvider } from './scripted-provider.ts'
import { DAY_MS, type Grid, HOUR_MS } from './series.ts'

interface Stage {
  readonly clock: FakeClock
  readonly seed: number
}

const LONDON = 'Europe/London'
const marked = (mark: number) => (slot: ReturnType<typeof priceSlots>[number]) => ({ ...slot, value: slot.value === null ? null : slot.value + mark })

const marginal = ({ from, to }: { from: number; to: number }, now: number) =>
  Array.from({ length: Math.floor((Math.min(to, now + DAY_MS) - from) / HOUR_MS) }, (_, index) => from + index * HOUR_MS).map((at) => ({
    from: at,
    to: at + HOUR_MS,
    value: Math.round(MARKS.marginal + 1_000 * chance('marginal', at)),
    forecast: at + HOUR_MS > now,
  }))

/** Those that are played at the seam of a provider. Germany and California are measured, Great Britain is priced twice. */
export function scripted(grids: ReadonlyMap<string, Grid>, stage: Stage): readonly GridProvider[] {
  const priced = (mark: number) => (query: { zone: string; from: number; to: number }, now: number) => {
    const grid = grids.get(query.zone)
    return grid ? priceSlots(grid, query, pricesKnownTo(query.zone, LONDON, now)).map(marked(mark)) : []
  }
  const measured = (query: { zone: string; from: number; to: number }, now: number) => {
    const grid = grids.get(query.zone)
    return grid ? measuredSlots(grid, query, now) : []
  }
  const measuredZones = [...grids.keys()].filter((zone) => zone !== 'GB')
  const pounds = { currency: 'GBP', market: 'retail' } as const
  return [
    scriptedProvider({ id: 'electricity-maps', kind: 'average', zones: measuredZones, basis: 'lifecycle', slots: measured }, stage),
    scriptedProvider({ id: 'octopus', kind: 'price', zones: ['GB'], basis: null, price: pounds, slots: priced(MARKS.retail), estimated: false }, stage),
    scriptedProvider(
      { id: 'elexon', kind: 'price', zones: ['GB'], basis: null, price: { ...pounds, market: 'wholesale' }, slots: priced(MARKS.wholesale), estimated: false },
      stage,
    ),
    scriptedProvider({ id: 'watttime', kind: 'marginal', zones: measuredZones, basis: 'direct', slots: marginal, estimated: true }, stage),
  ]
}

/** Real clients, whose hosts are played. */
export function played(grids: ReadonlyMap<string, Grid>, stage: Stage) {
  const { clock, seed } = stage
  const { requests, fetch } = playHosts({ clock, seed, grids })
  const http = (manners: Partial<HttpManners>) => createHttpClient({ clock, fetch, manners, random: () => chance('jitter', seed, clock.now()) })
  const providers = [
    carbonIntensityProvider(createCarbonIntensity(http({}))),
    createEnergyCharts({ clock, http: http(ENERGY_CHARTS_MANNERS) }),
    createNeso({ clock, http: http(NESO_MANNERS), datastore: http(NESO_DATASTORE_MANNERS) }),
  ]
  return { requests, providers }
}
