import { describe, expect, test } from 'vitest'
import type { CarbonRule, Schedule } from '../../shared/contract/owner-rules.ts'
import { GridView } from '../../shared/contract/agent-grid.ts'
import type { Signal } from '../../shared/contract/wire.ts'
import { HALF_HOUR_MS, toIso } from '../../shared/units.ts'
import { aSignal } from '../../shared/domain/signal.fake.ts'
import { type FakeClock, createFakeClock } from '../kernel/clock.fake.ts'
import { openSqlite } from '../kernel/sqlite.ts'
import { createGridPastStore } from './grid/past.store.ts'
import { PLAIN_GRID } from './grid-watch.fake.ts'
import { type GridWatchDeps, createGridWatch } from './grid-watch.ts'
import { fakeLease } from './jobs/lease.fixture.ts'
import * as initial from './migrations/0001-initial.ts'
import * as gridPast from './migrations/0005-grid.ts'
import { createSettingsStore } from './settings.store.ts'

const START = Date.parse('2026-03-01T12:00:00.000Z')
const signalOf = (values: readonly number[], change: Partial<Signal> = {}): Signal => aSignal({ start: START, values, change: { zone: 'GB-13', ...change } })

const db = () => createSettingsStore(openSqlite(':memory:', [initial]))
function setUp({
  settings = db(),
  zone = 'GB-13',
  rule = { kind: 'absolute', maxGPerKWh: 150 },
  onlyIfEarning = false,
  schedule = null,
  tariff = null,
  clock = createFakeClock(START),
  ...rest
}: Partial<Omit<GridWatchDeps, 'tariff' | 'zone'>> & {
  tariff?: ReturnType<GridWatchDeps['tariff']>
  settings?: ReturnType<typeof db>
  zone?: string
  rule?: CarbonRule
  onlyIfEarning?: boolean
  schedule?: Schedule | null
  clock?: FakeClock
} = {}) {
  let changes = 0
  let anyway = false
  const watch = createGridWatch({
    ...PLAIN_GRID,
    ...rest,
    tariff: () => tariff,
    zone: () => zone,
    rules: () => ({ gate: rule, onlyIfEarning, schedule }),
    settings,
    clock,
    anyway: () => anyway,
    changed: () => changes++,
  })
  return { ...watch, runAnyway: () => void (anyway = true), settings, clock, changes: () => changes }
}
const view = (watch: ReturnType<typeof setUp>): GridView => GridView.parse(watch.view())

test('without a forecast nothing starts, and the owner reads why', () => {
  const watch = setUp()
  expect(watch.gate(null)).toMatchObject({ open: false, reason: { code: 'grid-stale' } })
  expect(view(watch)).toMatchObject({ state: 'missing', now: null, greenWindows: [], message: 'No forecast has arrived yet.' })
})

test('a forecast opens and closes the gate by the owner’s rule as time goes by, and the view shows the same', async () => {
  const watch = setUp()
  watch.update(signalOf([300, 100, 300]))
  expect(watch.gate(null)).toMatchObject({ open: false, reason: { code: 'carbon', until: toIso(START + HALF_HOUR_MS) } })
  expect(view(watch)).toMatchObject({ state: 'fresh', now: { gPerKWh: 300 }, greenWindows: [{ from: toIso(START + HALF_HOUR_MS) }], message: null })
  await watch.clock.advance(HALF_HOUR_MS)
  expect(watch.gate(null).open).toBe(true)
  expect(view(watch).now).toMatchObject({ gPerKWh: 100 })
})

test('an old forecast fails closed, however green it was', async () => {
  const watch = setUp()
  watch.update(signalOf(Array.from({ length: 20 }, () => 10)))
  await watch.clock.advance(2 * 3_600_000)
  expect(watch.gate(null).open).toBe(true)
  await watch.clock.advance(1)
  expect(watch.gate(null)).toMatchObject({ open: false, reason: { code: 'grid-stale' } })
  expect(view(watch).state).toBe('stale')
})

test('the newest forecast survives a restart, but not a move to another zone', () => {
  const first = setUp()
  first.update(signalOf([100]))
  expect(setUp({ settings: first.settings }).gate(null).open).toBe(true)
  const moved = setUp({ settings: first.settings, zone: 'DE' })
  expect(view(moved)).toMatchObject({ zone: 'DE', state: 'missing', signal: null })
})

test('a forecast for somewhere else is not used', () => {
  const watch = setUp()
  expect(() => watch.update(signalOf([1], { zone: 'FR' }))).toThrow(
    expect.objectContaining({ code: 'grid.unavailable', message: expect.stringMatching(/FR.*GB-13/) }),
  )
  expect(view(watch).state).toBe('missing')
})

test('windows hear about a new forecast once', () => {
  const watch = setUp()
  watch.update(signalOf([100]))
  watch.update(signalOf([100]))
  expect(watch.changes()).toBe(1)
  watch.update(signalOf([90], { bodySha256: '1'.repeat(64) }))
  expect(watch.changes()).toBe(2)
})

test('a job waits for its planned window, and a rule that only follows plans still shows which hours are green', () => {
  const watch = setUp({ rule: { kind: 'planned' } })
  watch.update(signalOf([300, 100, 100, 100, 300, 300, 300, 300, 300, 300]))
  const window = { from: toIso(START + HALF_HOUR_MS), to: toIso(START + 4 * HALF_HOUR_MS) }
  expect(watch.gate(fakeLease({ window }))).toMatchObject({ open: false, reason: { code: 'carbon', until: window.from } })
  expect(view(watch).greenWindows).toMatchObject([window])
})

describe('an owner who lets jobs run anyway', () => {
  test('sets their own rule aside, and nothing else', () => {
    const watch = setUp()
    watch.update(signalOf([300, 100, 300]))
    expect([watch.gate(null).open, watch.opensAnyway(null)]).toEqual([false, true])
    watch.runAnyway()
    expect(watch.gate(null)).toMatchObject({ open: true, reason: null })
    expect(view(watch).greenWindows).toEqual([{ from: toIso(START + HALF_HOUR_MS), to: toIso(START + 2 * HALF_HOUR_MS) }])
  })

  test('does not set aside the window of a job, nor a forecast that is missing or old', async () => {
    const watch = setUp()
    watch.runAnyway()
    expect(watch.gate(null)).toMatchObject({ open: false, reason: { code: 'grid-stale' } })
    watch.update(signalOf([300, 300, 300, 300]))
    const later = fakeLease({ window: { from: toIso(START + HALF_HOUR_MS), to: toIso(START + 2 * HALF_HOUR_MS) } })
    expect([watch.gate(later).open, watch.opensAnyway(later)]).toEqual([false, false])
    await watch.clock.advance(HALF_HOUR_MS)
    expect(watch.gate(later).open).toBe(true)
  })
})

const PROFIT = { tariff: { kind: 'flat', currency: 'USD', usdPerUnit: null, minorPerKWh: 30 }, onlyIfEarning: true } as const
/** 40 W for 10 s at 30 ct/kWh cost 0.0033 ct. */
const paying = (microUsdPerHour: string) => fakeLease({ spec: { ...fakeLease().spec, price: { microUsdPerHour, maxMicroUsd: '5000' } } })

describe('an owner who wants to earn more than it costs', () => {
  const green = signalOf(Array.from({ length: 96 }, () => 100))

  test('has jobs start that do, and no others, and reads what is left', () => {
    const watch = setUp(PROFIT)
    watch.update(green)
    expect(watch.gate(paying('250000'))).toMatchObject({ open: true })
    expect(watch.outlook(paying('250000')).net).toMatchObject({ currency: 'USD', payMinor: expect.closeTo(0.059), costMinor: expect.closeTo(1 / 300) })
    expect(watch.gate(paying('10000'))).toMatchObject({ open: false, reason: { code: 'tariff', message: expect.stringContaining('would not earn more') } })
    expect(watch.outlook(paying('10000'))).toMatchObject({ nextStart: null, reasons: [{ code: 'tariff' }], net: { netMinor: expect.closeTo(0.0024 - 0.0033) } })
  })

  test('sets that aside, too, by letting jobs run anyway', () => {
    const watch = setUp(PROFIT)
    watch.update(green)
    expect(watch.opensAnyway(paying('10000'))).toBe(true)
    watch.runAnyway()
    expect(watch.gate(paying('10000')).open).toBe(true)
    expect(watch.outlook(paying('10000'))).toMatchObject({ reasons: [], nextStart: toIso(START) })
  })

  test('waits for the half hours that are cheap enough where prices come from the zone, and fails closed while they are not known', () => {
    const tariff = { kind: 'zone', currency: 'GBP', usdPerUnit: 1.25 } as const
    const watch = setUp({ tariff, onlyIfEarning: true })
    watch.update(green)
    expect(watch.outlook(paying('30000'))).toMatchObject({
      nextStart: null,
      net: null,
      reasons: [{ code: 'tariff', message: expect.stringContaining('not known') }],
    })
    const said = { kind: 'price', unit: 'minor/kWh', basis: null, bodySha256: '2'.repeat(64) } as const
    watch.update(signalOf([1, 1, 1], { ...said, price: { currency: 'GBP', market: 'wholesale' } }))
    expect(view(watch).tariff?.now).toBeNull()
    watch.update(signalOf([90, 60, -5], { ...said, price: { currency: 'GBP', market: 'retail' }, bodySha256: '3'.repeat(64) }))
    expect(view(watch).tariff?.now).toEqual({ minorPerKWh: 90, currency: 'GBP', until: toIso(START + HALF_HOUR_MS) })
    // 30 000 micro-USD an hour are 2.04 p, which 40 W at 51 p/kWh would use up.
    expect(watch.outlook(paying('30000')).nextStart).toBe(toIso(START + 2 * HALF_HOUR_MS))
  })
})

test('the outlook agrees with the owner’s hours, too, which nobody needs who lets jobs run anyway', () => {
  const opens = START + 5 * HALF_HOUR_MS
  const [from = '', to = ''] = [opens, opens + 12 * 3_600_000].map((at) => toIso(at).slice(11, 16))
  const hours = { days: [1, 2, 3, 4, 5, 6, 7], from, to }
  const watch = setUp({ schedule: { timeZone: 'UTC', allowed: [hours] } })
  watch.update(signalOf([300, 100, 300, 300, 300, 300, 300, 100]))
  expect(watch.outlook(null)).toMatchObject({
    reasons: [{ code: 'carbon' }, { code: 'schedule', until: toIso(opens) }],
    nextStart: toIso(START + 7 * HALF_HOUR_MS),
  })
  watch.runAnyway()
  expect(watch.outlook(null)).toMatchObject({ reasons: [], nextStart: toIso(START) })
})

test('a job that the owner’s own sun covers is green', () => {
  const { watts } = fakeLease().spec.expected
  for (const [surplus, open] of [
    [null, false],
    [watts - 1, false],
    [watts, true],
  ] as const) {
    const watch = setUp({ solar: { surplus: () => surplus, view: () => null } })
    watch.update(signalOf([300, 300]))
    expect([watch.gate(fakeLease()).open, watch.gate(null).open]).toEqual([open, false])
  }
})

test('the clean hours of the last 30 days are remembered over a restart, and until a week of them is known the hours ahead count', async () => {
  const folder = openSqlite(':memory:', [initial, gridPast])
  const past = createGridPastStore(folder)
  const rule = { kind: 'percentile', percentile: 30 } as const
  const clock = createFakeClock(START)
  const watch = setUp({ rule, past, clock })
  watch.update(signalOf([200, 100, 100, 300]))
  expect(view(watch).rule).toContain('the hours ahead, until 7 of the last 30 days are known here')
  expect(watch.gate(null).open).toBe(false)
  const week = signalOf(Array.from({ length: 7 * 48 }, (_, index) => (index % 2 === 0 ? 250 : 400)))
  const shifted = week.points.map((point) => ({
    ...point,
    from: toIso(Date.parse(point.from) - 7 * 86_400_000),
    to: toIso(Date.parse(point.to) - 7 * 86_400_000),
  }))
  watch.learn({ ...week, points: shifted })
  expect(view(watch).rule).toBe('Runs when power is as clean as in the cleanest 30% of the last 30 days.')
  expect(watch.gate(null).open).toBe(true)
  expect(setUp({ rule, past, clock, settings: watch.settings }).gate(null).open).toBe(true)
})
