import { afterEach, beforeEach, expect, test } from 'vitest'
import { Signal } from '../../../../shared/contract/wire.ts'
import { createFakeClock } from '../../../kernel/clock.fake.ts'
import { createFakeHttpClient } from '../../../kernel/http-client.fake.ts'
import { ANSWERED_FAULTS, failureOf, trialHttp } from '../provider-trial.fake.ts'
import { startFakeOpenMeteo } from './open-meteo.fake.ts'
import { OPEN_METEO_MANNERS, type SolarSite, createOpenMeteo } from './open-meteo.ts'

const NOW = Date.parse('2026-03-18T12:10:00.000Z')
const SITE: SolarSite = { zone: 'DE', latitude: 52.5234, longitude: 13.4114, tilt: 35, azimuth: -90, peakWatts: 5_000, factor: 1 }
const { signal: abort } = new AbortController()

let clock: ReturnType<typeof createFakeClock>
let server: Awaited<ReturnType<typeof startFakeOpenMeteo>>
const client = (key: string | null = null) => createOpenMeteo({ http: trialHttp(clock, OPEN_METEO_MANNERS), key, baseUrl: server.url })

beforeEach(async () => {
  clock = createFakeClock(NOW)
  server = await startFakeOpenMeteo(() => clock.now())
})
afterEach(() => server[Symbol.asyncDispose]())

test('the power of a home is told in hours, from yesterday to the day after tomorrow, as a model', async () => {
  const signal = Signal.parse(await client().solarForecast(SITE, abort))
  expect(signal).toMatchObject({
    zone: 'DE',
    kind: 'solar',
    unit: 'W',
    basis: null,
    price: null,
    origin: 'live',
    estimated: true,
    issuedAt: '2026-03-18T12:10:00.000Z',
  })
  expect(signal.points).toHaveLength(96)
  expect(signal.points.find(({ from }) => from === '2026-03-18T11:00:00.000Z')).toMatchObject({ forecast: false })
  expect(signal.points.find(({ from }) => from === '2026-03-18T12:00:00.000Z')).toMatchObject({ forecast: true })
})

test('the mean of an hour belongs to the hour before its time stamp', async () => {
  const signal = await client().solarForecast(SITE, abort)
  const brightest = signal?.points.reduce((a, b) => ((b.value ?? 0) > (a.value ?? 0) ? b : a))
  // 600 W/m² at 10.5 °C: 5,000 × 0.6 × (1 − 0.004 × (10.5 + 20.52 − 25)).
  expect(brightest).toMatchObject({ from: '2026-03-17T12:00:00.000Z', to: '2026-03-17T13:00:00.000Z', value: 2_927.8 })
  expect(signal?.points[0]?.value).toBe(0)
})

test('what the meter has taught is applied', async () => {
  const [whole, half] = [await client().solarForecast(SITE, abort), await client().solarForecast({ ...SITE, factor: 0.5 }, abort)]
  expect(half?.points[12]?.value).toBeCloseTo((whole?.points[12]?.value ?? 0) / 2, 1)
})

test('the address stays at home', async () => {
  await client().solarForecast(SITE, abort)
  const query = new URL(`http://x${server.requests[0]}`).searchParams
  expect([query.get('latitude'), query.get('longitude'), query.get('tilt'), query.get('azimuth'), query.get('timezone')]).toEqual([
    '52.5',
    '13.4',
    '35',
    '-90',
    'UTC',
  ])
})

test('customers ask their own host with their key, everyone else the free one', async () => {
  const http = createFakeHttpClient(clock)
  await failureOf(createOpenMeteo({ http, key: null }).solarForecast(SITE, abort))
  await failureOf(createOpenMeteo({ http, key: 'secret' }).solarForecast(SITE, abort))
  expect(http.requests.map((request) => new URL(request).host)).toEqual(['api.open-meteo.com', 'customer-api.open-meteo.com'])
  expect(http.requests.map((request) => new URL(request).searchParams.get('apikey'))).toEqual([null, 'secret'])
})

test.each([
  ['a latitude of another planet', { latitude: 91 }],
  ['a tilt beyond upright', { tilt: 91 }],
  ['an azimuth counted from north', { azimuth: 270 }],
  ['no number', { longitude: Number.NaN }],
  ['power below zero', { peakWatts: -1 }],
])('%s is not asked about', async (_, change) => {
  expect(await failureOf(client().solarForecast({ ...SITE, ...change }, abort))).toMatchObject({ code: 'input.invalid' })
  expect(server.requests).toEqual([])
})

test('what nobody knows stays unknown, and nothing is nothing', async () => {
  server.playOwn('null-values')
  expect(new Set((await client().solarForecast(SITE, abort))?.points.map(({ value }) => value))).toEqual(new Set([null]))
  server.playOwn('empty')
  expect(await client().solarForecast(SITE, abort)).toBeNull()
})

test.each([
  ['reason', 'input.invalid', /Latitude must be in range/],
  ['daily-limit', 'grid.unavailable', /Daily API request limit exceeded/],
  ['other-lengths', 'grid.unavailable', /unknown shape/],
  ['local-time', 'grid.unavailable', /unknown shape/],
  ['other-unit', 'grid.unavailable', /unknown shape/],
] as const)('%s is passed on in words', async (fault, code, message) => {
  server.playOwn(fault)
  expect(await failureOf(client().solarForecast(SITE, abort))).toMatchObject({ code, message: expect.stringMatching(message) })
})

test('a refused key is named by its setting and is in no message', async () => {
  server.playOwn('key-refused')
  const failure = await failureOf(client('secret-key').solarForecast(SITE, abort))
  expect(failure).toMatchObject({ code: 'config.invalid', message: expect.stringContaining('WINDFALL_OPEN_METEO_KEY') })
  expect(failure.message).not.toContain('secret-key')
})

test.each(ANSWERED_FAULTS)('%s makes the forecast unavailable, with a reason', async (fault) => {
  server.play(fault)
  expect(await failureOf(client().solarForecast(SITE, abort))).toMatchObject({ code: 'grid.unavailable', message: expect.stringMatching(/^Open-Meteo /) })
})

test('a question can be given up', async () => {
  server.play('hang')
  const controller = new AbortController()
  const asked = client().solarForecast(SITE, controller.signal)
  await server.hanging()
  controller.abort(new Error('not needed any more'))
  await expect(asked).rejects.toThrow('not needed any more')
})

test('the weather is asked for again every hour', () => {
  expect(client().nextIssueAt(NOW) - NOW).toBe(50 * 60_000)
})
