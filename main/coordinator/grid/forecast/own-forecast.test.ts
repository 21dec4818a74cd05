import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { halfHourFloor } from '../../../../shared/domain/half-hours.ts'
import type { Slot } from '../../../../shared/domain/signal.ts'
import { HALF_HOUR_MS, fromIso } from '../../../../shared/units.ts'
import { forecastIntensity } from './own-forecast.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const NOW = Date.parse('2026-03-18T12:10:00.000Z')
const TO = halfHourFloor(NOW) + 2 * DAY_MS

/** Slots of `step` from `from` to `to`. */
const slots = (from: number, to: number, valueAt: (at: number) => number, step = HALF_HOUR_MS): readonly Slot[] =>
  Array.from({ length: Math.floor((to - from) / step) }, (_, index) => from + index * step).map((at) => ({
    from: at,
    to: at + step,
    value: valueAt(at),
    forecast: false,
  }))

const daily = (at: number): number => 200 + 80 * Math.sin((at / DAY_MS) * 2 * Math.PI)
const base = { now: NOW, to: TO, prices: [] }
const start = halfHourFloor(NOW - 8 * DAY_MS)

test('where every day is alike, so is tomorrow', () => {
  const forecast = forecastIntensity({ ...base, measured: slots(start, halfHourFloor(NOW), daily) })
  expect(forecast?.method).toBe('persistence')
  expect(forecast?.points).toHaveLength(96)
  for (const { from, value, forecast: isForecast } of forecast?.points ?? []) {
    expect(value).toBeCloseTo(daily(fromIso(from)), 0)
    expect(isForecast).toBe(true)
  }
})

test('a day that runs above yesterday is carried on, and the difference fades', () => {
  const measured = slots(start, halfHourFloor(NOW), (at) => daily(at) + (at > NOW - 3 * HOUR_MS ? 50 : 0))
  const points = forecastIntensity({ ...base, measured })?.points ?? []
  const above = (hours: number): number => (points[hours * 2]?.value ?? 0) - daily(fromIso(points[hours * 2]?.from ?? ''))
  expect(above(1)).toBeGreaterThan(40)
  expect(above(12)).toBeLessThan(above(1))
  expect(above(20)).toBeLessThan(15)
})

test('what the change in price has meant for weeks is expected of tomorrow', () => {
  const priceAt = (at: number): number => 20 + 10 * Math.sin((at / DAY_MS) * 2 * Math.PI) + 5 * Math.sin((at / (5.3 * DAY_MS)) * 2 * Math.PI)
  const intensityAt = (at: number): number => 40 + 8 * priceAt(at)
  const month = halfHourFloor(NOW - 29 * DAY_MS)
  const measured = slots(month, halfHourFloor(NOW), intensityAt)
  const forecast = forecastIntensity({ ...base, measured, prices: slots(month, TO, priceAt) })
  expect(forecast?.method).toBe('price-and-persistence')
  for (const { from, value } of forecast?.points ?? []) expect(value).toBeCloseTo(intensityAt(fromIso(from)), 0)
  const withoutPrice = forecastIntensity({ ...base, measured })
  expect(withoutPrice?.method).toBe('persistence')
  expect(withoutPrice?.points.some(({ from, value }) => Math.abs((value ?? 0) - intensityAt(fromIso(from))) > 20)).toBe(true)
})

test('days whose level says nothing about the next keep their usual shape', () => {
  const month = halfHourFloor(NOW - 29 * DAY_MS)
  const levelAt = (at: number): number => 120 * ((Math.imul(Math.floor(at / DAY_MS), 0x9e3779b1) >>> 0) / 2 ** 32 - 0.5)
  const measured = slots(month, halfHourFloor(NOW), (at) => daily(at) + levelAt(at))
  const points = forecastIntensity({ ...base, measured, prices: slots(month, TO, (at) => 20 + levelAt(at + 3 * DAY_MS)) })?.points ?? []
  const midnight = Math.ceil(NOW / DAY_MS) * DAY_MS
  const tomorrow = points.filter(({ from }) => fromIso(from) >= midnight && fromIso(from) < midnight + DAY_MS).map(({ value }) => value ?? 0)
  const [highest, lowest] = [Math.max(...tomorrow), Math.min(...tomorrow)]
  expect(highest - lowest).toBeGreaterThan(140)
  expect(highest - lowest).toBeLessThan(180)
})

test('hours whose price is not published yet take that of the day before', () => {
  const month = halfHourFloor(NOW - 29 * DAY_MS)
  const measured = slots(month, halfHourFloor(NOW), (at) => daily(at) + (at % 7))
  const forecast = forecastIntensity({ ...base, measured, prices: slots(month, halfHourFloor(NOW) + 12 * HOUR_MS, (at) => daily(at) / 10) })
  expect(forecast?.method).toBe('price-and-persistence')
  expect(forecast?.points.every(({ value }) => value !== null && Number.isFinite(value))).toBe(true)
})

test('a price that never moves changes nothing', () => {
  const month = halfHourFloor(NOW - 29 * DAY_MS)
  const measured = slots(month, halfHourFloor(NOW), daily)
  const points = forecastIntensity({ ...base, measured, prices: slots(month, TO, () => 20) })?.points ?? []
  expect(points).toHaveLength(96)
  for (const { from, value } of points) expect(value).toBeCloseTo(daily(fromIso(from)), 0)
})

test.each([
  ['nothing', []],
  ['less than a day', slots(NOW - 20 * HOUR_MS, halfHourFloor(NOW), daily)],
  ['nothing recent', slots(start, NOW - 7 * HOUR_MS, daily)],
])('with %s measured it says nothing', (_, measured) => {
  expect(forecastIntensity({ ...base, measured })).toBeNull()
})

test('it never looks ahead: what happens after now changes nothing', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 400, maxLength: 400 }), fc.integer({ min: 0, max: 900 }), (values, later) => {
      const past = slots(start, halfHourFloor(NOW), (at) => values[((at - start) / HALF_HOUR_MS) % values.length] ?? 0)
      const told = forecastIntensity({ ...base, measured: past })
      expect(told?.points.every(({ value }) => value !== null && value >= 0 && Number.isFinite(value))).toBe(true)
      const moved = past.map((slot) => ({ ...slot, from: slot.from - DAY_MS, to: slot.to - DAY_MS }))
      const withFuture = [...moved, ...slots(halfHourFloor(NOW - DAY_MS), halfHourFloor(NOW), () => later)]
      expect(forecastIntensity({ ...base, now: NOW - DAY_MS, to: TO - DAY_MS, measured: moved })?.points.map(({ value }) => value)).toEqual(
        told?.points.map(({ value }) => value),
      )
      expect(forecastIntensity({ ...base, now: NOW - DAY_MS, to: TO - DAY_MS, measured: withFuture })?.points.map(({ value }) => value)).toEqual(
        told?.points.map(({ value }) => value),
      )
    }),
    { numRuns: 30 },
  )
})
