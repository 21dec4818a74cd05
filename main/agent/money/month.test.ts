import { expect, test } from 'vitest'
import { electricityOfMonth, monthFrom, pricesOf } from './month.ts'

const days = (count: number, net: number, hours: number) => Array.from({ length: count }, (_, index) => ({ net: net + (index % 2), hours }))

test('a month is never told from too few days, or from days without work', () => {
  expect(monthFrom([], 4)).toBeNull()
  expect(monthFrom(days(6, 100, 4), 4)).toBeNull()
  expect(monthFrom(days(14, 0, 0), 4)).toBeNull()
})

test('a month is a range in proportion to the hours, and names its days', () => {
  const four = monthFrom(days(14, 100, 4), 4)
  const eight = monthFrom(days(14, 100, 4), 8)
  expect(four).toMatchObject({ days: 14, hours: 4 })
  expect(four?.low).toBeLessThan(four?.high ?? 0)
  expect(four?.low).toBeLessThan(3_015)
  expect(four?.high).toBeGreaterThan(3_015)
  expect(eight?.high).toBeCloseTo(2 * (four?.high ?? 0))
})

test('electricity is told between rest and the most that a device draws or its owner allows', () => {
  const gpu = { enabled: true, powerLimitW: 200, idleW: 20, ceilings: { temperatureC: null, watts: 150 } }
  const off = { ...gpu, enabled: false }
  const untold = { ...gpu, powerLimitW: null, ceilings: { temperatureC: null, watts: null } }
  expect(electricityOfMonth([gpu, off, untold], { hoursPerDay: 4, prices: { low: 10, high: 30 } })).toEqual({
    lowWatts: 20,
    highWatts: 150,
    lowKWh: 2.4,
    highKWh: 18,
    cost: { low: 24, high: 540 },
  })
  expect(electricityOfMonth([off, untold], { hoursPerDay: 4, prices: null })).toBeNull()
  expect(electricityOfMonth([gpu], { hoursPerDay: 4, prices: null })).toMatchObject({ highKWh: 18, cost: null })
})

test('the prices of a tariff are its lowest and its highest', () => {
  const flat = { kind: 'flat', currency: 'EUR', usdPerUnit: null, minorPerKWh: 30 } as const
  const bands = [{ days: [1], from: '00:00', to: '05:00', minorPerKWh: 8 }]
  expect(pricesOf(null, 12)).toBeNull()
  expect(pricesOf(flat, null)).toEqual({ low: 30, high: 30 })
  expect(pricesOf({ kind: 'zone', currency: 'GBP', usdPerUnit: null }, null)).toBeNull()
  expect(pricesOf({ kind: 'time-of-use', currency: 'GBP', usdPerUnit: null, timeZone: 'Europe/London', bands, otherwiseMinorPerKWh: 28 }, null)).toEqual({
    low: 8,
    high: 28,
  })
})
