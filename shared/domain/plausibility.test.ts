import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EnergyProof } from './energy-proof.ts'
import { implausibilities } from './plausibility.ts'
import { testProof } from './receipt-bundle.fake.ts'

const codes = (changes: Partial<EnergyProof>, knownLimitW?: number) => implausibilities(testProof(changes), knownLimitW).map(({ code }) => code)
const [first, second] = testProof().intervals
const [device] = testProof().devices
if (!first || !second || !device) throw new Error('the test proof has two intervals and one device')

test('the sun gives nothing that was not used, and all of it at most', () => {
  const used = testProof().boardJ
  expect(codes({ v: 2, solarJ: used, solarBasis: 'metered' })).toEqual([])
  fc.assert(
    fc.property(fc.double({ min: 1e-3, max: 1e12, noNaN: true }), (more) => {
      expect(codes({ v: 2, solarJ: used + more, solarBasis: 'declared' })).toEqual(['solar'])
    }),
  )
})

test('an honest proof has nothing against it', () => {
  expect(codes({})).toEqual([])
})

test('no amount of energy above the power limit is believed, whatever else the proof says', () => {
  fc.assert(
    fc.property(fc.double({ min: 1.12, max: 1000, noNaN: true }), (factor) => {
      expect(codes({ boardJ: 320 * 2400 * factor })).toContain('energy')
    }),
  )
})

test('energy up to the limit is believed', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => {
      const intervals = [first, second].map((interval) => ({
        ...interval,
        joules: (320 * share * (Date.parse(interval.to) - Date.parse(interval.from))) / 1000,
      }))
      expect(codes({ intervals, boardJ: 320 * share * 2400, meanW: 320 * share, marginalJ: null })).toEqual([])
    }),
  )
})

test('all the energy of an hour in one interval is not believed', () => {
  expect(
    codes({
      intervals: [
        { ...first, joules: 600_000 },
        { ...second, joules: 0 },
      ],
    }),
  ).toContain('energy')
})

test('what the coordinator knows about the card beats what the proof claims', () => {
  expect(codes({ devices: [{ ...device, powerLimitW: 5_000 }], boardJ: 700_000 }, 320)).toEqual([])
  expect(codes({ devices: [{ ...device, powerLimitW: 5_000 }], boardJ: 5_000_000 }, 320)).toContain('energy')
  expect(codes({ devices: [{ ...device, powerLimitW: 0 }] })).toEqual(['limit-missing'])
})

test('several devices share their limits', () => {
  expect(
    codes({
      boardJ: 600 * 2400,
      meanW: 600,
      devices: [device, device],
      intervals: [first, second].map((interval) => ({ ...interval, joules: interval.joules * 2.4 })),
    }),
  ).toEqual([])
})

test('each thing that cannot be true is named', () => {
  expect(codes({ meanW: 400 })).toEqual(['power'])
  expect(codes({ peakW: 700 })).toEqual(['power'])
  expect(codes({ marginalJ: 1e9 })).toEqual(['marginal'])
  expect(codes({ coverage: 0.5 })).toEqual(['coverage'])
  expect(codes({ counterStart: 10, counterEnd: 5 })).toEqual(['counter'])
  expect(codes({ counterStart: 10, counterEnd: 5, wraps: 1 })).toEqual([])
  expect(codes({ crossCheckRatio: 3 })).toEqual(['cross-check'])
  expect(codes({ endedAt: '2026-11-21T13:50:00.000Z' })).toContain('time')
  expect(codes({ durationMs: 2_600_000 })).toEqual(['time'])
  expect(codes({ startedAt: '2026-11-21T13:55:00.000Z' })).toContain('time')
  expect(codes({ intervals: [second, first] })).toEqual(['time'])
})

test('a job that rested most of the time, as its owner’s ceiling asked, is believed and claims only the time it worked', () => {
  expect(codes({ durationMs: 480_000 })).toEqual([])
})

test('a laptop that slept in the middle is believed', () => {
  expect(
    codes({
      durationMs: 1_500_000,
      sleepMs: 900_000,
      boardJ: 375_000,
      marginalJ: null,
      intervals: [first, { ...second, joules: 225_000, coverage: 0.5 }],
      coverage: 0.625,
    }),
  ).toEqual([])
})
