import { afterEach, beforeEach, expect, test } from 'vitest'
import { Signal } from '../../../../shared/contract/wire.ts'
import { HALF_HOUR_MS } from '../../../../shared/units.ts'
import { createFakeClock } from '../../../kernel/clock.fake.ts'
import { createHttpClient } from '../../../kernel/http-client.ts'
import { trialHttp } from '../provider-trial.fake.ts'
import { type FakeCarbonIntensity, type Fault, startFakeCarbonIntensity } from './carbon-intensity.fake.ts'
import { createCarbonIntensity } from './carbon-intensity.ts'

const NOW = Date.parse('2026-03-18T12:10:00.000Z')
const THIS_HALF_HOUR = '2026-03-18T12:00:00.000Z'
const { signal: abort } = new AbortController()
const halfHourOfDay = (at: number): number => (at / HALF_HOUR_MS) % 48

let provider: FakeCarbonIntensity
let clock: ReturnType<typeof createFakeClock>

beforeEach(async () => {
  clock = createFakeClock(NOW)
  provider = await startFakeCarbonIntensity({ now: () => clock.now(), valueAt: (region, at) => 100 + 10 * region + halfHourOfDay(at) })
})
afterEach(() => provider[Symbol.asyncDispose]())

const api = () => createCarbonIntensity(trialHttp(clock, {}), provider.url)

test('the national forecast is a signal of average direct intensity over 48 hours', async () => {
  const { signal, index } = await api().national({ kind: 'next48h', from: NOW }, abort)
  expect(Signal.parse(signal)).toMatchObject({
    zone: 'GB',
    kind: 'average',
    basis: 'direct',
    unit: 'gCO2/kWh',
    price: null,
    origin: 'live',
    recordedOn: null,
    estimated: false,
    issuedAt: '2026-03-18T12:10:00.000Z',
  })
  expect(signal.points).toHaveLength(96)
  expect(signal.points[0]).toEqual({ from: THIS_HALF_HOUR, to: '2026-03-18T12:30:00.000Z', value: 124, forecast: true })
  expect(index[0]).toBe('moderate')
  expect(signal.bodySha256).toMatch(/^[0-9a-f]{64}$/)
})

test('a measured value counts before the forecast, and a missing one is not zero', async () => {
  const { signal } = await api().national({ kind: 'range', from: NOW - 2 * HALF_HOUR_MS, to: NOW + HALF_HOUR_MS }, abort)
  expect(signal.points.map(({ value, forecast }) => [value, forecast])).toEqual([
    [123, false],
    [124, false],
    [124, true],
    [125, true],
  ])
})

test('a value nobody knows stays unknown', async () => {
  await provider[Symbol.asyncDispose]()
  provider = await startFakeCarbonIntensity({ now: () => NOW, valueAt: () => null })
  const { signal } = await api().national({ kind: 'now' }, abort)
  expect(signal.points).toEqual([{ from: THIS_HALF_HOUR, to: '2026-03-18T12:30:00.000Z', value: null, forecast: true }])
})

test.each(['array', 'object'] as const)('a region is read from an answer in %s form', async (shape) => {
  provider.shape(shape)
  const { signal, index, mix } = await api().regional({ kind: 'next48h', from: NOW }, { regionId: 13 }, abort)
  expect(signal).toMatchObject({ zone: 'GB-13', basis: 'direct' })
  expect(signal.points).toHaveLength(96)
  expect(signal.points.every(({ forecast }) => forecast)).toBe(true)
  expect(signal.points[0]?.value).toBe(254)
  expect(index[0]).toBe('very high')
  expect(mix[0]?.[0]).toEqual({ fuel: 'gas', perc: 43.6 })
})

test('every documented question has an answer', async () => {
  const client = api()
  const range = { from: NOW - 86_400_000, to: NOW }
  expect((await client.national({ kind: 'today' }, abort)).signal.points).toHaveLength(48)
  expect((await client.national({ kind: 'date', date: '2026-03-17' }, abort)).signal.points).toHaveLength(48)
  expect((await client.national({ kind: 'date', date: '2026-03-17', period: 2 }, abort)).signal.points[0]?.from).toBe('2026-03-17T00:30:00.000Z')
  expect((await client.national({ kind: 'at', from: NOW }, abort)).signal.points).toHaveLength(1)
  expect((await client.national({ kind: 'next24h', from: NOW }, abort)).signal.points).toHaveLength(48)
  expect((await client.national({ kind: 'past24h', from: NOW }, abort)).signal.points).toHaveLength(48)
  expect((await client.regions({ kind: 'now' }, abort)).map(({ signal }) => signal.zone)).toEqual(
    Array.from({ length: 17 }, (_, index) => `GB-${String(index + 1).padStart(2, '0')}`),
  )
  expect((await client.regions({ kind: 'next24h', from: NOW }, abort))[16]?.signal.points).toHaveLength(48)
  expect((await client.regional({ kind: 'now' }, { postcode: 'SW1A 1AA' }, abort)).signal.zone).toBe('GB-13')
  expect((await client.regional({ kind: 'past24h', from: NOW }, { regionId: 4 }, abort)).signal.points).toHaveLength(48)
  for (const [country, zone] of [
    ['england', 'GB-15'],
    ['scotland', 'GB-16'],
    ['wales', 'GB-17'],
  ] as const)
    expect((await client.country(country, abort)).signal.zone).toBe(zone)
  expect(await client.regionOfPostcode('SW1A 1AA', abort)).toBe('GB-13')
  expect(provider.requests.at(-1)).toBe('/regional/postcode/SW1A')
  expect(await client.statistics({ ...range, blockHours: 24 }, abort)).toEqual([
    { from: '2026-03-17T12:10:00.000Z', to: '2026-03-18T12:10:00.000Z', max: 320, average: 266, min: 180, index: 'moderate' },
  ])
  expect(await client.factors(abort)).toMatchObject({ Coal: 937, 'Gas (Combined Cycle)': 394, Wind: 0 })
  expect(await client.generation({ kind: 'past24h', from: NOW }, abort)).toHaveLength(48)
  provider.shape('object')
  expect((await client.generation({ kind: 'now' }, abort))[0]).toMatchObject({
    from: THIS_HALF_HOUR,
    mix: expect.arrayContaining([{ fuel: 'wind', perc: 55.7 }]),
  })
})

const unavailable: readonly (readonly [Fault, RegExp])[] = [
  ['server-error', /error 500: There was a problem/],
  ['too-many', /error 429: slow down/],
  ['too-many-html', /error 429\.$/],
  ['error-with-200', /error 200: no data/],
  ['truncated', /not JSON/],
  ['missing-comma', /not JSON/],
  ['not-utf8', /not text/],
  ['not-json', /not JSON/],
  ['wrong-shape', /unknown shape/],
  ['oversize', /more than 8388608 bytes/],
  ['redirect-away', /another host/],
]

test.each(unavailable)('%s makes the grid unavailable, with a reason', async (fault, message) => {
  provider.play(fault)
  const answer = api().regional({ kind: 'next48h', from: NOW }, { regionId: 3 }, abort)
  await expect(answer).rejects.toMatchObject({ code: 'grid.unavailable', message: expect.stringMatching(message) })
})

test.each([
  ['bad-path', /valid path/],
  ['bad-date', /valid date/],
  ['error-array', /valid date/],
] as const)('%s is blamed on the request', async (fault, message) => {
  provider.play(fault)
  await expect(api().national({ kind: 'now' }, abort)).rejects.toMatchObject({ code: 'input.invalid', message: expect.stringMatching(message) })
})

test('a provider that never answers is given up after seconds', async () => {
  provider.play('hang')
  const client = createCarbonIntensity(createHttpClient({ clock, manners: { tries: 1 } }), provider.url)
  const answer = client.national({ kind: 'now' }, abort).then(
    () => null,
    (error: Error) => error,
  )
  await provider.hanging()
  await clock.advance(2_500)
  expect((await answer)?.message).toMatch(/did not answer within 2500 ms/)
})

test('an answer about another region is not taken', async () => {
  provider.play('wrong-region')
  await expect(api().regional({ kind: 'now' }, { regionId: 3 }, abort)).rejects.toMatchObject({ code: 'grid.unavailable' })
  provider.play('empty')
  await expect(api().regional({ kind: 'now' }, { regionId: 3 }, abort)).rejects.toMatchObject({ code: 'grid.unavailable' })
})
