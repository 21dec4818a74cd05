import { toIso } from '../../../../shared/units.ts'
import { type ProviderReply, type ProviderRequest, type ProviderServer, startProviderServer } from '../provider-server.fake.ts'
import { settlementDateOf } from '../../../../shared/domain/settlement-period.ts'

type NesoFault = 'unknown-action' | 'bad-filter' | 'refused-with-200' | 'no-such-package' | 'renamed' | 'empty' | 'single-row' | 'impossible-period'

interface FakeNeso extends ProviderServer {
  readonly playOwn: (fault: NesoFault | null) => void
  /** From now on the tables have other ids, and the old ones are gone. */
  readonly renumber: () => void
}

const HELP = 'https://api.neso.energy/api/3/action/help_show?name=package_show'
const DAY_MS = 86_400_000
const ok = (result: unknown): ProviderReply => ({ body: { help: HELP, success: true, result } })
const failed = (status: number, error: object): ProviderReply => ({ status, body: { help: HELP, success: false, error } })
const notFound = () => failed(404, { message: 'Not found', __type: 'Not Found Error' })

const TABLES: Readonly<Record<string, readonly string[]>> = {
  'daily-demand-update': ['Demand Data Update', 'Data dictionary'],
  '1-day-ahead-demand-forecast': ['Historic Day Ahead Demand Forecasts', 'Day Ahead National Demand Forecast'],
  'embedded-wind-and-solar-forecasts': ['Embedded Solar and Wind Forecast'],
}

const day = (at: number): string => `${settlementDateOf(at)}T00:00:00`
const periods = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

/** Twenty days of outturn up to yesterday, then rows marked as forecast that hold zeros. */
function demandRows(now: number) {
  return Array.from({ length: 24 }, (_, index) => now + (index - 20) * DAY_MS).flatMap((at) =>
    periods(48).map((period) => ({
      SETTLEMENT_DATE: day(at),
      SETTLEMENT_PERIOD: period,
      FORECAST_ACTUAL_INDICATOR: at < now ? 'A' : 'F',
      ND: at < now ? 25_000 + period : 0,
      TSD: 0,
    })),
  )
}

const cardinalRows = (now: number) =>
  [
    ['0430', '0500', 20_100],
    ['1730', '1800', 38_200],
    ['2330', '2400', 24_300],
  ].map(([CP_ST_TIME, CP_END_TIME, FORECASTDEMAND]) => ({
    TARGETDATE: day(now + DAY_MS),
    CARDINALPOINT: '1B',
    CP_ST_TIME,
    CP_END_TIME,
    FORECASTDEMAND,
    F_Point: 'NA',
  }))

const embeddedRows = (now: number) =>
  periods(48).map((period) => ({
    SETTLEMENT_DATE: day(now),
    SETTLEMENT_PERIOD: String(period),
    EMBEDDED_WIND_FORECAST: 2_000 + period,
    EMBEDDED_SOLAR_FORECAST: period > 12 && period < 36 ? 5_000 : 0,
  }))

type Row = Readonly<Record<string, unknown>>

function rowsOf(name: string, query: URLSearchParams, now: number): readonly Row[] {
  if (name === 'daily-demand-update') {
    const wanted = (JSON.parse(query.get('filters') ?? '{}') as Row)['FORECAST_ACTUAL_INDICATOR']
    return demandRows(now)
      .filter(({ FORECAST_ACTUAL_INDICATOR: is }) => wanted === undefined || is === wanted)
      .toReversed()
  }
  return name === '1-day-ahead-demand-forecast' ? cardinalRows(now) : embeddedRows(now)
}

interface Playing {
  readonly now: number
  readonly edition: number
  readonly fault: NesoFault | null
}

function showPackage(query: URLSearchParams, { now, edition, fault }: Playing): ProviderReply {
  const id = query.get('id') ?? ''
  const tables = fault === 'no-such-package' ? undefined : TABLES[id]
  if (!tables) return notFound()
  const resources = tables.map((name, index) => ({
    id: `${id}-${index}-${edition}`,
    name: fault === 'renamed' ? 'Something else' : name,
    datastore_active: name !== 'Data dictionary',
    last_modified: toIso(now - (now % 3_600_000)).replace('Z', '456'),
    format: 'CSV',
  }))
  return ok({ name: id, resources })
}

function search(query: URLSearchParams, { now, edition, fault }: Playing): ProviderReply {
  const [, name, index, asked] = /^(.*)-(\d+)-(\d+)$/.exec(query.get('resource_id') ?? '') ?? []
  if (!name || Number(asked) !== edition) return notFound()
  if (fault === 'bad-filter') return failed(409, { filters: ['invalid value'], __type: 'Validation Error' })
  if (fault === 'refused-with-200') return { ...failed(200, { message: 'Busy', __type: 'Internal Error' }), status: 200 }
  if (name === '1-day-ahead-demand-forecast' && index !== '1') return ok({ records: [], total: 0 })
  const rows = rowsOf(name, query, now).slice(0, Number(query.get('limit')))
  if (fault === 'empty') return ok({ records: [], total: 0 })
  if (fault === 'single-row') return ok({ records: rows[0], total: 1 })
  return ok({ fields: [], records: fault === 'impossible-period' ? rows.map((row) => ({ ...row, SETTLEMENT_PERIOD: 50 })) : rows, total: rows.length })
}

function answer({ path, query }: ProviderRequest, playing: Playing): ProviderReply {
  if (playing.fault === 'unknown-action')
    return { status: 400, body: JSON.stringify('Bad request - Action name not known: package_sho'), headers: { 'content-type': 'application/json' } }
  if (path === '/package_show') return showPackage(query, playing)
  return path === '/datastore_search' ? search(query, playing) : { status: 400, body: JSON.stringify('Bad request - Action name not known') }
}

/** Plays the NESO data portal as of `now`. */
export async function startFakeNeso(now: () => number): Promise<FakeNeso> {
  let fault: NesoFault | null = null
  let edition = 1
  const server = await startProviderServer((request) => answer(request, { now: now(), edition, fault }))
  return { ...server, playOwn: (next) => (fault = next), renumber: () => (edition += 1), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}
