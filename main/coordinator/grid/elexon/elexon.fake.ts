import { HALF_HOUR_MS, toIso } from '../../../../shared/units.ts'
import { type ProviderReply, type ProviderRequest, type ProviderServer, startProviderServer } from '../provider-server.fake.ts'
import { settlementDateOf, settlementPeriodStart } from '../../../../shared/domain/settlement-period.ts'

/** Elexon's own faults; what goes wrong with every provider is played by the server. */
type ElexonFault = 'text-400' | 'text-500' | 'problem' | 'empty' | 'half-published' | 'null-values' | 'single-row' | 'twice'

interface FakeElexon extends ProviderServer {
  readonly playOwn: (fault: ElexonFault | null) => void
}

const DAY_MS = 86_400_000
/** MW by fuel: 40,000 MW of demand, of which 20,000 are renewable. */
const MIX: Readonly<Record<string, number>> = {
  CCGT: 11_000,
  NUCLEAR: 5_000,
  BIOMASS: 2_000,
  NPSHYD: 1_000,
  WIND: 17_000,
  PS: -500,
  COAL: 0,
  OCGT: 0,
  OIL: 0,
  OTHER: 1_500,
  INTFR: 4_000,
  INTIRL: -1_000,
}

const stamp = (at: number): string => `${toIso(at).slice(0, 19)}Z`
const steps = (from: number, to: number, ms: number): readonly number[] =>
  Array.from({ length: Math.max(0, Math.ceil((to - Math.ceil(from / ms) * ms) / ms)) }, (_, index) => Math.ceil(from / ms) * ms + index * ms)
const inRange = (query: URLSearchParams, first: string, last: string) => ({ from: Date.parse(query.get(first) ?? ''), to: Date.parse(query.get(last) ?? '') })
const periodsOf = (date: string): readonly number[] =>
  Array.from({ length: 50 }, (_, index) => settlementPeriodStart(date, index + 1)).filter((at) => at !== null)
const refused = (message: string): ProviderReply => ({ status: 400, body: message })

/** Rows of half hours from `now - 40 days` to the end of the last one that is over, newest first as the API sends them. */
function halfHours(dates: readonly string[], now: number, row: (at: number, period: number) => object) {
  return dates
    .flatMap((date) => periodsOf(date).map((at, index) => ({ at, date, period: index + 1 })))
    .filter(({ at }) => at + HALF_HOUR_MS <= now)
    .map(({ at, date, period }) => ({
      startTime: stamp(at),
      settlementDate: date,
      settlementPeriod: period,
      publishTime: stamp(at + HALF_HOUR_MS),
      ...row(at, period),
    }))
    .toReversed()
}

function datesBetween(first: string, last: string): readonly string[] {
  const count = Math.round((Date.parse(last) - Date.parse(first)) / DAY_MS) + 1
  return Array.from({ length: count }, (_, index) => toIso(Date.parse(first) + index * DAY_MS).slice(0, 10))
}

function frequency({ query }: ProviderRequest, now: number): ProviderReply {
  const { from, to } = inRange(query, 'measurementDateTimeFrom', 'measurementDateTimeTo')
  if (to - from > DAY_MS) return refused('The date range between MeasurementDateTimeFrom and MeasurementDateTimeTo inclusive must not exceed 1 day')
  const data = steps(from, Math.min(to, now), 15_000).map((at) => ({ dataset: 'FREQ', measurementTime: stamp(at), frequency: 50 + ((at / 15_000) % 4) / 100 }))
  return { body: { data: data.toReversed(), metadata: { datasets: ['FREQ'] } } }
}

function fuels({ path, query }: ProviderRequest, now: number): ProviderReply {
  const { from, to } = inRange(query, 'publishDateTimeFrom', 'publishDateTimeTo')
  if (to - from > 7 * DAY_MS) return refused('The date range between PublishDateTimeFrom and PublishDateTimeTo inclusive must not exceed 7 days')
  const dataset = path.slice(-8).replace(/^.*\//, '')
  const ms = dataset === 'FUELHH' ? HALF_HOUR_MS : 300_000
  const starts = steps(from - ms, Math.min(to, now) - ms + 1, ms)
  const rows = starts.flatMap((at) =>
    Object.entries(MIX).map(([fuelType, generation]) => ({ dataset, publishTime: stamp(at + ms), startTime: stamp(at), fuelType, generation })),
  )
  return { body: { data: rows.toReversed() } }
}

function outturn({ query }: ProviderRequest, now: number): ProviderReply {
  const [first, last] = [query.get('settlementDateFrom') ?? '', query.get('settlementDateTo') ?? '']
  if (Date.parse(last) - Date.parse(first) > 7 * DAY_MS)
    return refused('The date range between SettlementDateFrom and SettlementDateTo inclusive must not exceed 7 days')
  const data = halfHours(datesBetween(first, last), now, (_, period) => ({
    initialDemandOutturn: 30_000 + period,
    initialTransmissionSystemDemandOutturn: 31_000 + period,
  }))
  return { body: { data, metadata: { datasets: ['INDO', 'ITSDO'] } } }
}

function dayAhead(now: number): ProviderReply {
  const today = settlementDateOf(now)
  const rows = datesBetween(today, settlementDateOf(now + DAY_MS)).flatMap((date) =>
    periodsOf(date).map((at, index) => ({ startTime: stamp(at), settlementDate: date, settlementPeriod: index + 1, publishTime: stamp(now - 3_600_000) })),
  )
  return {
    body: {
      data: rows.flatMap((row) => [
        { ...row, boundary: 'N', transmissionSystemDemand: 33_000, nationalDemand: 32_000 + row.settlementPeriod },
        { ...row, boundary: 'B1', transmissionSystemDemand: 900, nationalDemand: null },
      ]),
    },
  }
}

/** One exchange trades, the other has nothing, and at night prices are below zero. */
function marketIndex({ query }: ProviderRequest, now: number): ProviderReply {
  const { from, to } = inRange(query, 'from', 'to')
  if (to - from > 7 * DAY_MS) return refused('The date range between From and To inclusive must not exceed 7 days')
  const data = steps(from, Math.min(to, now), HALF_HOUR_MS).flatMap((at) => [
    { startTime: stamp(at), dataProvider: 'N2EXMIDP', settlementDate: settlementDateOf(at), price: 0, volume: 0 },
    { startTime: stamp(at), dataProvider: 'APXMIDP', settlementDate: settlementDateOf(at), price: at % DAY_MS === 0 ? -12.34 : 85.5, volume: 1_200.5 },
  ])
  return { body: { data } }
}

function systemPrices(path: string, now: number): ProviderReply {
  const date = /system-prices\/(\d{4}-\d{2}-\d{2})$/.exec(path)?.[1]
  if (!date) return refused('The value is not valid for SettlementDate.')
  const data = halfHours([date], now, (_, period) => ({
    systemSellPrice: 200 + period,
    systemBuyPrice: 200 + period,
    priceDerivationCode: 'P',
    netImbalanceVolume: 291.9,
  }))
  return { body: { data, metadata: { datasets: ['DATASET'] } } }
}

function documented(request: ProviderRequest, now: number): ProviderReply {
  const { path } = request
  if (path === '/datasets/FREQ') return frequency(request, now)
  if (path === '/datasets/FUELHH' || path === '/datasets/FUELINST') return fuels(request, now)
  if (path === '/demand/outturn') return outturn(request, now)
  if (path === '/forecast/demand/day-ahead') return dayAhead(now)
  if (path === '/balancing/pricing/market-index') return marketIndex(request, now)
  return path.startsWith('/balancing/settlement/system-prices/')
    ? systemPrices(path, now)
    : { status: 404, body: { statusCode: 404, message: 'Resource not found' } }
}

type Row = Readonly<Record<string, unknown>>
const VALUES = ['frequency', 'generation', 'initialDemandOutturn', 'nationalDemand', 'price', 'systemSellPrice', 'systemBuyPrice']
const withoutValues = (row: Row): Row => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, VALUES.includes(key) ? null : value]))

function spoilt(fault: ElexonFault, reply: ProviderReply): ProviderReply {
  const rows = (reply.body as { data?: readonly Row[] }).data ?? []
  const replies: Record<ElexonFault, () => ProviderReply> = {
    'text-400': () => refused("'ABC' is not a valid value\nfor SettlementPeriod."),
    'text-500': () => ({ status: 500, body: 'An unexpected error has occurred' }),
    problem: () => ({ status: 400, body: { type: 'about:blank', title: 'One or more validation errors occurred.', status: 400, errors: {} } }),
    empty: () => ({ body: { data: [] } }),
    'half-published': () => ({ body: { data: rows.filter(({ fuelType }) => fuelType !== 'WIND') } }),
    'null-values': () => ({ body: rows.map(withoutValues) }),
    'single-row': () => ({ body: { data: rows[0] } }),
    twice: () => ({ body: [...rows, ...rows] }),
  }
  return replies[fault]()
}

/** Plays Elexon Insights as of `now`. */
export async function startFakeElexon(now: () => number): Promise<FakeElexon> {
  let playing: ElexonFault | null = null
  const server = await startProviderServer((request) => {
    const reply = documented(request, now())
    return playing ? spoilt(playing, reply) : reply
  })
  return { ...server, playOwn: (fault) => (playing = fault), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}
