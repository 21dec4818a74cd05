import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { familyOf, knownDraw, modelOf } from './card-power.ts'
import { bandOf } from './energy-band.ts'
import { type Weighing, coveredSeconds, softSignals } from './soft-signals.ts'
import { testProof } from './receipt-bundle.fake.ts'

const card = (name: string, powerLimitW = 320) => ({ kind: 'gpu' as const, name, powerLimitW })
const drawing = (watts: number, change: Partial<Weighing> = {}): Weighing => ({
  devices: [card('NVIDIA GeForce RTX 4080 SUPER')],
  boardJ: watts * 60,
  coveredS: 60,
  method: 'counter',
  work: null,
  ...change,
})
const kinds = (weighing: Weighing) => softSignals(weighing).map(({ kind }) => kind)

test('a card is known by its model, whoever says its name; a laptop’s, or one that nobody knows, by nothing', () => {
  expect(modelOf('NVIDIA GeForce RTX 4080')).toBe('rtx 4080')
  for (const name of ['RTX 4080', 'NVIDIA GeForce RTX 4080', 'GeForce RTX 4080 SUPER']) expect(familyOf(name)).toMatchObject({ boardW: 320, idleW: 26.2 })
  for (const name of ['Tesla T4', 'NVIDIA H100 80GB HBM3', 'NVIDIA A100-SXM4-80GB', 'AMD Radeon RX 7900 XTX', 'Intel(R) Arc(TM) A770 Graphics'])
    expect(familyOf(name)).not.toBeNull()
  for (const name of ['NVIDIA GeForce RTX 4080 Laptop GPU', 'Voodoo 3', '', 'constructor']) expect(familyOf(name)).toBeNull()
  expect(familyOf('RTX 3060')).not.toBe(familyOf('RTX 3060 Ti'))
})

test('what such a card does not draw is unlikely, and says so in words', () => {
  expect(softSignals(drawing(5))).toEqual([
    { kind: 'below-idle', message: 'A mean of 5.0 W is less than NVIDIA GeForce RTX 4080 SUPER draws with nothing to do, which is 13.1 W or more.' },
  ])
  expect(softSignals(drawing(460))).toEqual([
    { kind: 'above-card', message: 'A mean of 460.0 W is more than NVIDIA GeForce RTX 4080 SUPER is known to be given, which is up to 448.0 W.' },
  ])
  for (const watts of [14, 26, 250, 320, 440]) expect(kinds(drawing(watts))).toEqual([])
})

test('unknown cards and processors fall back to the limit they claim, and to nothing below it', () => {
  expect(knownDraw([card('Voodoo 3', 75), { kind: 'cpu', name: 'RTX 4080', powerLimitW: 65 }])).toEqual({ leastW: 0, mostW: 140 })
  expect(knownDraw([card('RTX 4080'), card('Voodoo 3', 75)])).toEqual({ leastW: 13.1, mostW: 523 })
})

test('moments, guesses and gaps say nothing of power', () => {
  expect(kinds(drawing(5, { coveredS: 9, boardJ: 45 }))).toEqual([])
  expect(kinds(drawing(5, { method: 'estimate' }))).toEqual([])
  expect(coveredSeconds({ intervals: testProof().intervals.map((interval) => ({ ...interval, coverage: 0.5 })) })).toBeCloseTo(
    testProof().intervals.reduce((sum, { from, to }) => sum + (Date.parse(to) - Date.parse(from)) / 2_000, 0),
  )
})

const compared = (perUnitJ: number, others: readonly (readonly number[])[]) => drawing(250, { work: { perUnitJ, others } })
const alike = [
  [250, 255, 245],
  [240, 260, 250],
  [248, 252],
]

test('work that took others far more or less is unlikely; too few others say nothing', () => {
  expect(softSignals(compared(500, alike))).toEqual([
    { kind: 'energy-per-work', message: 'It took 2.0 times the energy that the same work takes on such cards of 3 other owners (8 results).' },
  ])
  expect(softSignals(compared(25, alike))[0]?.message).toContain('It took 10 % of the energy')
  for (const perUnitJ of [215, 250, 290]) expect(kinds(compared(perUnitJ, alike))).toEqual([])
  expect(kinds(compared(500, alike.slice(0, 2)))).toEqual([])
  expect(kinds(compared(500, [[250], [250], [250]]))).toEqual([])
  expect(kinds(compared(500, []))).toEqual([])
})

test('jobs that are never the same make a wide band, which says nothing', () => {
  expect(
    kinds(
      compared(2_000, [
        [10, 900, 40],
        [2_500, 70, 300],
        [5, 800, 4_000],
      ]),
    ),
  ).toEqual([])
})

/** What honest owners had: within a tenth of each other. */
const honest = fc.array(fc.array(fc.double({ min: 95, max: 105, noNaN: true }), { minLength: 3, maxLength: 5 }), { minLength: 3, maxLength: 8 })
const anything = fc.array(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 500 })

test('no owner alone moves the band, however much it did', () => {
  fc.assert(
    fc.property(honest, anything, (owners, attacker) => {
      const band = bandOf([...owners, attacker])
      expect(band?.middle).toBeGreaterThanOrEqual(95 - 1e-9)
      expect(band?.middle).toBeLessThanOrEqual(105 + 1e-9)
      // Half again as much is still found.
      expect(band?.high).toBeLessThan(158)
      expect(band?.low).toBeGreaterThan(63)
    }),
  )
})
