import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { HALF_HOUR_MS } from '../units.ts'
import { settlementDateOf, settlementPeriodStart } from './settlement-period.ts'

const periodsOf = (date: string) => Array.from({ length: 52 }, (_, index) => settlementPeriodStart(date, index + 1)).filter((at) => at !== null)

test.each([
  ['2026-03-18', 48, '2026-03-18T00:00:00.000Z'],
  ['2026-03-29', 46, '2026-03-29T00:00:00.000Z'],
  ['2026-07-01', 48, '2026-06-30T23:00:00.000Z'],
  ['2026-10-25', 50, '2026-10-24T23:00:00.000Z'],
  ['2026-10-26', 48, '2026-10-26T00:00:00.000Z'],
])('%s has %i periods from %s on', (date, count, start) => {
  const periods = periodsOf(date)
  expect(periods).toHaveLength(count)
  expect(new Date(periods[0] ?? 0).toISOString()).toBe(start)
})

test.each([0, -1, 1.5, 51, Number.NaN])('there is no period %d', (period) => {
  expect(settlementPeriodStart('2026-03-18', period)).toBeNull()
})

test('the periods of all days are all half hours, each once', () => {
  fc.assert(
    fc.property(fc.integer({ min: Date.parse('2015-01-01') / HALF_HOUR_MS, max: Date.parse('2035-01-01') / HALF_HOUR_MS }), (halfHour) => {
      const at = halfHour * HALF_HOUR_MS
      expect(periodsOf(settlementDateOf(at)).filter((start) => start === at)).toEqual([at])
    }),
    { numRuns: 200 },
  )
})
