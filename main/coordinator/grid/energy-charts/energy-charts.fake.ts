import { type CommonFault, type ProviderReply, type ProviderRequest, type ProviderServer, startProviderServer } from '../provider-server.fake.ts'

/** What goes wrong with this provider alone. */
type EnergyChartsFault = 'no-data' | 'unprocessable' | 'other-currency' | 'ragged' | 'substitute' | 'no-licence' | 'hidden-licence' | 'absurd' | 'shuffled'

interface World {
  readonly now: () => number
  /** The end of the published prices and of the forecast, epoch ms. */
  readonly knownTo: () => number
  /** Length of the step that starts at `at`, ms. */
  readonly stepAt: (at: number) => number
  /** EUR/MWh, or percent of load. */
  readonly valueAt: (what: string, at: number) => number | null
}

interface FakeEnergyCharts extends Omit<ProviderServer, 'play'> {
  readonly play: (fault: CommonFault | EnergyChartsFault | null) => void
}

const FREE = ['AT', 'BE', 'CH', 'CZ', 'DE-LU', 'DK1', 'DK2', 'FR', 'HU', 'IT-North', 'NL', 'NO2', 'PL', 'SE4', 'SI']
const CC_BY = 'CC BY 4.0 (creativecommons.org/licenses/by/4.0) from Bundesnetzagentur | SMARD.de'
const PRIVATE = 'The data provided herein is for private and internal use only. The utilization of any data for commercial purposes is prohibited.'
const OWN: readonly (string | null)[] = [
  'no-data',
  'unprocessable',
  'other-currency',
  'ragged',
  'substitute',
  'no-licence',
  'hidden-licence',
  'absurd',
  'shuffled',
]

function startsBetween({ stepAt }: World, from: number, to: number): number[] {
  const starts: number[] = []
  for (let at = from; at < to; at += stepAt(at)) starts.push(at)
  return starts
}

/** The end is part of the answer. */
function asked(world: World, query: URLSearchParams, to: number): number[] {
  const [start, end] = [Date.parse(query.get('start') ?? ''), Date.parse(query.get('end') ?? '')]
  return startsBetween(world, start, Math.min(end + 1, to))
}

const seconds = (starts: readonly number[]): number[] => starts.map((at) => at / 1_000)

function priceAnswer(world: World, query: URLSearchParams, fault: EnergyChartsFault | null): object {
  const bzn = query.get('bzn') ?? ''
  const starts = asked(world, query, world.knownTo())
  const ordered = fault === 'shuffled' ? [...starts.toReversed(), ...starts] : starts
  const price = ordered.map((at) => (fault === 'absurd' ? 1e12 : world.valueAt(bzn, at)))
  return {
    license_info: fault === 'no-licence' ? undefined : FREE.includes(bzn) && fault !== 'hidden-licence' ? CC_BY : PRIVATE,
    unix_seconds: seconds(ordered),
    price: fault === 'ragged' ? price.slice(0, 1) : price,
    unit: fault === 'other-currency' ? 'CHF / MWh' : 'EUR / MWh',
    deprecated: false,
  }
}

function powerAnswer(world: World, query: URLSearchParams): object {
  const starts = asked(world, query, world.now())
  return {
    unix_seconds: seconds(starts),
    production_types: [
      { name: 'Hydro pumped storage consumption', data: starts.map(() => -900) },
      { name: 'Load', data: starts.map(() => 52_000) },
      { name: 'Renewable share of generation', data: starts.map(() => 12) },
      // The newest steps are there before their values are.
      { name: 'Renewable share of load', data: starts.map((at) => (at > world.now() - 3_600_000 ? null : world.valueAt('measured', at))) },
    ],
    deprecated: false,
  }
}

function forecastAnswer(world: World, fault: EnergyChartsFault | null): object {
  const starts = startsBetween(world, Math.floor(world.now() / 86_400_000) * 86_400_000, world.knownTo())
  const share = starts.map((at) => world.valueAt('forecast', at))
  return {
    unix_seconds: seconds(starts),
    ren_share: share,
    solar_share: share,
    wind_onshore_share: share,
    substitute: fault === 'substitute',
    deprecated: false,
  }
}

function answerTo(world: World, { path, query }: ProviderRequest, fault: EnergyChartsFault | null): ProviderReply {
  if (fault === 'no-data') return { status: 404, body: { detail: 'no content available' } }
  if (fault === 'unprocessable') return { status: 422, body: { detail: [{ loc: ['query', 'bzn'], msg: 'unexpected value', type: 'value_error' }] } }
  if (path === '/price') return { body: priceAnswer(world, query, fault) }
  if (path === '/public_power') return { body: powerAnswer(world, query) }
  return path === '/ren_share_forecast' ? { body: forecastAnswer(world, fault) } : { status: 404, body: { detail: 'Not Found' } }
}

const isOwn = (fault: string | null): fault is EnergyChartsFault => fault !== null && OWN.includes(fault)

/** The energy-charts API on a loopback port. */
export async function startFakeEnergyCharts(world: World): Promise<FakeEnergyCharts> {
  let own: EnergyChartsFault | null = null
  const server = await startProviderServer((request) => answerTo(world, request, own))
  return {
    ...server,
    play(fault) {
      own = isOwn(fault) ? fault : null
      server.play(isOwn(fault) ? null : fault)
    },
  }
}
