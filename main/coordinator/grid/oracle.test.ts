import { beforeEach, expect, test } from 'vitest'
import type { Signal } from '../../../shared/contract/wire.ts'
import { halfHourFloor } from '../../../shared/domain/half-hours.ts'
import { intensityOver, slotAt, slotsOf } from '../../../shared/domain/signal.ts'
import { HALF_HOUR_MS, toIso } from '../../../shared/units.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createHttpClient } from '../../kernel/http-client.ts'
import { resourcesDirectory } from '../../kernel/paths.ts'
import { openTestDatabase } from '../persistence/database.fake.ts'
import { type Db } from '../persistence/database.ts'
import { createCarbonIntensity } from './carbon-intensity/carbon-intensity.ts'
import { startFakeCarbonIntensity } from './carbon-intensity/carbon-intensity.fake.ts'
import { carbonIntensityProvider } from './carbon-intensity/carbon-intensity-provider.ts'
import { createGridHistory } from './history.ts'
import { type OracleDeps, createGridOracle } from './oracle.ts'
import { createFakeProvider } from './provider.fake.ts'
import { loadRecording } from '../../kernel/grid-recording.ts'

const HOUR_MS = 3_600_000
const NOW = Date.parse('2026-03-18T12:10:00.000Z')
const floorNow = halfHourFloor(NOW)
const recording = loadRecording(resourcesDirectory)
const { signal: abort } = new AbortController()

let db: Db
beforeEach(async () => {
  db = await openTestDatabase()
  return () => db.destroy()
})

function setup(change: Partial<OracleDeps> = {}) {
  const clock = createFakeClock(NOW)
  const failures: string[] = []
  const oracle = createGridOracle({
    clock,
    providers: [],
    history: createGridHistory(db),
    recording,
    shutdown: new AbortController().signal,
    onLiveFailed: (zone, message) => failures.push(`${zone}: ${message}`),
    ...change,
  })
  return { clock, failures, oracle }
}

/** Great Britain, forecast by its provider two days ahead. */
function british(change: Partial<OracleDeps> = {}) {
  const clock = createFakeClock(NOW)
  const provider = createFakeProvider({ clock, id: 'carbon-intensity', zones: ['GB', 'GB-13', 'GB-16'], aheadMs: 48 * HOUR_MS })
  return { provider, ...setup({ clock, providers: [provider], ...change }), clock }
}

test('a provider is asked first, once per issue and zone, for a day behind and two ahead; what is over is not handed on', async () => {
  const { oracle, provider, clock } = british()
  const [a, b] = await Promise.all([oracle.signal('GB-13', abort), oracle.signal('GB-13', abort)])
  expect(a).toMatchObject({ origin: 'live', zone: 'GB-13' })
  expect(a.points[0]?.from).toBe(toIso(floorNow))
  expect(b).toEqual(a)
  expect(provider.asked).toEqual([{ zone: 'GB-13', kind: 'average', from: floorNow - 24 * HOUR_MS, to: floorNow + 48.5 * HOUR_MS }])
  await clock.advance(20 * 60_000)
  await oracle.signal('GB-13', abort)
  expect(provider.asked).toHaveLength(2)
  await oracle.signal('GB', abort)
  expect(provider.asked).toHaveLength(3)
})

test.each([
  ['GB-13', 'recorded'],
  ['GB', 'modelled'],
])('while the provider fails %s is %s, covers now and the 48 hours ahead, and is not asked about again for five minutes', async (zone, origin) => {
  const { oracle, provider, failures, clock } = british()
  provider.fail('The network is down.')
  const signal = await oracle.signal(zone, abort)
  expect(signal.origin).toBe(origin)
  expect(intensityOver(signal, NOW, NOW + 48 * HOUR_MS)).not.toBeNull()
  await oracle.signal(zone, abort)
  expect([provider.asked.length, failures]).toEqual([1, [`${zone}: The network is down.`]])
  await clock.advance(300_000)
  provider.fail(null)
  expect((await oracle.signal(zone, abort)).origin).toBe('live')
})

test('zones that no configured provider serves are modelled, and nobody is asked', async () => {
  const { oracle, provider, failures } = british()
  expect((await oracle.signal('US-CAL-CISO', abort)).origin).toBe('modelled')
  expect([provider.asked, failures]).toEqual([[], []])
})

test('an unknown zone is refused with the zones that are known', async () => {
  const { oracle } = setup()
  await expect(oracle.signal('XX', abort)).rejects.toMatchObject({ code: 'grid.unknown-zone', message: expect.stringContaining('GB-13') })
  await expect(oracle.actuals('GB-99', NOW, NOW, abort)).rejects.toMatchObject({ code: 'grid.unknown-zone' })
  await expect(oracle.look('XX', 'price', abort)).rejects.toMatchObject({ code: 'grid.unknown-zone' })
})

test('a region only the live source knows is unavailable without it, and says what else to use', async () => {
  await expect(setup().oracle.signal('GB-16', abort)).rejects.toMatchObject({ code: 'grid.unavailable', message: expect.stringContaining('GB-01 to GB-14') })
})

test('an answer about another day is stale and not taken for today', async () => {
  const { oracle, provider, failures } = british()
  provider.shift(-24 * HOUR_MS)
  expect((await oracle.signal('GB-13', abort)).origin).toBe('recorded')
  expect(failures[0]).toMatch(/stale/)
})

test('an answer that its provider has not renewed for hours is not passed on as live, and says why', async () => {
  const { oracle, provider, failures } = british()
  provider.age(3 * HOUR_MS)
  expect((await oracle.signal('GB-13', abort)).origin).toBe('recorded')
  expect(failures).toEqual([expect.stringContaining('has said nothing new for too long')])
})

test('a recent answer outlives a short outage, a recording takes over after two hours', async () => {
  const { oracle, provider, clock } = british()
  const live = await oracle.signal('GB-13', abort)
  provider.fail('away')
  await clock.advance(60 * 60_000)
  expect((await oracle.signal('GB-13', abort)).issuedAt).toBe(live.issuedAt)
  await clock.advance(61 * 60_000)
  expect((await oracle.signal('GB-13', abort)).origin).toBe('recorded')
})

test('one caller giving up does not take the answer from another', async () => {
  const { oracle, provider } = british()
  const impatient = new AbortController()
  const first = oracle.signal('GB-13', impatient.signal)
  const second = oracle.signal('GB-13', abort)
  impatient.abort(new Error('gone'))
  await expect(first).rejects.toThrow('gone')
  expect((await second).origin).toBe('live')
  expect(provider.asked).toHaveLength(1)
})

test('the past is asked for in whole half hours; what failed is answered from what was kept', async () => {
  const { oracle, provider, failures } = british()
  const [from, to] = [floorNow - 2 * HALF_HOUR_MS + 5_000, floorNow - 5_000]
  const past = await oracle.actuals('GB', from, to, abort)
  expect(provider.asked[0]).toMatchObject({ from: floorNow - 2 * HALF_HOUR_MS, to: floorNow })
  expect(intensityOver(past, from, to)).toMatchObject({ origin: 'live', estimated: false, bodySha256: past.bodySha256 })
  provider.fail('away')
  expect(await oracle.actuals('GB', from, to, abort)).toEqual(past)
  expect((await oracle.actuals('GB', NOW - 10 * 86_400_000, NOW - 9 * 86_400_000, abort)).origin).toBe('modelled')
  expect(failures).toHaveLength(2)
  await expect(oracle.actuals('GB', NOW - 15 * 86_400_000, NOW, abort)).rejects.toMatchObject({ code: 'input.invalid' })
})

test('what a provider has not measured yet is waited for, for a day', async () => {
  const { oracle, clock } = german()
  const [from, to] = [NOW - 30 * 60_000, NOW - 60_000]
  await expect(oracle.actuals('DE', from, to, abort)).rejects.toMatchObject({ code: 'grid.unavailable', message: expect.stringContaining('not measured yet') })
  await clock.advance(3 * HOUR_MS)
  expect(await oracle.actuals('DE', from, to, abort)).toMatchObject({ origin: 'live', estimated: false })
})

/** Germany: measured with a lag of two hours, no forecast, and a published price. */
function german(prices = true) {
  const clock = createFakeClock(NOW)
  const measuring = createFakeProvider({ clock, id: 'electricity-maps', zones: ['DE'], aheadMs: -2 * HOUR_MS })
  const priced = createFakeProvider({ clock, id: 'energy-charts', zones: prices ? ['DE'] : [], kind: 'price', aheadMs: 34 * HOUR_MS })
  return { measuring, priced, ...setup({ clock, providers: [priced, measuring] }), clock }
}

test.each([
  [true, 'day-ahead price and faded persistence'],
  [false, 'faded persistence'],
])('where a provider only measures, Windfall forecasts itself and says so (price published: %s)', async (prices, method) => {
  const { oracle, measuring } = german(prices)
  const signal = await oracle.signal('DE', abort)
  expect(signal).toMatchObject({ origin: 'modelled', estimated: true, source: `Windfall forecast (${method}) on Fake electricity-maps`, basis: 'direct' })
  expect(intensityOver(signal, NOW, NOW + 48 * HOUR_MS)?.estimated).toBe(true)
  expect(signal.points.every(({ forecast }) => forecast)).toBe(true)
  // The latest answer, and the weeks before it that nobody kept yet.
  expect(measuring.asked.map(({ to, from }) => Math.round((to - from) / 86_400_000))).toEqual([3, 29])
  expect(await oracle.signal('DE', abort)).toEqual(signal)
  expect(measuring.asked).toHaveLength(2)
})

test('with too little measured there is no forecast of our own, and the day model answers', async () => {
  const { oracle, measuring } = german()
  measuring.since(NOW - 5 * HOUR_MS)
  expect((await oracle.signal('DE', abort)).source).toMatch(/day model/)
})

test('a quantity nobody serves is null, never another quantity', async () => {
  const { oracle } = german()
  expect(await oracle.look('DE', 'marginal', abort)).toBeNull()
  expect((await oracle.look('DE', 'price', abort))?.kind).toBe('price')
})

test('a plan, its gate and its receipt see the same recorded value, also across midnight', async () => {
  const { oracle, clock } = setup()
  const planned = await oracle.signal('GB-05', abort)
  const later = NOW + 20 * HOUR_MS
  await clock.advance(20 * HOUR_MS)
  const running = await oracle.signal('GB-05', abort)
  const receipt = await oracle.actuals('GB-05', later, later + 60_000, abort)
  const valueIn = (signal: Signal) => slotAt(slotsOf(signal), later)?.value
  expect(valueIn(planned)).toBeDefined()
  expect([valueIn(running), valueIn(receipt)]).toEqual([valueIn(planned), valueIn(planned)])
})

/** The API's own client against a server that plays it. */
async function overSocket(manners: { tries?: number } = {}) {
  const clock = createFakeClock(NOW)
  const server = await startFakeCarbonIntensity({ now: () => clock.now(), valueAt: () => 50 })
  const provider = carbonIntensityProvider(createCarbonIntensity(createHttpClient({ clock, manners }), server.url))
  return { server, ...setup({ clock, providers: [provider] }), clock }
}

test('over a real socket: a provider that hangs costs seconds once, for all zones together', async () => {
  const { oracle, server, clock } = await overSocket({ tries: 1 })
  await using _ = server
  server.play('hang')
  const first = oracle.signal('GB-13', abort)
  await server.hanging()
  await clock.advance(2_500)
  expect((await first).origin).toBe('recorded')
  const before = clock.monotonic()
  expect((await oracle.signal('GB-01', abort)).origin).toBe('recorded')
  expect((await oracle.signal('GB', abort)).origin).toBe('modelled')
  expect(clock.monotonic()).toBe(before)
  expect(server.requests).toHaveLength(1)
  server.play(null)
  await clock.advance(1_800_000)
  expect(await oracle.signal('GB-13', abort)).toMatchObject({ origin: 'live' })
})

test.each(['stale', 'truncated', 'error-with-200', 'bad-date', 'wrong-region'] as const)(
  'over a real socket: %s data leaves the recording in place',
  async (fault) => {
    const { oracle, server, failures } = await overSocket()
    await using _ = server
    server.play(fault)
    expect((await oracle.signal('GB-13', abort)).origin).toBe('recorded')
    expect(failures).toHaveLength(1)
  },
)
