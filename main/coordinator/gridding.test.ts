import { beforeEach, expect, test } from 'vitest'
import { Signal } from '../../shared/contract/wire.ts'
import { toIso } from '../../shared/units.ts'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { resourcesDirectory } from '../kernel/paths.ts'
import { createGridAnswers } from './grid/grid-answers.ts'
import { createGridHistory } from './grid/history.ts'
import { createGridOracle } from './grid/oracle.ts'
import { createFakeProvider } from './grid/provider.fake.ts'
import { loadRecording } from '../kernel/grid-recording.ts'
import { createSiteForecasts } from './grid/site-forecasts.ts'
import { createZoneLookup } from './grid/zone-lookup.ts'
import { GENEROUS, startTestServer } from './http/http.fake.ts'
import { openTestDatabase } from './persistence/database.fake.ts'
import { type Db } from './persistence/database.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const NOW = Date.parse('2026-03-18T12:10:00.000Z')
const recording = loadRecording(resourcesDirectory)

let db: Db
beforeEach(async () => {
  db = await openTestDatabase()
  return () => db.destroy()
})

/** A coordinator that measures Germany two hours late, knows its price, forecasts Great Britain, and lists one zone more. */
async function started({ isPrivate = true, limits = GENEROUS, attribution = null as string | null } = {}) {
  const clock = createFakeClock(NOW)
  const { signal: shutdown } = new AbortController()
  const providers = [
    createFakeProvider({ clock, id: 'carbon-intensity', zones: ['GB', 'GB-13', 'GB-16'], aheadMs: 48 * HOUR_MS }),
    createFakeProvider({ clock, id: 'electricity-maps', zones: ['DE', 'AU-NSW', 'PL'], aheadMs: -2 * HOUR_MS }),
    createFakeProvider({ clock, id: 'energy-charts', zones: ['DE'], kind: 'price', aheadMs: 34 * HOUR_MS }),
  ]
  const [, , priced] = providers
  if (priced && attribution !== null) {
    const { read } = priced
    Object.assign(priced, { read: async (...asked: Parameters<typeof read>) => ({ ...(await read(...asked)), attribution }) })
  }
  const oracle = createGridOracle({ clock, providers, history: createGridHistory(db), recording, shutdown, onLiveFailed: () => undefined })
  const directory = { names: () => new Map([['AU-NSW', 'New South Wales, Australia']]) }
  const lookup = createZoneLookup({ clock, live: null, onFailed: () => undefined, shutdown })
  const answers = createGridAnswers({ oracle, clock, providers, recording, directory, lookup, isPrivate, shutdown })
  const server = await startTestServer(limits, { ...answers, sun: createSiteForecasts({ clock, openMeteo: null, isAllowed: true, shutdown }) })
  const get = async (url: string) => {
    const response = await server.app.inject({ method: 'GET', url, headers: { host: '127.0.0.1' } })
    return { status: response.statusCode, body: response.json() }
  }
  return { get, providers, clock, server, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

test('anybody may list the zones: what people call them, who knows what, and what is there without them', async () => {
  await using world = await started()
  const { zones } = (await world.get('/v1/zones')).body
  const view = (zone: string) => zones.find((known: { zone: string }) => known.zone === zone)
  expect(zones).toHaveLength(28 + 2)
  expect(view('GB-13')).toEqual({
    zone: 'GB-13',
    name: 'London',
    sources: [{ kind: 'average', providers: ['The fake carbon-intensity'] }],
    otherwise: 'recording',
  })
  expect(view('DE')).toMatchObject({ name: 'Germany', otherwise: 'model' })
  expect(view('DE').sources.map(({ kind }: { kind: string }) => kind)).toEqual(['average', 'price'])
  expect(view('GB-16')).toMatchObject({ name: 'Scotland', otherwise: 'nothing' })
  expect(view('US-TEX-ERCO')).toMatchObject({ sources: [], otherwise: 'model' })
  expect(view('AU-NSW')).toMatchObject({ name: 'New South Wales, Australia', otherwise: 'nothing' })
  expect(view('PL')).toMatchObject({ name: 'Poland' })
})

test('any quantity, or why nobody knows it', async () => {
  await using world = await started()
  expect((await world.get('/v1/grid/DE')).body.signal).toMatchObject({ kind: 'average', zone: 'DE' })
  expect((await world.get('/v1/grid/DE/average')).body).toMatchObject({ signal: { kind: 'average' }, reason: null })
  expect((await world.get('/v1/grid/DE/price')).body).toMatchObject({ signal: { kind: 'price', unit: 'minor/kWh' }, reason: null })
  expect((await world.get('/v1/grid/DE/demand')).body).toEqual({ signal: null, reason: 'No configured source knows the demand in DE.' })
  expect((await world.get('/v1/grid/DE/marginal')).body.reason).toContain('WINDFALL_WATTTIME_USER')
  expect((await world.get('/v1/grid/DE/solar')).body.reason).toContain('place of a house')
  world.providers[2]?.fail('away')
  await world.clock.advance(2 * DAY_MS)
  expect((await world.get('/v1/grid/DE/price')).body).toEqual({
    signal: null,
    reason: 'The fake energy-charts could know the price in DE, but no answer comes now. Try again later.',
  })
})

test('what its owner keeps to private use stays on this machine', async () => {
  const attribution = 'Somebody, not for redistribution'
  await using own = await started({ attribution })
  expect((await own.get('/v1/grid/DE/price')).body.signal).toMatchObject({ attribution })
  await using open = await started({ attribution, isPrivate: false })
  expect((await open.get('/v1/grid/DE/price')).body).toEqual({
    signal: null,
    reason: `Windfall knows the price in DE, but may not pass it on (${attribution}).`,
  })
})

test('a zone that only a configured provider serves is as good as one of our own; one that nobody serves is refused everywhere', async () => {
  await using world = await started()
  const around = { from: toIso(NOW - 4 * HOUR_MS), to: toIso(NOW - 3 * HOUR_MS) }
  expect((await world.get(`/v1/grid/AU-NSW/history?from=${around.from}&to=${around.to}`)).body.signal).toMatchObject({ zone: 'AU-NSW', origin: 'live' })
  for (const path of ['', '/average', '/price', '/history', '/accuracy', '/abundance'])
    expect((await world.get(`/v1/grid/XX${path}`)).body, path).toMatchObject({
      status: 422,
      code: 'grid.unknown-zone',
      detail: expect.stringContaining('GB-13'),
    })
  world.providers[1]?.fail('away')
  await world.clock.advance(DAY_MS)
  expect((await world.get('/v1/grid/AU-NSW')).body).toMatchObject({
    status: 503,
    code: 'grid.unavailable',
    detail: expect.stringMatching(/^Only live sources know the zone AU-NSW/),
  })
})

test('history ends by default where measurement does, and is the last day; the same stretch is asked for once', async () => {
  await using world = await started()
  const { signal } = (await world.get('/v1/grid/DE/history')).body
  expect(Signal.parse(signal).points.map(({ from }) => from)).toHaveLength(48)
  expect([signal.points[0].from, signal.points.at(-1).to]).toEqual(['2026-03-17T10:00:00.000Z', '2026-03-18T10:00:00.000Z'])
  expect(signal.points.every(({ forecast }: { forecast: boolean }) => !forecast)).toBe(true)
  const asked = world.providers[1]?.asked.length
  expect((await world.get('/v1/grid/DE/history')).body.signal).toEqual(signal)
  expect(world.providers[1]?.asked.length).toBe(asked)
  expect((await world.get('/v1/grid/US-TEX-ERCO/history')).body.signal).toMatchObject({ origin: 'modelled' })
})

test('fourteen days from the middle of one half hour to the middle of another are fourteen days', async () => {
  await using world = await started()
  expect((await world.get(`/v1/grid/US-TEX-ERCO/history?from=${toIso(NOW - 14 * DAY_MS)}&to=${toIso(NOW)}`)).body.signal.points).toHaveLength(14 * 48)
})

test.each([
  [`from=${toIso(NOW - 15 * DAY_MS)}&to=${toIso(NOW)}`, 400],
  [`from=${toIso(NOW - 15 * DAY_MS)}`, 400],
  [`from=${toIso(NOW)}&to=${toIso(NOW - DAY_MS)}`, 400],
  [`from=${toIso(NOW)}&to=${toIso(NOW)}`, 400],
  [`to=${toIso(NOW + DAY_MS)}`, 400],
  ['from=yesterday', 400],
  ['from=2026-02-30T00:00:00.000Z', 400],
  ['days=3', 400],
])('history with %s is refused with words', async (query, status) => {
  await using world = await started()
  const { body } = await world.get(`/v1/grid/DE/history?${query}`)
  expect(body).toMatchObject({ status, code: 'input.invalid' })
  expect(world.providers[1]?.asked.length).toBeLessThanOrEqual(1)
})

test('whoever asks about the past again and again costs the providers no more than a question every few seconds', async () => {
  await using world = await started()
  const statuses: number[] = []
  for (let hour = 1; hour <= 30; hour++)
    statuses.push((await world.get(`/v1/grid/DE/history?from=${toIso(NOW - (hour + 40) * HOUR_MS)}&to=${toIso(NOW - 40 * HOUR_MS)}`)).status)
  expect(statuses.filter((status) => status === 200)).toHaveLength(20)
  expect(statuses.at(-1)).toBe(429)
  expect((await world.get('/v1/grid/DE')).status).toBe(200)
})

test('accuracy names its method and its comparisons, or why there is none', async () => {
  await using world = await started()
  expect((await world.get('/v1/grid/US-TEX-ERCO/accuracy')).body).toMatchObject({
    sources: [],
    reason: expect.stringContaining('No configured source measures here'),
  })
  expect((await world.get('/v1/grid/GB-13/accuracy')).body).toMatchObject({
    sources: [],
    reason: expect.stringContaining('measures Great Britain as a whole only'),
  })
  expect((await world.get('/v1/grid/DE/accuracy')).body).toMatchObject({ sources: [], reason: expect.stringContaining('could be compared yet') })
  for (let hour = 0; hour < 30; hour += 6) {
    await world.get('/v1/grid/GB')
    await world.clock.advance(6 * HOUR_MS)
  }
  await world.get('/v1/grid/GB')
  const { body } = await world.get('/v1/grid/GB/accuracy')
  expect(body).toMatchObject({ zone: 'GB', method: expect.stringMatching(/compared with what was measured.*last 30 days/), reason: null })
  expect(body.sources[0]).toMatchObject({ source: 'Fake carbon-intensity', measuredBy: 'The fake carbon-intensity', meanAbsolute: expect.closeTo(0) })
  expect(body.sources[0].comparisons).toBeGreaterThan(40)
})

test('abundance says when, or why nobody knows', async () => {
  await using world = await started()
  expect((await world.get('/v1/grid/DE/abundance')).body).toEqual({ zone: 'DE', periods: [], reason: 'No configured source knows the renewable share in DE.' })
})

test('a place is found over HTTP, with its name', async () => {
  await using world = await started()
  expect((await world.get('/v1/zones/find?latitude=48.85&longitude=2.35')).body).toEqual({
    zone: 'FR',
    name: 'France',
    source: 'borders that come with Windfall',
    hint: null,
  })
  for (const query of [
    '',
    '?postcode=',
    '?latitude=1',
    '?latitude=&longitude=',
    '?postcode=75001',
    '?postcode=SW1A&postcode=RG41',
    '?latitude[]=1&longitude=2',
  ])
    expect((await world.get(`/v1/zones/find${query}`)).status, query).toBe(400)
  expect((await world.get('/v1/zones/find?latitude=30&longitude=-97')).body).toMatchObject({
    code: 'grid.unknown-zone',
    detail: expect.stringContaining('Choose one of'),
  })
})

test.each([
  '/v1/grid/GB-13/nonsense',
  '/v1/grid/GB-13/__proto__',
  '/v1/grid/gb/price',
  '/v1/grid/..%2f/price',
  `/v1/grid/${'A'.repeat(200)}/price`,
  '/v1/grid/GB/price?x=1',
])('%s is a problem, not a failure', async (url) => {
  await using world = await started()
  const { status, body } = await world.get(url)
  expect(status).toBeGreaterThanOrEqual(400)
  expect(status).toBeLessThan(500)
  expect(body).toMatchObject({ type: expect.stringContaining('/problems#') })
})

test('the calls about the grid are counted like any other', async () => {
  await using world = await started({ limits: { ...GENEROUS, network: { perSecond: 1, burst: 2 } } })
  expect([(await world.get('/v1/zones')).status, (await world.get('/v1/grid/GB')).status, (await world.get('/v1/zones/find')).status]).toEqual([200, 200, 429])
})
