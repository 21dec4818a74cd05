import { beforeEach, expect, test } from 'vitest'
import type { Signal } from '../../../../shared/contract/wire.ts'
import { halfHourFloor } from '../../../../shared/domain/half-hours.ts'
import { HALF_HOUR_MS, fromIso } from '../../../../shared/units.ts'
import { type FakeClock, createFakeClock } from '../../../kernel/clock.fake.ts'
import { resourcesDirectory } from '../../../kernel/paths.ts'
import { openTestDatabase } from '../../persistence/database.fake.ts'
import { type Db } from '../../persistence/database.ts'
import { createGridHistory } from '../history.ts'
import { createGridOracle } from '../oracle.ts'
import { createFakeProvider } from '../provider.fake.ts'
import type { GridProvider } from '../provider.ts'
import { loadRecording } from '../../../kernel/grid-recording.ts'
import { type Sharpen, createOutlooks } from './outlooks.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const NOW = Date.parse('2026-03-18T12:10:00.000Z')
const recording = loadRecording(resourcesDirectory)
const shutdown = new AbortController().signal

let db: Db
let clock: FakeClock
beforeEach(async () => {
  db = await openTestDatabase()
  clock = createFakeClock(NOW)
  return () => db.destroy()
})

/** Takes off the usual error, of which it tells nobody else. */
const sharpen: Sharpen = {
  clean: (forecast) => forecast,
  correct: (forecast, { measured, pastErrors }) =>
    forecast.map((slot) => {
      const errors = pastErrors(slot)
      const usual = errors.reduce((sum, error) => sum + error, 0) / Math.max(1, errors.length)
      return { ...slot, value: measured(slot) ?? slot.value + usual }
    }),
}

function setUp(providers: readonly GridProvider[]) {
  const history = createGridHistory(db)
  const oracle = createGridOracle({ clock, providers, history, recording, shutdown, onLiveFailed: () => undefined })
  return { history, oracle, outlookOf: createOutlooks({ clock, oracle, history, sharpen, shutdown }) }
}

/** Forecasts two days ahead and always expects too little: by 20, and by the weekday's number more or less. */
function wrong(): GridProvider {
  const provider = createFakeProvider({ clock, id: 'carbon-intensity', zones: ['GB'], aheadMs: 48 * HOUR_MS })
  const read: GridProvider['read'] = async (query, abort) => {
    const signal = await provider.read(query, abort)
    const off = 20 + 5 * (new Date(clock.now()).getUTCDay() - 3)
    const points = signal?.points.map((point) => (point.forecast && fromIso(point.from) > clock.now() ? { ...point, value: (point.value ?? 0) - off } : point))
    return signal && { ...signal, points: points ?? [] }
  }
  return { ...provider, read }
}

const truthAt = (at: number): number => 200 + 50 * Math.sin((at / DAY_MS) * 2 * Math.PI)

test('a provider’s forecast is taken at its word on its first day, and corrected by its past once there is one', async () => {
  const { oracle, outlookOf } = setUp([wrong()])
  const first = await outlookOf('GB')
  expect(first).toMatchObject({ source: 'Fake carbon-intensity', origin: 'live', basis: 'direct', price: null })
  expect(first?.intensity[3]).toMatchObject({ value: expect.closeTo(truthAt(first?.intensity[3]?.from ?? 0) - 20), low: null, high: null })
  for (let day = 0; day < 21; day += 1) {
    await clock.advance(DAY_MS)
    await oracle.signal('GB', shutdown)
  }
  const outlook = await outlookOf('GB')
  expect(outlook).toMatchObject({ source: 'Fake carbon-intensity, corrected by 21 past forecasts', origin: 'live' })
  for (const { from, value, low, high } of (outlook?.intensity ?? []).slice(2, 90)) {
    expect(Math.abs(value - truthAt(from))).toBeLessThan(2)
    expect(low).toBeLessThan(value - 5)
    expect(high).toBeGreaterThan(value + 5)
  }
})

test('an outlook is plain data from the running half hour on for three days, and the same object while nobody says anything new', async () => {
  const prices = createFakeProvider({ clock, id: 'octopus', zones: ['GB'], kind: 'price', aheadMs: 24 * HOUR_MS })
  const { outlookOf } = setUp([wrong(), prices])
  const [outlook, another] = await Promise.all([outlookOf('GB'), outlookOf('GB')])
  expect(another).toBe(outlook)
  expect(JSON.parse(JSON.stringify(outlook))).toEqual(outlook)
  const slots = outlook?.intensity ?? []
  expect(slots[0]?.from).toBe(halfHourFloor(NOW))
  expect(slots.at(-1)?.to).toBeGreaterThanOrEqual(NOW + 72 * HOUR_MS)
  for (const [index, slot] of slots.entries()) if (index > 0) expect(slot.from).toBe(slots[index - 1]?.to)
  expect(outlook?.price).toMatchObject({ currency: 'EUR', market: 'wholesale' })
  expect(outlook?.price?.slots[0]).toEqual({ from: halfHourFloor(NOW), to: halfHourFloor(NOW) + HALF_HOUR_MS, value: expect.any(Number) })
  await clock.advance(60_000)
  expect(await outlookOf('GB')).toBe(outlook)
  await clock.advance(HALF_HOUR_MS)
  const next = await outlookOf('GB')
  expect(next).not.toBe(outlook)
  expect(next?.intensity[0]?.from).toBe(halfHourFloor(NOW) + HALF_HOUR_MS)
})

test('Windfall’s own forecast is never corrected, and is given the range of its past', async () => {
  const { oracle, outlookOf } = setUp([createFakeProvider({ clock, id: 'electricity-maps', zones: ['DE'], aheadMs: -2 * HOUR_MS })])
  for (let halfDay = 0; halfDay < 36; halfDay += 1) {
    await oracle.signal('DE', shutdown)
    await clock.advance(DAY_MS / 2)
  }
  const outlook = await outlookOf('DE')
  expect(outlook).toMatchObject({ source: 'Windfall forecast (faded persistence) on Fake electricity-maps', origin: 'modelled' })
  const tomorrow = outlook?.intensity[60]
  expect(tomorrow?.low).toBeLessThanOrEqual(tomorrow?.value ?? 0)
  expect(tomorrow?.low).toBeGreaterThan((tomorrow?.value ?? 0) - 5)
})

test('recording and day model stay as they are, whatever another source has measured there', async () => {
  const history = createGridHistory(db)
  const provider = createFakeProvider({ clock, id: 'electricity-maps', zones: ['GB-13', 'FR'], aheadMs: 48 * HOUR_MS })
  for (const zone of ['GB-13', 'FR'])
    for (let day = 20; day > 0; day -= 1) {
      const signal = (await provider.read({ zone, kind: 'average', from: NOW - day * DAY_MS, to: NOW }, shutdown)) as Signal
      await history.keep({ zone, kind: 'average', provider: 'electricity-maps' }, { signal, receivedAt: NOW - day * DAY_MS })
    }
  const oracle = createGridOracle({ clock, providers: [], history, recording, shutdown, onLiveFailed: () => undefined })
  const outlookOf = createOutlooks({ clock, oracle, history, sharpen: { ...sharpen, correct: () => expect.fail('nobody forecast this') }, shutdown })
  for (const [zone, origin] of [
    ['GB-13', 'recorded'],
    ['FR', 'modelled'],
  ] as const) {
    const outlook = await outlookOf(zone)
    const plain = await oracle.signal(zone, shutdown)
    expect(outlook).toMatchObject({ source: plain.source, origin, recordedOn: plain.recordedOn })
    expect(outlook?.intensity.slice(0, plain.points.length).map(({ value }) => value)).toEqual(plain.points.map(({ value }) => value))
    expect(outlook?.intensity.every(({ low, high }) => low === null && high === null)).toBe(true)
    await clock.advance(60_000)
    expect(await outlookOf(zone)).toBe(outlook)
  }
})

test('a zone that nobody knows has no outlook; a defect is not taken for one', async () => {
  const { history, outlookOf: find } = setUp([])
  expect(await find('XX')).toBeNull()
  const outlookOf = createOutlooks({
    clock,
    oracle: { expected: () => Promise.reject(new TypeError('undefined is not a function')), look: async () => null },
    history,
    sharpen,
    shutdown,
  })
  await expect(outlookOf('GB')).rejects.toThrow(TypeError)
})

test('what could not be looked up is looked up again', async () => {
  const { history, oracle } = setUp([createFakeProvider({ clock, id: 'carbon-intensity', zones: ['GB'], aheadMs: 48 * HOUR_MS })])
  let isLocked = true
  const said: typeof history.said = (...asked) => (isLocked ? Promise.reject(new Error('database is locked')) : history.said(...asked))
  const outlookOf = createOutlooks({ clock, oracle, history: { ...history, said }, sharpen, shutdown })
  await expect(outlookOf('GB')).rejects.toThrow('locked')
  isLocked = false
  expect(await outlookOf('GB')).toMatchObject({ zone: 'GB' })
})

test('a coordinator that starts anew still knows what the present forecast said before', async () => {
  const said: (number | null)[] = []
  const seen: Sharpen = {
    ...sharpen,
    correct: (forecast, { measured }) => {
      said.splice(0, said.length, ...forecast.map((slot) => measured(slot)))
      return forecast
    },
  }
  const provider = createFakeProvider({ clock, id: 'carbon-intensity', zones: ['GB'], aheadMs: 48 * HOUR_MS })
  await setUp([provider]).outlookOf('GB')
  await clock.advance(2 * HOUR_MS)
  const { history, oracle } = setUp([provider])
  await createOutlooks({ clock, oracle, history, sharpen: seen, shutdown })('GB')
  expect(said.filter((value) => value !== null)).toHaveLength(4)
})
