import { afterEach, beforeEach, expect, test } from 'vitest'
import { Signal, type SignalKind } from '../../../../shared/contract/wire.ts'
import { createFakeClock } from '../../../kernel/clock.fake.ts'
import { ANSWERED_FAULTS, failureOf, trialHttp } from '../provider-trial.fake.ts'
import { startFakeWattTime } from './watttime.fake.ts'
import { WATTTIME_MANNERS, createWattTime } from './watttime.ts'

const NOW = Date.parse('2026-03-18T12:10:00.000Z')
const HOUR = 3_600_000
const DAY = 24 * HOUR
const ACCOUNT = { user: 'owner', password: 'secret-password' }
const { signal: abort } = new AbortController()

let clock: ReturnType<typeof createFakeClock>
let server: Awaited<ReturnType<typeof startFakeWattTime>>
const client = (account = ACCOUNT) => createWattTime({ http: trialHttp(clock, { ...WATTTIME_MANNERS, spacingMs: 0 }), clock, baseUrl: server.url, ...account })
let wattTime: ReturnType<typeof client>

beforeEach(async () => {
  clock = createFakeClock(NOW)
  server = await startFakeWattTime(() => clock.now(), ACCOUNT)
  wattTime = client()
})
afterEach(() => server[Symbol.asyncDispose]())

interface Options {
  readonly zone?: string
  readonly kind?: SignalKind
  readonly signal?: AbortSignal
}
const ask = (from: number, to: number, { zone = 'US-CAL-CISO', kind = 'marginal', signal = abort }: Options = {}) =>
  wattTime.read({ zone, kind, from, to }, signal)
const logins = () => server.requests.filter((request) => request === '/login').length
const askedAboutTexas = () => server.requests.filter((request) => request.includes('ERCOT')).length
const paths = () => server.requests.map((request) => request.replace(/\?.*/, ''))

test('marginal intensity is told in grams, of a part of the zone, and ahead', async () => {
  const signal = Signal.parse(await ask(NOW - 2 * HOUR, NOW + 2 * DAY))
  expect(signal).toMatchObject({
    zone: 'US-CAL-CISO',
    kind: 'marginal',
    basis: 'direct',
    unit: 'gCO2/kWh',
    estimated: false,
    issuedAt: '2026-03-18T12:10:00.000Z',
  })
  expect(signal.source).toBe('WattTime co2_moer of CAISO_NORTH, a part of the zone, from lbs/MWh')
  expect(signal.points).toHaveLength(24 + 48 * 12)
  expect(signal.points[0]).toEqual({ from: '2026-03-18T10:10:00.000Z', to: '2026-03-18T10:15:00.000Z', value: 395.532, forecast: false })
  expect(signal.points[24]).toMatchObject({ from: '2026-03-18T12:10:00.000Z', forecast: true })
  expect(paths()).toEqual(['/login', '/v3/forecast', '/v3/historical'])
})

test('average intensity is another signal, without a future', async () => {
  const signal = await ask(NOW - 2 * HOUR, NOW + DAY, { kind: 'average' })
  expect(signal).toMatchObject({ kind: 'average', source: expect.stringContaining('co2_aoer') })
  expect(signal?.points.every(({ forecast }) => !forecast)).toBe(true)
  expect(paths()).toEqual(['/login', '/v3/historical'])
})

test('a long past is asked for by 32 days and told in half hours', async () => {
  const signal = await ask(NOW - 40 * DAY, NOW)
  expect(paths()).toEqual(['/login', '/v3/historical', '/v3/historical'])
  expect(signal?.points.length).toBeGreaterThanOrEqual(40 * 48)
  expect(await failureOf(ask(NOW - 60 * DAY, NOW))).toMatchObject({ code: 'input.invalid' })
})

test('callers at the same time share one login, and it serves for half an hour', async () => {
  await Promise.all([ask(NOW - HOUR, NOW), ask(NOW - HOUR, NOW), ask(NOW - HOUR, NOW, { kind: 'average' })])
  await clock.advance(28 * 60_000)
  await ask(NOW - HOUR, NOW)
  expect(logins()).toBe(1)
  await clock.advance(2 * 60_000)
  await ask(NOW - HOUR, NOW)
  expect(logins()).toBe(2)
})

test('a token that is refused early is renewed once, by one of those who find out', async () => {
  await ask(NOW - HOUR, NOW)
  await clock.advance(10_000)
  server.revoke()
  const [one, other] = await Promise.all([ask(NOW - HOUR, NOW), ask(NOW - HOUR, NOW)])
  expect([one?.points.length, other?.points.length]).toEqual([12, 12])
  expect(logins()).toBe(2)
})

test('a token that is refused again is given up, and logins are spaced', async () => {
  server.refuseAll()
  expect(await failureOf(ask(NOW - HOUR, NOW))).toMatchObject({
    code: 'config.invalid',
    message: expect.stringMatching(/refuses the key.*WINDFALL_WATTTIME_USER/),
  })
  await failureOf(ask(NOW - HOUR, NOW))
  expect(logins()).toBe(1)
  await clock.advance(10_000)
  await failureOf(ask(NOW - HOUR, NOW))
  expect(logins()).toBe(2)
})

test('one who gives up does not take the login from the others', async () => {
  const controller = new AbortController()
  const given = ask(NOW - HOUR, NOW, { signal: controller.signal })
  const kept = ask(NOW - HOUR, NOW)
  controller.abort(new Error('not needed any more'))
  await expect(given).rejects.toThrow('not needed any more')
  expect((await kept)?.points).toHaveLength(12)
  expect(logins()).toBe(1)
})

test('a wrong password is named by its setting, and is in no message', async () => {
  wattTime = client({ user: 'owner', password: 'another-secret' })
  const failure = await failureOf(ask(NOW - HOUR, NOW))
  expect(failure).toMatchObject({ code: 'config.invalid', message: expect.stringContaining('WINDFALL_WATTTIME_PASSWORD') })
  expect(failure.message).not.toMatch(/another-secret|owner/)
  // Not even at once again: a hundred logins in five minutes would lock the account out.
  expect(await failureOf(ask(NOW - HOUR, NOW))).toMatchObject({ code: 'grid.unavailable', message: expect.stringMatching(/asked to log in a moment ago/) })
  expect(logins()).toBe(1)
})

test('a region outside the plan is named, and is not asked for again before a day', async () => {
  const texas = () => ask(clock.now() - HOUR, clock.now(), { zone: 'US-TEX-ERCO' })
  for (let time = 0; time < 3; time += 1)
    expect(await failureOf(texas())).toMatchObject({
      code: 'config.invalid',
      message: expect.stringMatching(/^Your WattTime plan does not include the region ERCOT_NORTHCENTRAL\./),
    })
  expect(askedAboutTexas()).toBe(1)
  await clock.advance(DAY)
  await failureOf(texas())
  expect(askedAboutTexas()).toBe(2)
})

test('a place has a region, and travels rounded', async () => {
  expect(await wattTime.regionAt({ latitude: 37.7749, longitude: -122.4194 }, abort)).toEqual({ region: 'CAISO_NORTH', name: 'California ISO Northern' })
  expect(server.requests.at(-1)).toBe('/v3/region-from-loc?latitude=37.8&longitude=-122.4&signal_type=co2_moer')
  expect(await wattTime.regionAt({ latitude: 0, longitude: 0 }, abort)).toBeNull()
  expect(await failureOf(wattTime.regionAt({ latitude: 0, longitude: 181 }, abort))).toMatchObject({ code: 'input.invalid' })
})

test('how dirty the margin is now', async () => {
  expect(await wattTime.marginalPercentile('US-NY-NYIS', abort)).toEqual({ percentile: 42, at: NOW })
  expect(await wattTime.marginalPercentile('DE', abort)).toBeNull()
})

test('it knows three grids, and nothing but intensity', async () => {
  expect(['US-CAL-CISO', 'US-NY-NYIS', 'US-TEX-ERCO', 'DE'].map((zone) => wattTime.serves(zone, 'marginal'))).toEqual([true, true, true, false])
  expect(wattTime.serves('US-CAL-CISO', 'price')).toBe(false)
  expect(await ask(NOW - HOUR, NOW, { zone: 'DE' })).toBeNull()
  expect(server.requests).toEqual([])
})

test.each([
  ['empty', null],
  ['single-row', 1],
  ['twice', 12],
] as const)('a series that is %s is read for what it is', async (fault, points) => {
  server.playOwn(fault)
  expect((await ask(NOW - HOUR, NOW))?.points.length ?? null).toBe(points)
})

test('what nobody knows stays unknown, and an old answer shows its age', async () => {
  server.playOwn('null-values')
  expect(new Set((await ask(NOW - HOUR, NOW))?.points.map(({ value }) => value))).toEqual(new Set([null]))
  server.playOwn('stale')
  expect(await ask(NOW - HOUR, NOW)).toMatchObject({ issuedAt: '2026-03-15T12:10:00.000Z' })
})

test.each([
  ['other-region', 'grid.unavailable', /another region/],
  ['other-unit', 'grid.unavailable', /unknown unit/],
  ['text-error', 'input.invalid', /horizon_hours must be between 0 and 72/],
  ['strange-token', 'grid.unavailable', /unknown shape/],
] as const)('%s is passed on in words', async (fault, code, message) => {
  server.playOwn(fault)
  expect(await failureOf(ask(NOW - HOUR, NOW))).toMatchObject({ code, message: expect.stringMatching(message) })
})

test.each(ANSWERED_FAULTS)('%s makes the grid unavailable at the login and after it', async (fault) => {
  const loggedIn = client()
  await loggedIn.read({ zone: 'US-CAL-CISO', kind: 'marginal', from: NOW - HOUR, to: NOW }, abort)
  server.play(fault)
  expect(await failureOf(ask(NOW - HOUR, NOW))).toMatchObject({ code: 'grid.unavailable', message: expect.stringMatching(/^WattTime /) })
  const after = loggedIn.read({ zone: 'US-CAL-CISO', kind: 'marginal', from: NOW - HOUR, to: NOW }, abort)
  expect(await failureOf(after)).toMatchObject({ code: 'grid.unavailable', message: expect.stringMatching(/^WattTime /) })
})

test('a question can be given up while it logs in', async () => {
  server.play('hang')
  const controller = new AbortController()
  const asked = ask(NOW - HOUR, NOW, { signal: controller.signal })
  await server.hanging()
  controller.abort(new Error('not needed any more'))
  await expect(asked).rejects.toThrow('not needed any more')
})

test('it is asked again every five minutes', () => {
  expect(wattTime.nextIssueAt('marginal', clock.now()) - NOW).toBe(300_000)
})
