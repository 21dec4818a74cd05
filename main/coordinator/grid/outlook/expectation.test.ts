import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Slot } from '../../../../shared/domain/signal.ts'
import { type Correct, carriedOn, corrected, withRange } from './expectation.ts'
import { spreadOf } from './spread.ts'
import { type TrackRecord, errorsIn } from './track-record.ts'

const HOUR_MS = 3_600_000
const slots = (values: readonly number[], measured = 0): readonly Slot[] =>
  values.map((value, hour) => ({ from: hour * HOUR_MS, to: (hour + 1) * HOUR_MS, value, forecast: hour >= measured }))
const recordOf = (errors: (slot: Pick<Slot, 'from'>) => readonly number[]): TrackRecord => ({ forecasts: [], errors })
/** Errors of -10, -9, … 10. */
const TWENTY_ONE = Array.from({ length: 21 }, (_, index) => index - 10)

test('eight of ten further errors lie within the range, however few there were, from fourteen on', () => {
  fc.assert(
    fc.property(fc.integer({ min: 14, max: 60 }), fc.integer({ min: 1, max: 1_000 }), (count, step) => {
      const errors = Array.from({ length: count }, (_, index) => ((index * 7_919) % count) * step)
      const spread = spreadOf(errors)
      const share = (value: number) => (value / step + 1) / (count + 1)
      expect(share(spread?.low ?? Number.NaN)).toBeCloseTo(0.1, 10)
      expect(share(spread?.high ?? Number.NaN)).toBeCloseTo(0.9, 10)
    }),
  )
  expect(spreadOf(Array.from({ length: 13 }, () => 0))).toBeNull()
})

test('Windfall’s own forecast stays as it is, within the range of its past errors; what is measured is certain', () => {
  const found = withRange(
    slots([90, 100, 5], 1),
    recordOf(({ from }) => (from === 2 * HOUR_MS ? TWENTY_ONE : TWENTY_ONE.map((error) => error + 3))),
  )
  expect(found.map(({ value, low, high }) => [value, low, high])).toEqual([
    [90, 90, 90],
    [100, expect.closeTo(94.2), expect.closeTo(111.8)],
    [5, 0, expect.closeTo(13.8)],
  ])
})

test('a range holds the value, and nothing lies below zero', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -300, max: 300, noNaN: true }), { maxLength: 40 }), fc.double({ min: 0, max: 900, noNaN: true }), (errors, value) => {
      const [slot] = withRange(
        slots([value]),
        recordOf(() => errors),
      )
      expect(slot?.low === null).toBe(errors.length < 14)
      const { low, high } = { low: slot?.low ?? 0, high: slot?.high ?? value }
      expect(low).toBeGreaterThanOrEqual(0)
      expect(low).toBeLessThanOrEqual(value)
      expect(high).toBeGreaterThanOrEqual(value)
    }),
  )
})

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)

/** Adds the usual error, and carries on how far off the newest measured slot is. */
const simple: Correct = (forecast, { measured, pastErrors }) => {
  const usual = forecast.map((slot) => ({ ...slot, value: slot.value + mean(pastErrors(slot)) }))
  const off = mean(usual.flatMap((slot) => (measured(slot) === null ? [] : [(measured(slot) ?? 0) - slot.value])))
  return usual.map((slot) => ({ ...slot, value: measured(slot) ?? slot.value + off }))
}
/** What was forecast for each hour of a day as if it were today, and how it came out: off by a number that is the same all day, and by 3. */
const past = Array.from({ length: 21 }, (_, day) => ({
  said: slots([100, 100, 100]),
  truth: new Map([0, 1, 2].map((hour) => [hour * HOUR_MS, 120 + day - 10 + (hour === 2 ? (day % 2 === 0 ? 3 : -3) : 0)])),
}))
const record: TrackRecord = { forecasts: past, errors: errorsIn(past, ({ said }) => said) }

test('a provider’s forecast is corrected by all that it said of the time, also of hours that are measured by now', () => {
  const found = corrected(slots([130, 100, 100], 1), slots([110, 100, 100]), { correct: simple, record })
  expect(found.map(({ value }) => value)).toEqual([130, 120, expect.closeTo(120 + 3 / 21)])
})

const width = ({ low, high }: { low: number | null; high: number | null }) => (high ?? Number.NaN) - (low ?? Number.NaN)

test('the range is what the correction leaves: once the day has shown how far off it is, that is no longer uncertain', () => {
  const before = corrected(slots([100, 100, 100]), slots([100, 100, 100]), { correct: simple, record })
  const after = corrected(slots([118, 100, 100], 1), slots([100, 100, 100]), { correct: simple, record })
  expect(before.map(width)).toEqual([expect.closeTo(17.6), expect.closeTo(17.6), expect.closeTo(22, -1)])
  expect(after.map(width)).toEqual([0, expect.closeTo(0), expect.closeTo(6)])
})

test('beyond its end every hour is as on the last day that is known, without a range', () => {
  const two = slots(Array.from({ length: 30 }, (_, hour) => hour)).map((slot) => ({ ...slot, low: 0, high: 99 }))
  const all = carriedOn(two, 60 * HOUR_MS)
  expect(all.map(({ from }) => from)).toEqual(Array.from({ length: 60 }, (_, hour) => hour * HOUR_MS))
  expect(all.slice(30).map(({ value }) => value)).toEqual([...Array.from({ length: 24 }, (_, hour) => hour + 6), 6, 7, 8, 9, 10, 11])
  expect(all[30]).toMatchObject({ low: null, high: null })
  expect(carriedOn(two, HOUR_MS)).toEqual(two)
  expect(carriedOn([], HOUR_MS)).toEqual([])
})
