import { expect, test } from 'vitest'
import type { Signal } from '../../../shared/contract/wire.ts'
import { slotsOf, toWindow } from '../../../shared/domain/signal.ts'
import { HALF_HOUR_MS, toIso } from '../../../shared/units.ts'
import { emptySignal } from '../../../shared/domain/signal.fake.ts'
import { type WatchedNode, abundanceIn, frequencyIn, lossOf, spikeIn, staleIn, usualOf } from './detect.ts'

const NOW = Date.parse('2026-03-18T12:10:00.000Z')
const FLOOR = NOW - 10 * 60_000
const HOUR_MS = 3_600_000

const signal = (change: Partial<Signal> = {}): Signal => emptySignal(NOW, { zone: 'GB-13', source: 'Test', attribution: 'Test', ...change })

const points = (from: number, values: readonly (number | null)[], stepMs = HALF_HOUR_MS): Signal['points'] =>
  values.map((value, index) => ({ from: toIso(from + index * stepMs), to: toIso(from + (index + 1) * stepMs), value, forecast: from + index * stepMs > NOW }))

const weekOf = (values: readonly number[]): Signal =>
  signal({
    points: points(
      NOW - 7 * 86_400_000,
      Array.from({ length: 288 }, (_, index) => values[index % values.length] ?? 0),
    ),
  })
/** Median 150, MAD 20: a spike begins above 210. */
const usual = weekOf([110, 130, 130, 150, 150, 170, 170, 190])

test('a spike begins three median absolute deviations above the median, and at least a quarter above it', () => {
  expect(usualOf(slotsOf(usual))).toEqual({ median: 150, threshold: 210 })
  expect(usualOf(slotsOf(weekOf([200, 200, 201])))?.threshold).toBe(250)
  expect(usualOf(slotsOf(signal({ points: points(NOW, [1, 2, 3]) })))).toBeNull()
})

test.each([
  ['at the threshold', points(FLOOR, [210, 150]), usual, 'absent'],
  ['now', points(FLOOR, [211, 150]), usual, 'present'],
  ['forecast', points(FLOOR, [150, 150, 300, 150]), usual, 'present'],
  ['over', points(FLOOR - HALF_HOUR_MS, [400, 150]), usual, 'absent'],
  ['measured late, and still the newest that is known', points(FLOOR - 3 * HALF_HOUR_MS, [150, 400]), usual, 'present'],
  ['known only until long ago', points(FLOOR - 6 * HOUR_MS, [400]), usual, 'unknown'],
  ['of a zone nobody knows the usual of', points(FLOOR, [400]), null, 'unknown'],
  ['against a model of the usual', points(FLOOR, [400]), { ...usual, origin: 'modelled' as const }, 'unknown'],
  ['against what was counted otherwise', points(FLOOR, [400]), { ...usual, basis: 'lifecycle' as const }, 'unknown'],
] as const)('an intensity %s', (_, values, week, seen) => {
  expect(spikeIn(signal({ points: [...values] }), week, NOW).seen).toBe(seen)
})

test('a recording or a model has no spikes, and silence is no news', () => {
  expect(spikeIn(signal({ origin: 'recorded', points: points(FLOOR, [900]) }), usual, NOW).seen).toBe('unknown')
  expect(spikeIn(null, usual, NOW).seen).toBe('unknown')
})

test('a spike says what, when and what is usual', () => {
  expect(spikeIn(signal({ points: points(FLOOR, [150, 240, 300]) }), usual, NOW)).toEqual({
    seen: 'present',
    summary: '240 gCO2/kWh in GB-13 from 2026-03-18T12:30:00.000Z on (forecast), at most 300: usual are 150, a spike begins above 210.',
  })
})

const stretch = { ...toWindow(FLOOR, FLOOR + HOUR_MS), share: 82.5, evidence: 'Test' }
const share = signal({ kind: 'renewableShare', basis: null, unit: '%', points: points(FLOOR, [80, 85]) })

test.each([
  ['now', [stretch], [share], 'present'],
  ['later', [{ ...stretch, ...toWindow(NOW + HOUR_MS, NOW + 2 * HOUR_MS) }], [share], 'absent'],
  ['never', [], [share], 'absent'],
  ['of a grid that says nothing', [], [null], 'unknown'],
  ['without one of the two that it takes', [stretch], [share, null], 'unknown'],
] as const)('abundance %s', (_, stretches, known, seen) => {
  for (const what of ['surplus', 'curtailment'] as const) expect(abundanceIn(what, stretches, { known, now: NOW }).seen).toBe(seen)
})

test('abundance that is told late is seen as late as it is told', () => {
  const late = { ...share, points: points(FLOOR - HOUR_MS, [80]) }
  const told = { ...stretch, ...toWindow(FLOOR - HOUR_MS, FLOOR - HALF_HOUR_MS) }
  expect(abundanceIn('surplus', [told], { known: [late], now: NOW })).toMatchObject({
    seen: 'present',
    summary: `Surplus until ${told.to}: renewables at 82.5 % of demand (Test).`,
  })
})

const hertz = (values: readonly number[], ago = 0): Signal =>
  signal({ zone: 'GB', kind: 'frequency', basis: null, unit: 'Hz', points: points(NOW - ago - values.length * 60_000, values, 60_000) })

test.each([
  ['even', hertz([50, 50.02, 49.98]), 'absent'],
  ['at its limits', hertz([49.8, 50.2]), 'absent'],
  ['low', hertz([50, 49.79]), 'present'],
  ['high between two looks', hertz([50.21, 50, 50]), 'present'],
  ['off long ago', hertz([49.5, ...Array.from({ length: 10 }, () => 50)]), 'absent'],
  ['old', hertz([49.5], 1_200_000), 'unknown'],
  ['nobody knows', null, 'unknown'],
] as const)('a frequency that is %s', (_, frequency, seen) => {
  expect(frequencyIn(frequency, NOW).seen).toBe(seen)
})

test('the worst of a disturbed frequency is named', () => {
  expect(frequencyIn(hertz([49.75, 49.7, 49.79]), NOW)).toMatchObject({ summary: expect.stringContaining('49.700 Hz in GB') })
})

const stale = { answers: false, lastAnswerAt: NOW - 3 * HOUR_MS, staleAfterMs: 2 * HOUR_MS }
test.each([
  ['answers', { ...stale, answers: true }, 'absent'],
  ['is silent and its last answer is fresh enough', { ...stale, lastAnswerAt: NOW - HOUR_MS }, 'absent'],
  ['is silent for longer than its staleness', stale, 'present'],
  ['has never answered', { ...stale, lastAnswerAt: null }, 'absent'],
  ['is not configured', null, 'absent'],
] as const)('a source that %s', (_, health, seen) => {
  expect(staleIn(health, 'GB-13', NOW).seen).toBe(seen)
})

const node: WatchedNode = { nodeId: 'n'.repeat(43), zone: 'GB-13', online: false, gone: true, held: true }
test.each([
  ['gone with a job', {}, 'present'],
  ['gone without a job', { held: false }, 'absent'],
  ['there', { online: true, gone: false }, 'absent'],
  ['not heard of since a restart', { gone: false }, 'unknown'],
] as const)('a node that is %s', (_, change, seen) => {
  expect(lossOf({ ...node, ...change }).seen).toBe(seen)
})
