import { toIso } from '../../../../shared/units.ts'
import { type ProviderReply, type ProviderRequest, type ProviderServer, startProviderServer } from '../provider-server.fake.ts'

type WattTimeFault = 'other-region' | 'other-unit' | 'null-values' | 'empty' | 'single-row' | 'twice' | 'stale' | 'text-error' | 'strange-token'

interface FakeWattTime extends ProviderServer {
  readonly playOwn: (fault: WattTimeFault | null) => void
  /** Every token given out so far is refused from now on. */
  readonly revoke: () => void
  /** From now on every token is refused. */
  readonly refuseAll: () => void
}

const STEP_MS = 300_000
const TOKEN_MS = 30 * 60_000
const DAY_MS = 86_400_000
/** The free account sees one region in full. */
const OPEN = 'CAISO_NORTH'

interface Playing {
  readonly now: number
  readonly fault: WattTimeFault | null
}

/** pounds per MWh: 870 at first, one more every step of the hour. */
const poundsAt = (at: number): number => 870 + ((at / STEP_MS) % 12)

function series(query: URLSearchParams, [from, to]: readonly [number, number], { now, fault }: Playing): ProviderReply {
  const first = Math.ceil(from / STEP_MS) * STEP_MS
  const data = Array.from({ length: Math.max(0, Math.ceil((to - first) / STEP_MS)) }, (_, index) => first + index * STEP_MS).map((at) => ({
    point_time: toIso(at).replace('.000Z', '+00:00'),
    value: fault === 'null-values' ? null : poundsAt(at),
  }))
  const listed = { empty: [], 'single-row': data[0], twice: [...data, ...data] }
  const meta = {
    region: fault === 'other-region' ? 'PJM_DC' : query.get('region'),
    signal_type: query.get('signal_type'),
    units: fault === 'other-unit' ? 'lbs_per_year' : 'lbs_co2_per_mwh',
    model: { date: '2023-03-01' },
    data_point_period_seconds: 300,
    generated_at: toIso(fault === 'stale' ? now - 3 * DAY_MS : now - (now % STEP_MS)).replace('.000Z', '+00:00'),
    generated_at_period_seconds: 300,
    warnings: [],
  }
  return { body: { data: fault === 'empty' || fault === 'single-row' || fault === 'twice' ? listed[fault] : data, meta } }
}

function documented({ path, query }: ProviderRequest, playing: Playing): ProviderReply {
  const { now, fault } = playing
  if (fault === 'text-error') return { status: 400, body: { error: 'invalid', message: 'horizon_hours must be between 0 and 72' } }
  if (path === '/v3/region-from-loc')
    return query.get('latitude') === '0.0'
      ? { status: 404, body: { error: 'Coordinates not found' } }
      : { body: { region: OPEN, region_full_name: 'California ISO Northern', signal_type: 'co2_moer' } }
  if (path === '/v3/signal-index')
    return {
      body: {
        data: [{ point_time: toIso(now - (now % STEP_MS)), value: 42 }],
        meta: { region: query.get('region'), signal_type: 'co2_moer', units: 'percentile' },
      },
    }
  if (query.get('region') !== OPEN) return { status: 403, body: { error: 'Forbidden', message: 'Your account does not have access' } }
  const start = now - (now % STEP_MS)
  if (path === '/v3/forecast') return series(query, [start, start + Number(query.get('horizon_hours')) * 3_600_000], playing)
  const [from, to] = [Date.parse(query.get('start') ?? ''), Date.parse(query.get('end') ?? '')]
  if (path !== '/v3/historical' || to - from > 32 * DAY_MS) return { status: 400, body: { message: 'the range must be at most 32 days' } }
  return series(query, [from, Math.min(to, now)], playing)
}

/** Plays WattTime as of `now`, for one account. */
export async function startFakeWattTime(now: () => number, account: { user: string; password: string }): Promise<FakeWattTime> {
  const basic = `Basic ${Buffer.from(`${account.user}:${account.password}`).toString('base64')}`
  let fault: WattTimeFault | null = null
  let tokens = new Map<string, number>()
  let given = 0
  let refusing = false
  const logIn = ({ headers }: ProviderRequest): ProviderReply => {
    if (headers.authorization !== basic) return { status: 401, body: { error: 'Unauthorized' } }
    given += 1
    const token = fault === 'strange-token' ? 'a\r\nset-cookie: b' : `token-${given}`
    tokens.set(`Bearer ${token}`, now() + TOKEN_MS)
    return { body: { token } }
  }
  const answer = (request: ProviderRequest): ProviderReply => {
    if (request.path === '/login') return logIn(request)
    const valid = !refusing && (tokens.get(request.headers.authorization ?? '') ?? 0) > now()
    return valid ? documented(request, { now: now(), fault }) : { status: 401, body: { error: 'Unauthorized', message: 'Token has expired' } }
  }
  const server = await startProviderServer(answer)
  return {
    ...server,
    playOwn: (next) => (fault = next),
    revoke: () => (tokens = new Map()),
    refuseAll: () => (refusing = true),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
