import { describe, expect, test } from 'vitest'
import { GridView } from '../../shared/contract/agent.ts'
import type { Signal } from '../../shared/contract/wire.ts'
import { HALF_HOUR_MS, toIso } from '../../shared/units.ts'
import { type FakeClock, createFakeClock } from '../kernel/clock.fake.ts'
import { openSqlite } from '../kernel/sqlite.ts'
import type { CarbonRule } from './grid/gate.ts'
import { createGridWatch } from './grid-watch.ts'
import { fakeLease } from './jobs/lease.fixture.ts'
import * as initial from './migrations/0001-initial.ts'
import { createSettingsStore } from './settings.store.ts'

const START = Date.parse('2026-03-01T12:00:00.000Z')
const signalOf = (values: readonly number[], change: Partial<Signal> = {}): Signal => ({
  zone: 'GB-13',
  kind: 'average',
  basis: 'direct',
  unit: 'gCO2/kWh',
  price: null,
  source: 'test',
  origin: 'live',
  recordedOn: null,
  issuedAt: toIso(START),
  estimated: false,
  bodySha256: '0'.repeat(64),
  attribution: 'test',
  points: values.map((value, index) => ({ from: toIso(START + index * HALF_HOUR_MS), to: toIso(START + (index + 1) * HALF_HOUR_MS), value, forecast: true })),
  ...change,
})

const db = () => createSettingsStore(openSqlite(':memory:', [initial]))
function setUp({
  settings = db(),
  zone = 'GB-13',
  rule = { kind: 'absolute', maxGPerKWh: 150 },
  clock = createFakeClock(START),
}: {
  settings?: ReturnType<typeof db>
  zone?: string
  rule?: CarbonRule
  clock?: FakeClock
} = {}) {
  let changes = 0
  let anyway = false
  const watch = createGridWatch({ zone, rule, settings, clock, anyway: () => anyway, changed: () => changes++ })
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
