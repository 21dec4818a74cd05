import { afterEach, beforeEach, expect, test } from 'vitest'
import { Signal, type SignalKind } from '../../../../shared/contract/wire.ts'
import { createFakeClock } from '../../../kernel/clock.fake.ts'
import { ANSWERED_FAULTS, failureOf, trialHttp } from '../provider-trial.fake.ts'
import { startFakeElectricityMaps } from './electricity-maps.fake.ts'
import { ELECTRICITY_MAPS_MANNERS, createElectricityMaps } from './electricity-maps.ts'

const NOW = Date.parse('2026-03-18T12:10:00.000Z')
const HOUR = 3_600_000
const DAY = 24 * HOUR
const KEY = 'secret-key-of-the-owner'
const { signal: abort } = new AbortController()

let clock: ReturnType<typeof createFakeClock>
let server: Awaited<ReturnType<typeof startFakeElectricityMaps>>
const client = (options: Partial<Parameters<typeof createElectricityMaps>[0]> = {}) =>
  createElectricityMaps({ http: trialHttp(clock, ELECTRICITY_MAPS_MANNERS), clock, key: KEY, baseUrl: server.url, ...options })
let maps: ReturnType<typeof client>

beforeEach(async () => {
  clock = createFakeClock(NOW)
  server = await startFakeElectricityMaps(() => clock.now(), KEY)
  maps = client()
})
afterEach(() => server[Symbol.asyncDispose]())

interface Options {
  readonly zone?: string
  readonly kind?: SignalKind
  readonly signal?: AbortSignal
}
const ask = (from: number, to: number, { zone = 'DE', kind = 'average', signal = abort }: Options = {}) => maps.read({ zone, kind, from, to }, signal)
const paths = () => server.requests.map((request) => request.replace(/\?.*/, ''))

test('the day behind, this hour and the days ahead are one signal of life-cycle intensity', async () => {
  const signal = Signal.parse(await ask(NOW - DAY, NOW + 2 * DAY))
  expect(signal).toMatchObject({ zone: 'DE', kind: 'average', basis: 'lifecycle', unit: 'gCO2/kWh', origin: 'live', estimated: true })
  expect(signal.source).toBe('Electricity Maps, carbon intensity, lifecycle')
  expect(signal.points).toHaveLength(73)
  expect(signal.points.filter(({ forecast }) => !forecast).at(-1)).toEqual({
    from: '2026-03-18T12:00:00.000Z',
    to: '2026-03-18T13:00:00.000Z',
    value: 312,
    forecast: false,
  })
  expect(signal.points.at(-1)).toMatchObject({ forecast: true })
  expect(paths()).toEqual(['/carbon-intensity/forecast', '/carbon-intensity/history', '/carbon-intensity/latest'])
})

test('hours that were measured are not estimated, and direct factors say so', async () => {
  maps = client({ emissionFactorType: 'direct' })
  const signal = await ask(NOW - 8 * HOUR, NOW - 4 * HOUR)
  expect(signal).toMatchObject({ basis: 'direct', estimated: false, issuedAt: '2026-03-18T12:00:00.000Z' })
  expect(server.requests.every((request) => request.includes('emissionFactorType=direct'))).toBe(true)
})

test('what is older than a day is asked for in ranges of ten days', async () => {
  const signal = await ask(NOW - 25 * DAY, NOW - 2 * DAY)
  expect(signal?.points.length).toBeGreaterThanOrEqual(23 * 24)
  expect(paths()).toEqual(['/carbon-intensity/past-range', '/carbon-intensity/past-range', '/carbon-intensity/past-range'])
})

test('a plan without forecasts says so, keeps what it has, and is asked again after a day', async () => {
  server.sell('free')
  expect(await failureOf(ask(NOW + 2 * HOUR, NOW + DAY))).toMatchObject({
    code: 'config.invalid',
    message: expect.stringMatching(/^Your Electricity Maps plan does not include forecasts\./),
  })
  const asked = server.requests.length
  expect((await ask(NOW - DAY, NOW + DAY))?.points.every(({ forecast }) => !forecast)).toBe(true)
  await failureOf(ask(NOW + 2 * HOUR, NOW + DAY))
  expect(server.requests.slice(asked).some((request) => request.includes('forecast'))).toBe(false)
  server.sell('paid')
  clock.jump(DAY)
  expect((await ask(clock.now() + 2 * HOUR, clock.now() + DAY))?.points[0]).toMatchObject({ forecast: true })
})

test('a plan without a past keeps the last day', async () => {
  server.sell('free')
  expect(await failureOf(ask(NOW - 9 * DAY, NOW - 3 * DAY))).toMatchObject({ message: expect.stringMatching(/does not include values older than a day/) })
  expect((await ask(NOW - 9 * DAY, NOW - HOUR))?.points[0]?.from).toBe('2026-03-17T12:00:00.000Z')
})

test('a refused key is another matter, and is in no message', async () => {
  server.playOwn('bad-key')
  for (const [from, to] of [
    [NOW - DAY, NOW],
    [NOW + 2 * HOUR, NOW + DAY],
  ] as const) {
    const failure = await failureOf(ask(from, to))
    expect(failure).toMatchObject({ code: 'config.invalid', message: expect.stringMatching(/refuses the key.*WINDFALL_ELECTRICITY_MAPS_KEY/) })
    expect(failure.message).not.toContain(KEY)
  }
  expect(server.requests.join(' ')).not.toContain(KEY)
})

test('the renewable share is of the past and of now', async () => {
  const signal = Signal.parse(await ask(NOW - DAY, NOW + DAY, { kind: 'renewableShare' }))
  expect(signal).toMatchObject({ kind: 'renewableShare', unit: '%', basis: null })
  expect(signal.points.at(-1)).toMatchObject({ value: 52, forecast: false })
  expect(paths()).toEqual(['/power-breakdown/history', '/power-breakdown/latest'])
})

test('Italy is its north, and says so', async () => {
  const signal = await ask(NOW - DAY, NOW - HOUR, { zone: 'IT' })
  expect(signal).toMatchObject({ zone: 'IT', source: expect.stringContaining('North Italy') })
  expect(server.requests.every((request) => request.includes('zone=IT-NO'))).toBe(true)
})

test('every zone has a name, for anyone who asks', async () => {
  maps = client({ key: null })
  expect(await maps.zones(abort)).toEqual(
    new Map([
      ['NL', 'Netherlands'],
      ['IT-NO', 'North, Italy'],
      ['XX', 'Nowhere'],
    ]),
  )
  expect(maps.serves('DE', 'average')).toBe(false)
  expect(await ask(NOW - DAY, NOW)).toBeNull()
})

test('a place is known by its zone, and travels rounded', async () => {
  expect(await maps.zoneAt({ latitude: 52.5234, longitude: 13.4114 }, abort)).toBe('DE')
  expect(server.requests).toEqual(['/carbon-intensity/latest?lat=52.5&lon=13.4'])
  expect(await maps.zoneAt({ latitude: 0, longitude: 0 }, abort)).toBeNull()
  expect(await failureOf(maps.zoneAt({ latitude: 91, longitude: 0 }, abort))).toMatchObject({ code: 'input.invalid' })
})

test('any zone but the regions of another provider, and only what it has', () => {
  expect(['DE', 'AU-NSW', 'US-CAL-CISO', 'GB', 'GB-NIR', 'GB-13'].map((zone) => maps.serves(zone, 'average'))).toEqual([true, true, true, true, true, false])
  expect([maps.serves('DE', 'marginal'), maps.serves('DE', 'price')]).toEqual([false, false])
})

test('an intensity that nobody knows stays unknown', async () => {
  server.playOwn('null-values')
  expect(new Set((await ask(NOW - DAY, NOW + DAY))?.points.map(({ value }) => value))).toEqual(new Set([null]))
})

test.each([
  ['empty', null],
  ['single-row', 1],
  ['twice', 23],
] as const)('a list that is %s is read for what it is', async (fault, points) => {
  server.playOwn(fault)
  const length = (await ask(NOW - 24 * HOUR - 10 * 60_000, NOW - HOUR - 10 * 60_000))?.points.length ?? null
  expect(length).toBe(points)
})

test('an old answer shows its age', async () => {
  server.playOwn('stale')
  expect(await ask(NOW - 8 * HOUR, NOW - 4 * HOUR)).toMatchObject({ issuedAt: '2026-03-15T12:10:00.000Z' })
})

test.each([
  ['old-error', 'input.invalid', /Zone parameter is missing/],
  ['unknown-zone', 'input.invalid', /No zone found/],
  ['other-zone', 'grid.unavailable', /another zone/],
  ['other-factors', 'grid.unavailable', /other emission factors/],
] as const)('%s is passed on in words', async (fault, code, message) => {
  server.playOwn(fault)
  expect(await failureOf(ask(NOW - DAY, NOW))).toMatchObject({ code, message: expect.stringMatching(message) })
})

test.each(ANSWERED_FAULTS)('%s makes the grid unavailable, with a reason', async (fault) => {
  server.play(fault)
  expect(await failureOf(ask(NOW - DAY, NOW))).toMatchObject({ code: 'grid.unavailable', message: expect.stringMatching(/^Electricity Maps /) })
  server.play(fault)
  const anew = client()
  expect(await failureOf(anew.zones(abort))).toMatchObject({ code: 'grid.unavailable' })
})

test('a question can be given up', async () => {
  server.play('hang')
  const controller = new AbortController()
  const asked = ask(NOW - DAY, NOW, { signal: controller.signal })
  await server.hanging()
  controller.abort(new Error('not needed any more'))
  await expect(asked).rejects.toThrow('not needed any more')
})

test('it is asked again twice an hour', () => {
  expect(maps.nextIssueAt('average', clock.now()) - NOW).toBe(25 * 60_000)
})
