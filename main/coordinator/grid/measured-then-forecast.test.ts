import { expect, test } from 'vitest'
import type { LiveSlot } from './live-signal.ts'
import { measuredThenForecast } from './measured-then-forecast.ts'

const QUARTER_MS = 900_000
const HOUR_MS = 3_600_000
const START = Date.parse('2026-03-18T00:00:00Z')
const slots = (values: readonly number[], step = QUARTER_MS): LiveSlot[] =>
  values.map((value, index) => ({ from: START + index * step, to: START + (index + 1) * step, value, forecast: false }))

test('a measurement is never displaced by a forecast, whatever their steps', () => {
  const measured = slots([1, 2], HOUR_MS)
  const ahead = slots(Array.from({ length: 12 }, () => 9))
  const joined = measuredThenForecast([...measured, { from: START + 2 * HOUR_MS, to: START + 3 * HOUR_MS, value: null, forecast: false }], ahead)
  expect(joined.map(({ value, forecast }) => [value, forecast])).toEqual([[1, false], [2, false], ...Array.from({ length: 4 }, () => [9, true])])
  const [straddling] = measuredThenForecast(slots([1]), slots([9], HOUR_MS)).slice(1)
  expect(straddling).toEqual({ from: START + QUARTER_MS, to: START + HOUR_MS, value: 9, forecast: true })
})
