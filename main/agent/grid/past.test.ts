import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Signal } from '../../../shared/contract/wire.ts'
import { aSignal } from '../../../shared/domain/signal.fake.ts'
import type { Slot } from '../../../shared/domain/signal.ts'
import { toIso } from '../../../shared/units.ts'
import { openSqlite } from '../../kernel/sqlite.ts'
import * as grid from '../migrations/0005-grid.ts'
import { createGridPast, learnedThreshold } from './past.ts'
import { createGridPastStore } from './past.store.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const NOW = Date.parse('2026-03-31T12:00:00.000Z')
const hourly = (values: readonly number[], end = NOW): readonly Slot[] =>
  values.map((value, index) => ({ from: end - (values.length - index) * HOUR, to: end - (values.length - index - 1) * HOUR, value, forecast: false }))
const signalOf = (slots: readonly Slot[], change: Partial<Signal> = {}): Signal => {
  const points = slots.map(({ from, to, value, forecast }) => ({ from: toIso(from), to: toIso(to), value, forecast }))
  return aSignal({ start: NOW, values: [], change: { points, ...change } })
}
const stored = () => createGridPastStore(openSqlite(':memory:', [grid]))
const week = hourly(Array.from({ length: 7 * 24 }, (_, index) => index))

test('less than a week says nothing; a week does', () => {
  expect(learnedThreshold(week.slice(1), 50, NOW)).toBeNull()
  expect(learnedThreshold(week, 50, NOW)).toBe(83)
  expect([learnedThreshold(week, 1, NOW), learnedThreshold(week, 100, NOW)]).toEqual([1, 167])
})

test('what lies ahead, and what is older than 30 days, is not looked at', () => {
  const ahead = hourly(
    Array.from({ length: 100 }, () => 0),
    NOW + 100 * HOUR,
  )
  const old = hourly(
    Array.from({ length: 100 }, () => 0),
    NOW - 30 * DAY,
  )
  expect(learnedThreshold([...old, ...week, ...ahead], 10, NOW)).toBe(learnedThreshold(week, 10, NOW))
})

test('an hour counts as much as its four quarters', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 168, maxLength: 200 }), fc.integer({ min: 1, max: 100 }), (values, percentile) => {
      const quartered = hourly(values).flatMap((slot) =>
        [0, 1, 2, 3].map((quarter): Slot => ({ ...slot, from: slot.from + (quarter * HOUR) / 4, to: slot.from + ((quarter + 1) * HOUR) / 4 })),
      )
      expect(learnedThreshold(quartered, percentile, NOW)).toBe(learnedThreshold(hourly(values), percentile, NOW))
    }),
    { numRuns: 30 },
  )
})

test('the past is learned from what has begun, and nothing measured is replaced by a forecast', () => {
  const store = stored()
  const past = createGridPast(store)
  const series = { zone: 'GB', basis: 'direct', origin: 'live' } as const
  const slot = { from: NOW - HOUR, to: NOW, value: 100, forecast: false }
  past.learn(signalOf([slot, { ...slot, from: NOW + 1, to: NOW + HOUR, forecast: true }]), NOW)
  past.learn(signalOf([{ ...slot, value: 50, forecast: true }]), NOW)
  expect(store.list(series, 0)).toEqual([slot])
  past.learn(signalOf([{ ...slot, value: 90 }]), NOW)
  expect(store.list(series, 0)).toEqual([{ ...slot, value: 90 }])
})

test('figures that do not compare are kept apart: counted another way, recorded, or of another kind', () => {
  const past = createGridPast(stored())
  const measured = signalOf(week)
  past.learn(measured, NOW)
  expect(past.threshold(measured, 50, NOW)).toBe(83)
  expect(past.threshold({ ...measured, basis: 'lifecycle' }, 50, NOW)).toBeNull()
  expect(past.threshold({ ...measured, origin: 'recorded' }, 50, NOW)).toBeNull()
  expect(past.threshold({ ...measured, kind: 'marginal' }, 50, NOW)).toBeNull()
})

test('what is remembered is bounded: 30 days of one zone', () => {
  const store = stored()
  const past = createGridPast(store)
  past.learn(signalOf(hourly([1], NOW - 29 * DAY)), NOW)
  past.learn(signalOf(week), NOW + 2 * DAY)
  expect(store.list({ zone: 'GB', basis: 'direct', origin: 'live' }, 0)).toHaveLength(week.length)
  past.learn(signalOf(week, { zone: 'DE' }), NOW)
  expect(store.list({ zone: 'GB', basis: 'direct', origin: 'live' }, 0)).toEqual([])
})

test('a modelled forecast is held against what was measured, and against what was modelled only where nothing was', () => {
  const past = createGridPast(stored())
  const modelled = signalOf(week, { origin: 'modelled' })
  past.learn({ ...modelled, points: modelled.points.map((point) => ({ ...point, value: 7 })) }, NOW)
  expect(past.threshold(modelled, 50, NOW)).toBe(7)
  past.learn(signalOf(week), NOW)
  expect(past.threshold(modelled, 50, NOW)).toBe(83)
})

test('how much greener now is than the last 30 days is said in percent, and only where enough of them is known', () => {
  const past = createGridPast(stored())
  const measured = signalOf(week)
  expect(past.greenerThan(measured, 50, NOW)).toBeNull()
  past.learn(measured, NOW)
  expect(past.greenerThan(measured, -1, NOW)).toBe(100)
  expect(past.greenerThan(measured, 83, NOW)).toBeCloseTo(50, 0)
  expect(past.greenerThan(measured, 1e6, NOW)).toBe(0)
  expect(past.greenerThan({ ...measured, kind: 'marginal' }, 83, NOW)).toBeNull()
})
