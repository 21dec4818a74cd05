import { expect, test } from 'vitest'
import { timeZoneOf } from '../../../shared/domain/time-zones.ts'
import { localHour, localHours } from './local-hours.ts'

const HOUR_MS = 3_600_000
const monday = Date.UTC(2026, 5, 1)

test('in London in summer the ninth hour of the day is the eighth of UTC', () => {
  expect(localHour('Europe/London', monday + 8 * HOUR_MS)).toBe(9)
  expect(localHours('Europe/London', monday)[8]).toBe(9)
  expect(localHours('UTC', monday)).toEqual(Array.from({ length: 168 }, (_, hour) => hour))
  // Sunday evening in California is Monday in UTC.
  expect(localHours(timeZoneOf('US-CAL-CISO'), monday)[2]).toBe(6 * 24 + 19)
})

test('where clocks change within the week, the days before and after it are read by their own', () => {
  // Clocks go back on Sunday 25 October 2026 at 01:00 UTC.
  const thursday = Date.UTC(2026, 9, 22, 12)
  const hours = localHours('Europe/Berlin', thursday)
  expect(hours[5 * 24 + 8]).toBe(5 * 24 + 10)
  expect(hours[6 * 24 + 8]).toBe(6 * 24 + 9)
  expect(hours[8]).toBe(9)
})

test('the list stays the same one while nothing in it changes', () => {
  expect(localHours('Europe/Paris', monday + HOUR_MS)).toBe(localHours('Europe/Paris', monday))
})
