import { toIso } from '../../../../shared/units.ts'
import { type ProviderReply, type ProviderRequest, type ProviderServer, startProviderServer } from '../provider-server.fake.ts'

type ElectricityMapsFault =
  | 'bad-key'
  | 'old-error'
  | 'unknown-zone'
  | 'null-values'
  | 'other-zone'
  | 'other-factors'
  | 'stale'
  | 'empty'
  | 'single-row'
  | 'twice'

interface FakeElectricityMaps extends ProviderServer {
  readonly playOwn: (fault: ElectricityMapsFault | null) => void
  /** What the key may do: the free plan has no forecast and no past. */
  readonly sell: (plan: 'free' | 'paid') => void
}

const HOUR_MS = 3_600_000
const ZONES = {
  NL: { zoneName: 'Netherlands', access: ['carbon-intensity/history'] },
  'IT-NO': { zoneName: 'North', countryName: 'Italy' },
  XX: { zoneName: 'Nowhere' },
}

interface Playing {
  readonly key: string
  readonly now: number
  readonly plan: 'free' | 'paid'
  readonly fault: ElectricityMapsFault | null
}

const hoursFrom = (from: number, to: number): readonly number[] =>
  Array.from({ length: Math.max(0, Math.ceil((to - from) / HOUR_MS)) }, (_, index) => from + index * HOUR_MS)

/** By the hour of the day; the newest two hours are estimated. */
function rowOf(at: number, { query, path }: ProviderRequest, { now, fault }: Playing) {
  const common = {
    datetime: toIso(at),
    updatedAt: toIso(fault === 'stale' ? now - 72 * HOUR_MS : Math.min(at + HOUR_MS, now)),
    createdAt: toIso(at - 72 * HOUR_MS),
    estimationMethod: null,
  }
  const isEstimated = at > now - 2 * HOUR_MS
  const hour = (at / HOUR_MS) % 24
  if (path.startsWith('/power-breakdown'))
    return { ...common, isEstimated, renewablePercentage: fault === 'null-values' ? null : 40 + hour, powerConsumptionBreakdown: { wind: 1 } }
  const emissionFactorType = fault === 'other-factors' ? 'direct' : query.get('emissionFactorType')
  return { ...common, isEstimated, carbonIntensity: fault === 'null-values' ? null : 300 + hour, emissionFactorType }
}

function documented(request: ProviderRequest, playing: Playing): ProviderReply {
  const { path, query } = request
  const { now, fault } = playing
  const hour = now - (now % HOUR_MS)
  const zone = fault === 'other-zone' ? 'FR' : (query.get('zone') ?? 'DE')
  const rows = (from: number, to: number) => hoursFrom(from, to).map((at) => rowOf(at, request, playing))
  const listed = (all: readonly object[]) => (fault === 'empty' ? [] : fault === 'single-row' ? all[0] : fault === 'twice' ? [...all, ...all] : all)
  const what = path.replace(/^\/[a-z-]+\//, '')
  if (what === 'latest') return { body: { zone, ...rowOf(hour, request, playing) } }
  if (what === 'history') return { body: { zone, history: listed(rows(hour - 24 * HOUR_MS, hour)) } }
  if (what === 'forecast') {
    const forecast = rows(hour, hour + 72 * HOUR_MS).map(({ datetime, ...row }) => ({
      datetime,
      carbonIntensity: 'carbonIntensity' in row ? row.carbonIntensity : null,
    }))
    return { body: { zone, updatedAt: toIso(now), forecast: listed(forecast) } }
  }
  const [from, to] = [Date.parse(query.get('start') ?? ''), Date.parse(query.get('end') ?? '')]
  if (to - from > 240 * HOUR_MS) return { status: 400, body: { status: 'error', message: 'Range is too long' } }
  return what === 'past-range' ? { body: { zone, data: listed(rows(from - (from % HOUR_MS), to)) } } : { status: 404, body: { error: 'Not found' } }
}

const PAID = /\/(?:forecast|past-range)$/

function answer(request: ProviderRequest, playing: Playing): ProviderReply {
  const { path, query, headers } = request
  if (path === '/zones') return { body: ZONES }
  if (headers['auth-token'] !== playing.key || playing.fault === 'bad-key') return { status: 401, body: { error: 'Invalid auth-token' } }
  if (playing.fault === 'old-error') return { status: 400, body: { status: 'error', message: 'Zone parameter is missing' } }
  if (playing.fault === 'unknown-zone' || query.get('lat') === '0.0') return { status: 404, body: { error: 'No zone found' } }
  if (PAID.test(path) && playing.plan === 'free') return { status: 403, body: { status: 'error', message: 'Request unauthorized for zoneKey=DE' } }
  return documented(request, playing)
}

/** Plays Electricity Maps as of `now`, for the one who has `key`. */
export async function startFakeElectricityMaps(now: () => number, key: string): Promise<FakeElectricityMaps> {
  let fault: ElectricityMapsFault | null = null
  let plan: 'free' | 'paid' = 'paid'
  const server = await startProviderServer((request) => answer(request, { key, now: now(), plan, fault }))
  return { ...server, playOwn: (next) => (fault = next), sell: (next) => (plan = next), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}
