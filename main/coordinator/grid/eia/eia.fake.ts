import { toIso } from '../../../../shared/units.ts'
import { type ProviderReply, type ProviderRequest, type ProviderServer, startProviderServer } from '../provider-server.fake.ts'

type EiaFault =
  | 'over-quota'
  | 'text-error'
  | 'empty'
  | 'cut-short'
  | 'other-respondent'
  | 'half-published'
  | 'null-values'
  | 'mostly-unknown'
  | 'twice'
  | 'other-unit'

interface FakeEia extends ProviderServer {
  readonly playOwn: (fault: EiaFault | null) => void
  /** How many rows an answer holds, 5,000 unless set. */
  readonly truncateAt: (rows: number) => void
}

const HOUR_MS = 3_600_000
/** MWh in every hour. The sun is below zero, as at night. */
const MIX: Readonly<Record<string, number>> = { COL: 1_000, NG: 8_000, NUC: 2_000, WAT: 3_000, SUN: -20, WND: 5_000, OTH: 1_000, BAT: 900, PS: -700 }
const UNKNOWN: Readonly<Record<string, number>> = { NG: 5_000, OTH: 5_000 }

interface Playing {
  readonly now: number
  readonly fault: EiaFault | null
  readonly pageRows: number
}

const hours = (query: URLSearchParams): readonly number[] => {
  const [first, last] = ['start', 'end'].map((name) => Date.parse(`${query.get(name)}:00:00Z`)) as [number, number]
  return Array.from({ length: Math.max(0, (last - first) / HOUR_MS + 1) }, (_, index) => first + index * HOUR_MS)
}

/** Generation and demand are published an hour late; the forecast reaches a day ahead. */
function rowsOf({ path, query }: ProviderRequest, { now, fault }: Playing) {
  const published = now - HOUR_MS
  const respondent = fault === 'other-respondent' ? 'PJM' : query.get('facets[respondent][]')
  const row = (at: number, more: object, value: number) => ({
    period: toIso(at).slice(0, 13),
    respondent,
    ...more,
    value: fault === 'null-values' ? null : String(value),
    'value-units': fault === 'other-unit' ? 'BTU' : 'megawatthours',
  })
  if (path.includes('fuel-type-data')) {
    const mix = Object.entries(fault === 'mostly-unknown' ? UNKNOWN : MIX)
    const isLate = (at: number, fuel: string) => fault === 'half-published' && at > published - HOUR_MS && fuel !== 'NG'
    return hours(query)
      .filter((at) => at <= published)
      .flatMap((at) => mix.filter(([fuel]) => !isLate(at, fuel)).map(([fueltype, value]) => row(at, { fueltype }, value)))
  }
  const types = query.getAll('facets[type][]')
  const limits: Readonly<Record<string, number>> = { D: published, DF: now + 24 * HOUR_MS }
  return hours(query).flatMap((at) => types.filter((type) => at <= (limits[type] ?? 0)).map((type) => row(at, { type }, type === 'D' ? 16_000 : 15_500)))
}

function documented(request: ProviderRequest, playing: Playing): ProviderReply {
  const { query } = request
  const { fault, pageRows } = playing
  const once = fault === 'empty' ? [] : rowsOf(request, playing)
  const rows = fault === 'twice' ? [...once, ...once] : once
  const offset = Number(query.get('offset'))
  const data = fault === 'cut-short' && offset > 0 ? [] : rows.slice(offset, offset + Math.min(pageRows, Number(query.get('length'))))
  const cut = data.length < rows.length
  const warnings = cut ? [{ warning: 'incomplete return', description: 'The API can only return 5000 rows in JSON format.' }] : undefined
  return {
    body: {
      response: { ...(warnings && { warnings }), total: String(rows.length), dateFormat: 'YYYY-MM-DD"T"HH24', data },
      request: { command: request.path },
      apiVersion: '2.1.8',
    },
  }
}

function answer(request: ProviderRequest, key: string, playing: Playing): ProviderReply {
  const given = request.query.get('api_key')
  if (given !== key)
    return {
      status: 403,
      body: { error: { code: 'API_KEY_INVALID', message: `An invalid api_key was supplied: ${given}. Get one at https://www.eia.gov/opendata/` } },
    }
  if (playing.fault === 'over-quota') return { status: 403, body: { error: { code: 'OVER_RATE_LIMIT', message: 'You have exceeded your rate limit.' } } }
  if (playing.fault === 'text-error') return { status: 400, body: { error: "Invalid frequency 'x' provided.", code: 400 } }
  return /\/(?:fuel-type|region)-data\/data$/.test(request.path) ? documented(request, playing) : { status: 404, body: { error: 'Not found' } }
}

/** Plays the EIA's open data as of `now`, for the one who has `key`. */
export async function startFakeEia(now: () => number, key: string): Promise<FakeEia> {
  let fault: EiaFault | null = null
  let pageRows = 5_000
  const server = await startProviderServer((request) => answer(request, key, { now: now(), fault, pageRows }))
  return { ...server, playOwn: (next) => (fault = next), truncateAt: (rows) => (pageRows = rows), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}
