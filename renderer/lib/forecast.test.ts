import { expect, test } from 'vitest'
import { at, NOW } from './afternoon.fake.ts'
import { aGrid } from './fixtures.fake.ts'
import { hoursAhead, nextGreenWindow } from './forecast.ts'

const HOUR = 3_600_000
const windowOf = (from: number, to: number) => ({ from: new Date(from).toISOString(), to: new Date(to).toISOString() })

test('48 hours, the one we are in first', () => {
  const hours = hoursAhead(aGrid(), NOW)
  expect(hours).toHaveLength(48)
  expect(hours[0]?.from).toBeLessThanOrEqual(NOW)
  expect(hours[0]?.to).toBeGreaterThan(NOW)
})

test('an hour is the mean of its half hours', () => {
  expect(hoursAhead(aGrid(), NOW)[1]?.gPerKWh).toBe(104.5)
})

test('an hour without data is unknown, not zero', () => {
  const hours = hoursAhead(aGrid({ signal: null }), NOW)
  expect(hours.every(({ gPerKWh }) => gPerKWh === null)).toBe(true)
})

test('an hour is green when half of it is', () => {
  const start = hoursAhead(aGrid(), NOW)[0]?.from ?? 0
  const green = (to: number) => hoursAhead(aGrid({ greenWindows: [windowOf(start, to)] }), NOW).map((hour) => hour.green)
  expect(green(start + HOUR / 2).slice(0, 2)).toEqual([true, false])
  expect(green(start + HOUR / 2 - 1).slice(0, 2)).toEqual([false, false])
})

test('an open window counts before a later one, a past one never', () => {
  const past = { from: at(-3 * HOUR), to: at(-HOUR) }
  const open = { from: at(-HOUR), to: at(HOUR) }
  const later = { from: at(5 * HOUR), to: at(6 * HOUR) }
  expect(nextGreenWindow(aGrid({ greenWindows: [later, past, open] }), NOW)).toEqual({ ...open, open: true })
  expect(nextGreenWindow(aGrid({ greenWindows: [later, past] }), NOW)).toEqual({ ...later, open: false })
  expect(nextGreenWindow(aGrid({ greenWindows: [past] }), NOW)).toBeNull()
})
