import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { LEAST_DAYS, expectFrom, rangeAhead } from './expect.ts'

const Amount = fc.double({ min: 0, max: 1e9, noNaN: true })
const Days = fc.array(Amount, { minLength: LEAST_DAYS, maxLength: 40 })

test('nothing is said while fewer than seven whole days are known, and nothing of last week while too few were known then', () => {
  for (let days = 0; days < LEAST_DAYS; days++) expect(expectFrom(Array.from({ length: days }, () => 100))).toBeNull()
  expect(expectFrom(Array.from({ length: LEAST_DAYS }, () => 100))).toEqual({
    day: { low: 100, high: 100 },
    week: { low: 700, high: 700 },
    lastWeek: null,
    record: { weeks: 0, held: 0 },
  })
})

test('a range lies around what the newest fourteen days bring on average, is wider the more they differ, and never wider for a whole week than for its days apart', () => {
  fc.assert(
    fc.property(Days, (days) => {
      const known = days.slice(-14)
      const mean = known.reduce((sum, value) => sum + value, 0) / known.length
      const [day, week] = [rangeAhead(days, 1), rangeAhead(days, 7)]
      if (!day || !week) throw new Error('a range was expected')
      const near = (a: number, b: number) => expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-6 * Math.max(1, ...known))
      near((day.low + day.high) / 2, mean)
      near((week.low + week.high) / 2, 7 * mean)
      expect(week.high - week.low).toBeLessThanOrEqual(7 * (day.high - day.low) + 1e-3)
      const apart = rangeAhead(
        days.map((value) => mean + 2 * (value - mean)),
        7,
      )
      near((apart?.high ?? 0) - (apart?.low ?? 0), 2 * (week.high - week.low))
      expect(rangeAhead(days, 7, 0)?.low).toBeGreaterThanOrEqual(0)
    }),
  )
})

test('it is the prediction interval that statistics books give: t(0.9, 6) = 1.440 for the eighth of seven days', () => {
  const range = rangeAhead([1, 2, 3, 4, 5, 6, 7], 1)
  const sd = Math.sqrt(28 / 6)
  expect(range?.high).toBeCloseTo(4 + 1.44 * sd * Math.sqrt(8 / 7), 1)
})

test('last week is judged by what was known before it, and the record by every whole week that could be', () => {
  const steady = Array.from({ length: 21 }, (_, day) => 100 + (day % 3))
  const good = expectFrom(steady)
  expect(good?.lastWeek).toMatchObject({ was: steady.slice(-7).reduce((sum, value) => sum + value, 0) })
  expect(good?.record).toEqual({ weeks: 2, held: 2 })
  const surprise = [...steady.slice(0, 14), ...Array.from({ length: 7 }, () => 500)]
  expect(expectFrom(surprise)).toMatchObject({ lastWeek: { was: 3_500 }, record: { weeks: 2, held: 1 } })
  // What came later changes nothing about what was said before it.
  const { was: _, ...said } = expectFrom(surprise)?.lastWeek ?? { was: 0 }
  expect(rangeAhead(surprise.slice(0, 14), 7)).toEqual(said)
})
