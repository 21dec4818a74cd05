import { expect, test } from 'vitest'
import { placementScore } from '../../../shared/domain/score.ts'
import { toIso } from '../../../shared/units.ts'
import type { PlannerNode } from './input.ts'
import { NOW, answerTo, fakeGpu, fakeNode, fakeOutlook, fakePrice } from './planner.fake.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const at = (hours: number) => toIso(NOW + hours * HOUR)

const wavy = fakeOutlook('GB', [300, 300, 200, 50, 50, 400])

test('a job that may wait gets the cleanest hour before its deadline', () => {
  const { plan } = answerTo({ zones: [wavy] })
  expect(plan).toMatchObject({
    zone: 'GB',
    window: { from: at(1.5), to: at(2.5) },
    runs: [{ from: at(1.5), to: at(2.5) }],
    gPerKWh: 50,
    expectedGrams: 50,
    baselineGrams: 300,
    gramsRange: null,
    expectedMicroUsd: '100000',
    electricity: null,
    chosenBy: 'composite',
    origin: 'live',
    greenest: { gPerKWh: 50 },
  })
  expect(plan?.score).toEqual(placementScore({ gPerKWh: 50, priceMinorPerKWh: 0, utilisation: 0 }))
})

test('a job by the rule “now” starts at once and still shows what waiting would have been', () => {
  const { plan } = answerTo({ zones: [wavy] }, { carbon: { rule: 'now', capG: null } })
  expect(plan).toMatchObject({ window: { from: at(0) }, gPerKWh: 300, baselineGrams: 300, greenest: { window: { from: at(1.5) } } })
})

test('a job that may pause takes the cleanest moments and leaves out those between', () => {
  const spec = { checkpoints: true, interruptible: { minRunSeconds: 0, restartSeconds: 0 } }
  expect(answerTo({ zones: [fakeOutlook('GB', [300, 50, 300, 300, 60, 400])] }, spec).plan).toMatchObject({
    window: { from: at(0.5), to: at(2.5) },
    runs: [
      { from: at(0.5), to: at(1) },
      { from: at(2), to: at(2.5) },
    ],
    gPerKWh: 55,
    expectedGrams: 55,
  })
})

test('a restart costs time and grams, and is not made where it saves less than it costs', () => {
  const zones = [fakeOutlook('GB', [300, 50, 100, 50, 300, 400])]
  const pausing = (restartSeconds: number) => answerTo({ zones }, { checkpoints: true, interruptible: { minRunSeconds: 0, restartSeconds } }).plan
  expect(pausing(60)?.runs).toHaveLength(2)
  expect(pausing(60)?.expectedGrams).toBeCloseTo(55)
  expect(pausing(1_800)?.runs).toHaveLength(1)
})

test('the deadline always wins: no time to wait means start now, no time to run means no plan', () => {
  const until = (minutes: number) => answerTo({ zones: [fakeOutlook('GB', [300, 300, 10, 10, 10])] }, { deadline: toIso(NOW + minutes * MINUTE) })
  expect(until(61).plan).toMatchObject({ window: { from: at(0) }, gPerKWh: 300 })
  expect(until(60).plan?.window.from).toBe(at(0))
  expect(until(59)).toMatchObject({ plan: null, excluded: { deadline: 1 } })
  // Half an hour to spare, less the margin for starting and for running a little long.
  expect(until(90).plan?.window.from).toBe(toIso(NOW + 26.5 * MINUTE))
})

test('an earliest start is respected by both rules', () => {
  const zones = [fakeOutlook('GB', [10, 10, 300, 300, 200, 200])]
  expect(answerTo({ zones }, { earliestStart: at(1) }).plan?.window.from).toBe(at(2))
  expect(answerTo({ zones }, { earliestStart: at(1), carbon: { rule: 'now', capG: null } }).plan?.window.from).toBe(at(1))
})

test('zone and window are chosen together: a dirtier zone may have the cleaner hour', () => {
  const zones = [fakeOutlook('GB-01', [100, 100, 100, 100]), fakeOutlook('GB-13', [400, 400, 20, 20])]
  const nodes = [fakeNode('a', 'GB-01'), fakeNode('b', 'GB-13')]
  expect(answerTo({ nodes, zones }).plan).toMatchObject({ zone: 'GB-13', gPerKWh: 20 })
})

const best = (nodes: readonly PlannerNode[], spec: Record<string, unknown> = {}) =>
  answerTo({ nodes, zones: [fakeOutlook('GB', [100, 100])] }, spec).plan?.nodeId[0]

test('price and utilisation decide between nodes of one zone; an unstated price counts as the dearest', () => {
  const gpus = [fakeGpu, fakeGpu]
  const half = { taken: [{ jobId: 'other', gpus: 1, until: NOW + 9 * HOUR }], capabilities: { gpus } }
  expect(best([fakeNode('a', 'GB', { priceMinorPerKWh: 30 }), fakeNode('b', 'GB', { priceMinorPerKWh: 10 })])).toBe('b')
  expect(best([fakeNode('a', 'GB', half), fakeNode('b', 'GB', { capabilities: { gpus } })], { needs: { gpus: 1, vramBytes: 0, ramBytes: 0 } })).toBe('b')
  expect(best([fakeNode('a', 'GB'), fakeNode('b', 'GB', { priceMinorPerKWh: 30 }), fakeNode('c', 'GB', { priceMinorPerKWh: 29 })])).toBe('c')
  expect(best([fakeNode('b', 'GB'), fakeNode('a', 'GB')])).toBe('a')
})

test('a carbon cap that the cleanest window meets is met, whatever the job would rather have', () => {
  const zones = [fakeOutlook('GB', [100, 100, 40, 40], { price: fakePrice([1, 1, 90, 90]) })]
  expect(answerTo({ zones }, { carbon: { rule: 'window', capG: 40 } }).plan?.expectedGrams).toBe(40)
  expect(answerTo({ zones }, { objective: 'cheap' }).plan?.expectedGrams).toBe(100)
  expect(answerTo({ zones }, { objective: 'cheap', carbon: { rule: 'window', capG: 40 } }).plan?.expectedGrams).toBe(40)
})

test('a zone of which nothing is known takes no jobs', () => {
  const past = [{ from: NOW - HOUR, to: NOW, value: 1, low: null, high: null }]
  for (const zones of [[], [fakeOutlook('GB', [null, null])], [fakeOutlook('GB', [], { intensity: past })]])
    expect(answerTo({ zones })).toMatchObject({ plan: null, excluded: { 'no-signal': 1 } })
})

test('direct and life-cycle figures are never compared', () => {
  const zones = [fakeOutlook('GB', [300, 300]), fakeOutlook('FR', [10, 10], { basis: 'lifecycle' })]
  expect(answerTo({ nodes: [fakeNode('a', 'GB'), fakeNode('b', 'FR')], zones })).toMatchObject({ plan: { zone: 'GB' }, excluded: { 'no-signal': 1 } })
  expect(answerTo({ nodes: [fakeNode('b', 'FR')], zones }).plan?.zone).toBe('FR')
})

test('a job longer than the forecast starts at once, on what is known', () => {
  expect(answerTo({ zones: [fakeOutlook('GB', [100, 300])] }, { expected: { seconds: 7_200, watts: 1_000 } }).plan).toMatchObject({
    window: { from: at(0), to: at(2) },
    gPerKWh: 200,
    greenest: null,
  })
})

test('the baseline is the moment of submission where the outlook still knows it', () => {
  const intensity = [500, 100, 100].map((value, slot) => ({ from: NOW + (slot - 1) * HOUR, to: NOW + slot * HOUR, value, low: null, high: null }))
  const zones = [fakeOutlook('GB', [], { intensity })]
  expect(answerTo({ zones }, {}, { submittedAt: NOW - HOUR }).plan?.baselineGrams).toBe(500)
  expect(answerTo({ zones }, {}, { submittedAt: NOW - 9 * HOUR }).plan?.baselineGrams).toBe(100)
})

test('a plan is about what is left', () => {
  const { plan } = answerTo({ zones: [wavy] }, {}, { restMs: 0.5 * HOUR, progress: 'paused' })
  expect(plan).toMatchObject({ window: { from: at(1.5), to: at(2) }, expectedGrams: 25, baselineGrams: 150, expectedMicroUsd: '100000' })
})

const slots = (low: number | null) => [100, 100].map((value, slot) => ({ from: NOW + slot * HOUR, to: NOW + (slot + 1) * HOUR, value, low, high: 150 }))

const range = (low: number | null) => answerTo({ zones: [fakeOutlook('GB', [], { intensity: slots(low) })] }).plan?.gramsRange

test('grams have a spread where every slot has one', () => {
  expect(range(80)).toEqual({ low: 80, high: 150 })
  expect(range(null)).toBeNull()
})

test('electricity is the mean price while it runs, with the share that is published', () => {
  const zones = [fakeOutlook('GB', [100, 100, 100, 100], { price: fakePrice([10]) })]
  expect(answerTo({ zones }, { carbon: { rule: 'now', capG: null } }).plan?.electricity).toEqual({
    minorPerKWh: 10,
    currency: 'GBP',
    market: 'wholesale',
    knownShare: 0.5,
  })
})

test('where zone and time together beat the score, both choices are shown and the better is used', () => {
  const zones = [fakeOutlook('GB', [300, 300, 100, 100], { price: fakePrice([5, 5, 40, 40]) }), fakeOutlook('GB-16', [500, 500, 500, 500])]
  const nodes = [fakeNode('a', 'GB'), fakeNode('b', 'GB-16')]
  const { plan, compared } = answerTo({ nodes, zones }, { objective: 'cheap' })
  expect(plan).toMatchObject({ chosenBy: 'joint', window: { from: at(0) } })
  expect(compared).toMatchObject({
    composite: { zone: 'GB', gPerKWh: 100, minorPerKWh: 40, runs: [{ from: at(1) }] },
    joint: { zone: 'GB', gPerKWh: 300, minorPerKWh: 5, runs: [{ from: at(0) }] },
  })
  expect(compared.joint?.objective).toBeLessThan(compared.composite?.objective ?? 0)
  expect(answerTo({ nodes, zones }).plan?.chosenBy).toBe('composite')
})

test('prices in different currencies say when, and how a zone compares with its own usual price, but never which is dearer', () => {
  const euros = { ...fakePrice([90, 90, 30, 30]), currency: 'EUR' as const }
  const zones = [fakeOutlook('GB', [100, 100, 100, 100], { price: fakePrice([10, 10, 8, 8]) }), fakeOutlook('DE', [100, 100, 100, 100], { price: euros })]
  const nodes = [fakeNode('a', 'GB'), fakeNode('b', 'DE')]
  expect(answerTo({ nodes, zones }, { objective: 'cheap' }).plan).toMatchObject({ zone: 'DE', window: { from: at(1) } })
})

test('the owner’s own price counts instead of the market’s', () => {
  const zones = [fakeOutlook('GB', [100, 100, 90, 90], { price: fakePrice([50, 50, 60, 60]) })]
  const cheapest = answerTo({ nodes: [fakeNode('a', 'GB'), fakeNode('b', 'GB', { priceMinorPerKWh: 20 })], zones }, { objective: 'cheap' })
  expect(cheapest.plan).toMatchObject({ nodeId: fakeNode('b', 'GB').nodeId, score: { price: 0.06 } })
})
