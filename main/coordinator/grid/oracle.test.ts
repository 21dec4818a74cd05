import { expect, test } from 'vitest'
import { intensityOver, slotAt, slotsOf } from '../../../shared/domain/signal.ts'
import { HALF_HOUR_MS, toIso } from '../../../shared/units.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createFakeHttpClient } from '../../kernel/http-client.fake.ts'
import { createHttpClient } from '../../kernel/http-client.ts'
import { resourcesDirectory } from '../../kernel/paths.ts'
import { startFakeCarbonIntensity } from './carbon-intensity.fake.ts'
import { type OracleDeps, createGridOracle } from './oracle.ts'
import { loadRecording } from './recording.ts'

const NOW = Date.parse('2026-03-18T12:10:00.000Z')
const recording = loadRecording(resourcesDirectory)
const { signal: abort } = new AbortController()
const minute = (at: number): string => `${toIso(at).slice(0, 16)}Z`

/** Answers every question for London or the nation with half hours from `start`, as the live API does. */
const documented =
  (start: number, slots = 96) =>
  (url: string) => {
    const rows = Array.from({ length: slots }, (_, index) => ({
      from: minute(start + index * HALF_HOUR_MS),
      to: minute(start + (index + 1) * HALF_HOUR_MS),
      intensity: { forecast: 100 + index, index: 'low' },
    }))
    const regionid = Number(/regionid\/(\d+)/.exec(url)?.[1] ?? 0)
    return regionid === 0 ? { data: rows } : { data: { regionid, shortname: 'somewhere', data: rows } }
  }

function setup(change: Partial<OracleDeps> = {}) {
  const clock = createFakeClock(NOW)
  const http = createFakeHttpClient(clock)
  const failures: string[] = []
  const oracle = createGridOracle({
    clock,
    http,
    live: true,
    recording,
    shutdown: new AbortController().signal,
    onLiveFailed: (zone, message) => failures.push(`${zone}: ${message}`),
    ...change,
  })
  return { clock, http, failures, oracle }
}

const floorNow = NOW - (NOW % HALF_HOUR_MS)

test('live data is asked for first, once per half hour and zone', async () => {
  const { oracle, http, clock } = setup()
  http.answer(documented(floorNow))
  const [a, b] = await Promise.all([oracle.signal('GB-13', abort), oracle.signal('GB-13', abort)])
  expect(a).toMatchObject({ origin: 'live', zone: 'GB-13' })
  expect(b).toBe(a)
  expect(await oracle.signal('GB-13', abort)).toBe(a)
  expect(http.requests).toEqual(['https://api.carbonintensity.org.uk/regional/intensity/2026-03-18T12:00Z/fw48h/regionid/13'])
  await clock.advance(20 * 60_000)
  await oracle.signal('GB-13', abort)
  expect(http.requests).toHaveLength(2)
  await oracle.signal('GB', abort)
  expect(http.requests[2]).toBe('https://api.carbonintensity.org.uk/intensity/2026-03-18T12:30Z/fw48h')
})

test.each([
  ['GB-13', 'recorded'],
  ['GB', 'modelled'],
])('without a network %s is %s, covers now and the 48 hours ahead, and is asked about once', async (zone, origin) => {
  const { oracle, http, failures } = setup()
  const signal = await oracle.signal(zone, abort)
  expect(signal.origin).toBe(origin)
  expect(intensityOver(signal, NOW, NOW + 48 * 3_600_000)).not.toBeNull()
  await oracle.signal(zone, abort)
  expect(http.requests).toHaveLength(1)
  expect(failures).toHaveLength(1)
})

test('zones without a live source are modelled and never asked for', async () => {
  const { oracle, http, failures } = setup()
  expect((await oracle.signal('US-CAL-CISO', abort)).origin).toBe('modelled')
  expect([http.requests, failures]).toEqual([[], []])
})

test('offline by choice asks nobody', async () => {
  const { oracle, http } = setup({ live: false })
  expect((await oracle.signal('GB-01', abort)).origin).toBe('recorded')
  expect(http.requests).toEqual([])
})

test('an unknown zone is refused with the zones that are known', async () => {
  const { oracle } = setup()
  await expect(oracle.signal('XX', abort)).rejects.toMatchObject({ code: 'grid.unknown-zone', message: expect.stringContaining('GB-13') })
  await expect(oracle.actuals('GB-99', NOW, NOW, abort)).rejects.toMatchObject({ code: 'grid.unknown-zone' })
})

test('a region only the live source knows is unavailable without it, and says what else to use', async () => {
  await expect(setup().oracle.signal('GB-16', abort)).rejects.toMatchObject({ code: 'grid.unavailable', message: expect.stringContaining('GB-01 to GB-14') })
})

test('an answer about yesterday is stale and not taken for today', async () => {
  const { oracle, http, failures } = setup()
  http.answer(documented(floorNow - 86_400_000))
  expect((await oracle.signal('GB-13', abort)).origin).toBe('recorded')
  expect(failures[0]).toMatch(/stale/)
})

test('a recent live forecast outlives a short outage, a recording takes over after two hours', async () => {
  const { oracle, http, clock } = setup()
  http.answer(documented(floorNow))
  const live = await oracle.signal('GB-13', abort)
  http.answer(null)
  await clock.advance(60 * 60_000)
  expect(await oracle.signal('GB-13', abort)).toEqual(live)
  await clock.advance(61 * 60_000)
  expect((await oracle.signal('GB-13', abort)).origin).toBe('recorded')
})

test('one caller giving up does not take the answer from another', async () => {
  const { oracle, http } = setup()
  http.answer(documented(floorNow))
  const impatient = new AbortController()
  const first = oracle.signal('GB-13', impatient.signal)
  const second = oracle.signal('GB-13', abort)
  impatient.abort(new Error('gone'))
  await expect(first).rejects.toThrow('gone')
  expect((await second).origin).toBe('live')
  expect(http.requests).toHaveLength(1)
})

test('the past is asked for in whole half hours and must be covered', async () => {
  const { oracle, http, failures } = setup()
  http.answer(documented(floorNow - 2 * HALF_HOUR_MS, 2))
  const past = await oracle.actuals('GB', floorNow - 2 * HALF_HOUR_MS + 5_000, floorNow - 5_000, abort)
  expect(http.requests[0]).toContain('/intensity/2026-03-18T11:00Z/2026-03-18T12:00Z')
  expect(intensityOver(past, floorNow - 2 * HALF_HOUR_MS + 5_000, floorNow - 5_000)?.origin).toBe('live')
  const longer = await oracle.actuals('GB-13', floorNow - 4 * HALF_HOUR_MS, floorNow, abort)
  expect(longer.origin).toBe('recorded')
  expect(failures).toHaveLength(1)
  await expect(oracle.actuals('GB', NOW - 15 * 86_400_000, NOW, abort)).rejects.toMatchObject({ code: 'input.invalid' })
})

test('a plan, its gate and its receipt see the same recorded value, also across midnight', async () => {
  const { oracle, clock } = setup({ live: false })
  const planned = await oracle.signal('GB-05', abort)
  const later = NOW + 20 * 3_600_000
  await clock.advance(20 * 3_600_000)
  const running = await oracle.signal('GB-05', abort)
  const receipt = await oracle.actuals('GB-05', later, later + 60_000, abort)
  const valueIn = (signal: typeof planned) => slotAt(slotsOf(signal), later)?.value
  expect(valueIn(planned)).toBeDefined()
  expect([valueIn(running), valueIn(receipt)]).toEqual([valueIn(planned), valueIn(planned)])
})

test('over a real socket: a provider that hangs costs seconds once, for all zones together', async () => {
  const clock = createFakeClock(NOW)
  await using provider = await startFakeCarbonIntensity({ now: () => clock.now(), valueAt: () => 50 })
  provider.play('hang')
  const { oracle } = setup({ clock, http: createHttpClient({ clock, manners: { tries: 1 } }), live: provider.url })
  const first = oracle.signal('GB-13', abort)
  await provider.hanging()
  await clock.advance(2_500)
  expect((await first).origin).toBe('recorded')
  const before = clock.monotonic()
  expect((await oracle.signal('GB-01', abort)).origin).toBe('recorded')
  expect((await oracle.signal('GB', abort)).origin).toBe('modelled')
  expect(clock.monotonic()).toBe(before)
  expect(provider.requests).toHaveLength(1)
  provider.play(null)
  await clock.advance(1_800_000)
  expect(await oracle.signal('GB-13', abort)).toMatchObject({ origin: 'live' })
})

test.each(['stale', 'truncated', 'error-with-200', 'bad-date', 'wrong-region'] as const)(
  'over a real socket: %s data leaves the recording in place',
  async (fault) => {
    const clock = createFakeClock(NOW)
    await using provider = await startFakeCarbonIntensity({ now: () => clock.now(), valueAt: () => 50 })
    provider.play(fault)
    const { oracle, failures } = setup({ clock, http: createHttpClient({ clock }), live: provider.url })
    expect((await oracle.signal('GB-13', abort)).origin).toBe('recorded')
    expect(failures).toHaveLength(1)
  },
)
