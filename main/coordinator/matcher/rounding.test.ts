import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Demand } from './demand.ts'
import { arbitraryDemand } from './matcher.fake.ts'
import { type Level, keyOf, rounded } from './rounding.ts'

const varied: fc.Arbitrary<Demand> = fc
  .record({
    base: arbitraryDemand,
    vramBytes: fc.integer({ min: 0, max: 80e9 }),
    ramBytes: fc.integer({ min: 0, max: 1e12 }),
    cap: fc.option(fc.double({ min: 0.01, max: 900, noNaN: true })),
    minReputation: fc.double({ min: 0, max: 1, noNaN: true }),
    kWh: fc.double({ min: 1e-6, max: 1e4, noNaN: true }),
  })
  .map(({ base, cap, ...rest }) => ({ ...base, ...rest, maxGPerKWh: cap }))

test('a rounded demand asks for no less and allows no more', () => {
  fc.assert(
    fc.property(varied, fc.constantFrom<Level>(0, 1, 2), (demand, level) => {
      const coarse = rounded(demand, level)
      if (demand.gpus > 0) expect(coarse.vramBytes).toBeGreaterThanOrEqual(demand.vramBytes)
      expect(coarse.ramBytes).toBeGreaterThanOrEqual(demand.ramBytes)
      expect(coarse.minReputation).toBeGreaterThanOrEqual(demand.minReputation)
      expect(coarse.kWh).toBeGreaterThanOrEqual(demand.kWh)
      expect(coarse.maxGPerKWh === null).toBe(demand.maxGPerKWh === null)
      if (coarse.maxGPerKWh !== null && demand.maxGPerKWh !== null) expect(coarse.maxGPerKWh).toBeLessThanOrEqual(demand.maxGPerKWh)
      expect([coarse.zones, coarse.runtime, coarse.gpus]).toEqual([demand.zones, demand.runtime, demand.gpus])
    }),
  )
})

test('the coarser the level, the fewer kinds of job there are; the finest keeps what a machine must have as it is', () => {
  const base = { runtime: 'docker', gpus: 1, zones: null, maxMinorPerKWh: null, minReputation: 0, kWh: 1 }
  const demands = Array.from({ length: 1_000 }, (_, index) => ({ ...base, vramBytes: (1 + index) * 6.4e7, ramBytes: 0, maxGPerKWh: 100 + index / 10 }))
  const kinds = ([0, 1, 2] as const).map((level) => new Set(demands.map((demand) => keyOf(rounded(demand, level)))).size)
  expect(kinds[0]).toBe(1_000)
  expect(kinds[1]).toBeLessThan(80)
  expect(kinds[2]).toBeLessThan(20)
})
