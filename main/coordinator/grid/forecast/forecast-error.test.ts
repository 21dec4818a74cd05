import { expect, test } from 'vitest'
import type { Signal } from '../../../../shared/contract/wire.ts'
import { HALF_HOUR_MS, toIso } from '../../../../shared/units.ts'
import { forecastError } from './forecast-error.ts'

const NOW = Date.parse('2026-03-18T12:00:00.000Z')
const at = (slot: number): number => NOW + slot * HALF_HOUR_MS

const saying = (values: readonly (number | null)[], first = 0): Signal => ({
  zone: 'GB',
  kind: 'average',
  basis: 'direct',
  unit: 'gCO2/kWh',
  price: null,
  source: 'A provider',
  origin: 'live',
  recordedOn: null,
  issuedAt: toIso(NOW),
  estimated: false,
  bodySha256: '0'.repeat(64),
  attribution: 'Somebody',
  points: values.map((value, index) => ({ from: toIso(at(first + index)), to: toIso(at(first + index + 1)), value, forecast: true })),
})
const measured = (values: readonly number[], first = 0) =>
  values.map((value, index) => ({ from: at(first + index), to: at(first + index + 1), value, forecast: false }))

test('a forecast that was 10 g too high and then 30 g too low was 20 g off, and 10 g too low on the whole', () => {
  expect(forecastError([{ signal: saying([110, 70]), receivedAt: NOW }], measured([100, 100]))).toEqual({
    meanAbsolute: 20,
    bias: -10,
    meanAbsolutePercent: 20,
    comparisons: 2,
  })
})

test.each([
  ['slots nobody measured', [saying([1, 2])], measured([])],
  ['slots measured in part', [saying([1])], [{ from: at(0), to: at(0.5), value: 9, forecast: false }]],
  ['slots that had begun when it was said', [saying([1, 2], -2)], measured([5, 5], -2)],
  ['slots more than a day ahead', [saying([1], 48)], measured([5], 48)],
  ['slots it said nothing about', [saying([null])], measured([5])],
])('%s are not compared', (_, signals, truth) => {
  expect(
    forecastError(
      signals.map((signal) => ({ signal, receivedAt: NOW })),
      truth,
    ),
  ).toBeNull()
})
