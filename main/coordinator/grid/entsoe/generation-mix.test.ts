import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LiveSlot } from '../live-signal.ts'
import type { TimeSeries } from './entsoe-body.ts'
import { QUARTER_MS, slotsOf } from './entsoe-series.ts'
import { intensityOf, overMix, renewableShareOf } from './generation-mix.ts'

const START = Date.parse('2026-03-18T00:00:00Z')
const slots = (values: readonly number[], step = QUARTER_MS, start = START): LiveSlot[] =>
  values.map((value, index) => ({ from: start + index * step, to: start + (index + 1) * step, value, forecast: false }))

test('each type weighs by its power', () => {
  expect(
    intensityOf(
      new Map([
        ['B14', 500],
        ['B05', 500],
      ]),
    ),
  ).toBe(416)
  expect(intensityOf(new Map([['B16', 100]]))).toBe(48)
})

test('types without a figure count for nothing up to a fifth, beyond it nothing is said', () => {
  expect(
    intensityOf(
      new Map([
        ['B04', 80],
        ['B20', 20],
      ]),
    ),
  ).toBe(490)
  expect(
    intensityOf(
      new Map([
        ['B04', 79],
        ['B20', 21],
      ]),
    ),
  ).toBeNull()
  expect(
    intensityOf(
      new Map([
        ['B17', 10],
        ['B10', 500],
      ]),
    ),
  ).toBeNull()
  expect(intensityOf(new Map([['B04', 0]]))).toBeNull()
})

test('waste and storage are not renewable, and a share may exceed a hundred', () => {
  expect(
    renewableShareOf(
      new Map([
        ['B19', 60],
        ['B16', 60],
        ['B17', 50],
        ['B10', 50],
        ['B14', 50],
      ]),
      100,
    ),
  ).toBe(120)
  expect(renewableShareOf(new Map([['B19', 60]]), undefined)).toBeNull()
  expect(renewableShareOf(new Map([['B19', 60]]), 0)).toBeNull()
})

test('types told in hours and in quarter hours meet in quarter hours', () => {
  const types = new Map([
    ['B04', slots([100], 4 * QUARTER_MS)],
    ['B14', slots([100, 100, 300, 300])],
  ])
  const mean = overMix(types, intensityOf)
  expect(mean.map(({ value }) => value)).toEqual([251, 251, 131.5, 131.5])
  expect(mean.every(({ from, to }) => to - from === QUARTER_MS)).toBe(true)
})

test('while a type that matters has not reported nothing is said, one that does not is passed over', () => {
  const wind = slots([900, 900])
  expect(
    overMix(
      new Map([
        ['B19', wind],
        ['B04', slots([500])],
      ]),
      intensityOf,
    ).map(({ value }) => value),
  ).toEqual([182.07, null])
  expect(
    overMix(
      new Map([
        ['B19', wind],
        ['B04', slots([9])],
      ]),
      intensityOf,
    )[1]?.value,
  ).toBe(11)
})

test('a mean lies between the lowest and the highest figure of what runs', () => {
  const factors: Readonly<Record<string, number>> = { B01: 230, B04: 490, B05: 820, B12: 24, B14: 12, B16: 48, B19: 11 }
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...Object.keys(factors)), fc.integer({ min: 1, max: 50_000 }), { minKeys: 1 }), (mix) => {
      const value = intensityOf(new Map(Object.entries(mix))) ?? Number.NaN
      const figures = Object.keys(mix).map((type) => factors[type] ?? Number.NaN)
      expect(value).toBeGreaterThanOrEqual(Math.min(...figures) - 0.01)
      expect(value).toBeLessThanOrEqual(Math.max(...figures) + 0.01)
    }),
  )
})

const step = fc.constantFrom('PT15M', 'PT30M', 'PT60M', 'P1D')
const seriesArbitrary = fc
  .record({
    sequence: fc.option(fc.integer({ min: 1, max: 3 })),
    curve: fc.constantFrom('A01', 'A03'),
    step,
    offset: fc.integer({ min: 0, max: 40 }),
    length: fc.integer({ min: 0, max: 30 }),
    points: fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: -500, max: 500 })), { maxLength: 20 }),
  })
  .map(
    ({ sequence, curve, step: resolution, offset, length, points }): TimeSeries => ({
      curveType: curve,
      ...(sequence !== null && { 'classificationSequence_AttributeInstanceComponent.position': sequence }),
      Period: [
        {
          timeInterval: { start: START + offset * QUARTER_MS, end: START + (offset + length * 4) * QUARTER_MS },
          resolution,
          Point: points.map(([position, price]) => ({ position, 'price.amount': price })),
        },
      ],
    }),
  )

test('whatever a document says, its slots are in order, apart and inside the stretch, and hold values it told', () => {
  fc.assert(
    fc.property(fc.array(seriesArbitrary, { maxLength: 6 }), (series) => {
      const within = { from: START + 5 * QUARTER_MS, to: START + 90 * QUARTER_MS }
      const found = slotsOf(series, 'price.amount', within)
      const told = new Set(series.flatMap(({ Period: [period] }) => period?.Point.map((point) => point['price.amount']) ?? []))
      for (const [index, slot] of found.entries()) {
        expect(slot.from).toBeGreaterThanOrEqual(found[index - 1]?.to ?? -Infinity)
        expect(slot.from < within.to && slot.to > within.from).toBe(true)
        expect(told.has(slot.value ?? undefined)).toBe(true)
      }
    }),
  )
})
