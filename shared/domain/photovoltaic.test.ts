import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { photovoltaicWatts } from './photovoltaic.ts'

const ROOF = { peakWatts: 5_000, factor: 1 }

test.each([
  ['no sun', { irradiance: 0, temperature: 10 }, 0],
  ['a dull winter hour', { irradiance: 100, temperature: 0 }, 543.16],
  ['full sun on a warm day', { irradiance: 1_000, temperature: 25 }, 4_316],
  ['a cell at 25 degrees', { irradiance: 500, temperature: 7.9 }, 2_500],
])('%s', (_, weather, watts) => {
  expect(photovoltaicWatts(ROOF, weather)).toBeCloseTo(watts, 6)
})

test('a shaded roof yields its factor', () => {
  expect(photovoltaicWatts({ ...ROOF, factor: 0.8 }, { irradiance: 1_000, temperature: 25 })).toBeCloseTo(3_452.8, 6)
})

test('power is never below zero, more with more peak power, and less in the heat', () => {
  const weather = fc.record({ irradiance: fc.double({ min: 0, max: 1_500, noNaN: true }), temperature: fc.double({ min: -40, max: 300, noNaN: true }) })
  fc.assert(
    fc.property(weather, ({ irradiance, temperature }) => {
      const watts = photovoltaicWatts(ROOF, { irradiance, temperature })
      expect(watts).toBeGreaterThanOrEqual(0)
      expect(photovoltaicWatts({ ...ROOF, peakWatts: 6_000 }, { irradiance, temperature })).toBeGreaterThanOrEqual(watts)
      expect(photovoltaicWatts(ROOF, { irradiance, temperature: temperature + 1 })).toBeLessThanOrEqual(watts)
    }),
  )
})
