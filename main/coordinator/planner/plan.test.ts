import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Exclusion, PlanAnswer } from '../../../shared/contract/job.ts'
import { placementScore } from '../../../shared/domain/score.ts'
import { meanOver, slotsOf } from '../../../shared/domain/signal.ts'
import { HALF_HOUR_MS, fromIso, toIso } from '../../../shared/units.ts'
import { type PlannerNode, maxPriceMicroUsd } from './feasibility.ts'
import { planJob } from './plan.ts'
import { NOW, fakeNode, fakeSignal, fakeSpec } from './planner.fake.ts'

const HOUR = 3_600_000
const signals = (...list: readonly ReturnType<typeof fakeSignal>[]) => new Map(list.map((signal) => [signal.zone, signal]))
const plan = (nodes: readonly PlannerNode[], known: ReturnType<typeof signals>, change: Record<string, unknown> = {}, submittedAt = NOW) =>
  planJob({ spec: fakeSpec(change), submittedAt, now: NOW, nodes, signals: known })

test('a job that may wait gets the cleanest hour before its deadline', () => {
  const answer = PlanAnswer.parse(plan([fakeNode('a', 'GB')], signals(fakeSignal('GB', [300, 300, 200, 50, 50, 400]))))
  expect(answer.plan).toMatchObject({
    zone: 'GB',
    window: { from: toIso(NOW + 1.5 * HOUR), to: toIso(NOW + 2.5 * HOUR) },
    gPerKWh: 50,
    expectedGrams: 50,
    baselineGrams: 300,
    origin: 'live',
    greenest: { gPerKWh: 50 },
  })
  expect(answer.plan?.score).toEqual(placementScore({ gPerKWh: 50, priceMinorPerKWh: 0, utilisation: 0 }))
})

test('a job by the rule “now” starts at once and still shows what waiting would have been', () => {
  const { plan: chosen } = plan([fakeNode('a', 'GB')], signals(fakeSignal('GB', [300, 300, 200, 50, 50, 400])), { carbon: { rule: 'now', capG: null } })
  expect(chosen).toMatchObject({ window: { from: toIso(NOW) }, gPerKWh: 300, baselineGrams: 300, greenest: { window: { from: toIso(NOW + 1.5 * HOUR) } } })
})

test('the deadline always wins: no time to wait means start now, no time to run means no plan', () => {
  const grid = signals(fakeSignal('GB', [300, 300, 10, 10, 10]))
  const until = (minutes: number) => plan([fakeNode('a', 'GB')], grid, { deadline: toIso(NOW + minutes * 60_000) })
  expect(until(61).plan).toMatchObject({ window: { from: toIso(NOW) }, gPerKWh: 300 })
  expect(until(60).plan?.window.from).toBe(toIso(NOW))
  expect(until(59)).toMatchObject({ plan: null, excluded: { deadline: 1 } })
  // Half an hour to spare, less the margin for starting and for running a little long.
  expect(until(90).plan?.window.from).toBe(toIso(NOW + 26.5 * 60_000))
})

test('an earliest start is respected by both rules', () => {
  const earliestStart = toIso(NOW + HOUR)
  const grid = signals(fakeSignal('GB', [10, 10, 300, 300, 200, 200]))
  expect(plan([fakeNode('a', 'GB')], grid, { earliestStart }).plan?.window.from).toBe(toIso(NOW + 2 * HOUR))
  expect(plan([fakeNode('a', 'GB')], grid, { earliestStart, carbon: { rule: 'now', capG: null } }).plan?.window.from).toBe(earliestStart)
})

test('zone and window are chosen together: a dirtier zone may have the cleaner hour', () => {
  const grid = signals(fakeSignal('GB-01', [100, 100, 100, 100]), fakeSignal('GB-13', [400, 400, 20, 20]))
  const answer = plan([fakeNode('a', 'GB-01'), fakeNode('b', 'GB-13')], grid)
  expect(answer.plan).toMatchObject({ zone: 'GB-13', gPerKWh: 20 })
  expect(answer.alternatives).toMatchObject([{ zone: 'GB-01', gPerKWh: 100 }])
})

test('price and utilisation decide between nodes of one zone; an unstated price counts as the dearest', () => {
  const grid = signals(fakeSignal('GB', [100, 100]))
  const best = (nodes: readonly PlannerNode[]) => plan(nodes, grid).plan?.nodeId[0]
  expect(best([fakeNode('a', 'GB', { priceMinorPerKWh: 30 }), fakeNode('b', 'GB', { priceMinorPerKWh: 10 })])).toBe('b')
  expect(best([fakeNode('a', 'GB', { utilisation: 0.5 }), fakeNode('b', 'GB', { utilisation: 0.2 })])).toBe('b')
  expect(best([fakeNode('a', 'GB'), fakeNode('b', 'GB', { priceMinorPerKWh: 30, utilisation: 0.1 }), fakeNode('c', 'GB', { priceMinorPerKWh: 29 })])).toBe('c')
  expect(best([fakeNode('b', 'GB'), fakeNode('a', 'GB')])).toBe('a')
})

test('of equal scores the earlier window wins', () => {
  const grid = signals(fakeSignal('GB-01', [100, 100]), fakeSignal('GB-13', [300, 100, 100]))
  expect(plan([fakeNode('a', 'GB-13'), fakeNode('b', 'GB-01')], grid).plan?.zone).toBe('GB-01')
})

const gpu = { uuidHash: 'a'.repeat(64), vendor: 'NVIDIA', name: 'test', driver: '1', vramBytes: 8e9, powerLimitW: 300 }
const unfit: readonly (readonly [Exclusion, Parameters<typeof fakeNode>[2], Record<string, unknown>])[] = [
  ['zone', {}, { zones: ['DE'] }],
  ['runtime', { capabilities: { runtimes: [] } }, {}],
  ['gpu', {}, { needs: { gpu: true, vramBytes: 0, ramBytes: 0 } }],
  ['vram', { capabilities: { gpus: [gpu] } }, { needs: { gpu: true, vramBytes: 9e9, ramBytes: 0 } }],
  ['ram', {}, { needs: { gpu: false, vramBytes: 0, ramBytes: 9e9 } }],
  ['offline', { online: false, ready: false, busy: true }, {}],
  ['paused', { ready: false, busy: true }, {}],
  ['busy', { busy: true }, {}],
  ['price', {}, { price: { microUsdPerHour: '100000', maxMicroUsd: '99999' } }],
  ['carbon-cap', {}, { carbon: { rule: 'window', capG: 99 } }],
  ['deadline', {}, { earliestStart: toIso(NOW + 86_400_000 - HOUR + 1) }],
]

test.each(unfit)('“%s” excludes a node, counted once', (reason, node, spec) => {
  expect(plan([fakeNode('a', 'GB', node)], signals(fakeSignal('GB', [100, 100])), spec)).toMatchObject({ plan: null, excluded: { [reason]: 1 }, nodes: 1 })
})

test('a carbon cap that the cleanest window meets is met', () => {
  expect(plan([fakeNode('a', 'GB')], signals(fakeSignal('GB', [100, 100, 40, 40])), { carbon: { rule: 'window', capG: 40 } }).plan?.expectedGrams).toBe(40)
})

test('a zone without data takes no jobs, and marginal or price signals are no data', () => {
  const node = fakeNode('a', 'GB')
  for (const known of [
    signals(),
    signals(fakeSignal('GB', [null, null])),
    signals(fakeSignal('GB', [1, 1], { kind: 'marginal' })),
    signals(fakeSignal('GB', [1, 1], { kind: 'price', unit: 'minor/kWh', basis: null })),
  ]) {
    expect(plan([node], known)).toMatchObject({ plan: null, excluded: { 'no-signal': 1 } })
  }
})

test('direct and life-cycle figures are never compared', () => {
  const grid = signals(fakeSignal('GB', [300, 300]), fakeSignal('FR', [10, 10], { basis: 'lifecycle' }))
  expect(plan([fakeNode('a', 'GB'), fakeNode('b', 'FR')], grid)).toMatchObject({ plan: { zone: 'GB' }, excluded: { 'no-signal': 1 } })
  expect(plan([fakeNode('b', 'FR')], grid).plan?.zone).toBe('FR')
})

test('a job longer than the forecast starts at once, on what is known', () => {
  const spec = { expected: { seconds: 7_200, watts: 1_000 }, deadline: toIso(NOW + 86_400_000) }
  expect(plan([fakeNode('a', 'GB')], signals(fakeSignal('GB', [100, 300])), spec).plan).toMatchObject({
    window: { from: toIso(NOW), to: toIso(NOW + 2 * HOUR) },
    gPerKWh: 200,
    greenest: null,
  })
})

test('the baseline is the moment of submission where the signal still knows it', () => {
  const signal = fakeSignal('GB', [])
  const points = [500, 100, 100].map((value, slot) => ({ from: toIso(NOW + (slot - 1) * HOUR), to: toIso(NOW + slot * HOUR), value, forecast: true }))
  expect(plan([fakeNode('a', 'GB')], signals({ ...signal, points }), {}, NOW - HOUR).plan?.baselineGrams).toBe(500)
  expect(plan([fakeNode('a', 'GB')], signals({ ...signal, points }), {}, NOW - 9 * HOUR).plan?.baselineGrams).toBe(100)
})

test.each([
  ['3600000', '9000000', 7_200, '7200000'],
  ['3600000', '5000000', 7_200, '5000000'],
  ['1', '5', 1, '1'],
  ['0', '5', 7_200, '0'],
])('at %s an hour and at most %s, %i s cost at most %s micro-USD', (microUsdPerHour, maxMicroUsd, wallSeconds, most) => {
  const spec = fakeSpec({ price: { microUsdPerHour, maxMicroUsd }, limits: { wallSeconds, memoryBytes: 67_108_864, outputBytes: 1_024, cpus: 1 } })
  expect(String(maxPriceMicroUsd(spec))).toBe(most)
})

const ZONES = ['GB', 'GB-01', 'GB-13', 'DE'] as const
const anyNode = fc.record({
  zone: fc.constantFrom(...ZONES),
  online: fc.boolean(),
  ready: fc.boolean(),
  busy: fc.boolean(),
  wasm: fc.boolean(),
  utilisation: fc.integer({ min: 0, max: 10 }).map((tenths) => tenths / 10),
  price: fc.option(fc.integer({ min: -10, max: 100 }), { nil: null }),
})
const anyGrid = fc.array(fc.array(fc.option(fc.integer({ min: 0, max: 600 }), { nil: null, freq: 9 }), { minLength: 1, maxLength: 10 }), {
  minLength: ZONES.length,
  maxLength: ZONES.length,
})
const anyJob = fc.record({
  minutes: fc.integer({ min: 1, max: 180 }),
  deadline: fc.integer({ min: 1, max: 360 }),
  earliest: fc.option(fc.integer({ min: -60, max: 240 }), { nil: null }),
  rule: fc.constantFrom('now', 'window'),
  capG: fc.option(fc.integer({ min: 1, max: 600 }), { nil: null }),
  zones: fc.option(fc.uniqueArray(fc.constantFrom(...ZONES), { minLength: 1 }), { nil: null }),
})

test('every plan keeps deadline, residency, cap and readiness, has the best score, and every other node is accounted for', () => {
  fc.assert(
    fc.property(fc.array(anyNode, { maxLength: 8 }), anyGrid, anyJob, (drawn, grid, job) => {
      const nodes = drawn.map(({ wasm, price, zone, ...rest }, index) =>
        fakeNode(`n${index}`, zone, { ...rest, priceMinorPerKWh: price, capabilities: { runtimes: wasm ? [{ name: 'wasm', version: '1' }] : [] } }),
      )
      const known = signals(...ZONES.map((zone, index) => fakeSignal(zone, grid[index] ?? [])))
      const spec = {
        expected: { seconds: job.minutes * 60, watts: 1_000 },
        deadline: toIso(NOW + job.deadline * 60_000),
        earliestStart: job.earliest === null ? null : toIso(NOW + job.earliest * 60_000),
        carbon: { rule: job.rule, capG: job.capG },
        zones: job.zones,
      }
      const answer = PlanAnswer.parse(plan(nodes, known, spec))
      const placed = (answer.plan ? 1 : 0) + answer.alternatives.length
      expect(placed + Object.values(answer.excluded).reduce((sum, count) => sum + (count ?? 0), 0)).toBe(nodes.length)
      if (!answer.plan) return
      const chosen = nodes.find(({ nodeId }) => nodeId === answer.plan?.nodeId)
      expect(chosen).toMatchObject({ online: true, ready: true, busy: false })
      for (const option of [answer.plan, ...answer.alternatives]) {
        expect(fromIso(option.window.to)).toBeLessThanOrEqual(NOW + job.deadline * 60_000)
        expect(fromIso(option.window.from)).toBeGreaterThanOrEqual(NOW + Math.max(0, job.earliest ?? 0) * 60_000)
        if (job.zones) expect(job.zones).toContain(option.zone)
        if (job.capG !== null) expect((option.gPerKWh * job.minutes) / 60).toBeLessThanOrEqual(job.capG + 1e-9)
        expect(option.score.total).toBeGreaterThanOrEqual(answer.plan.score.total)
      }
      const slots = slotsOf(known.get(answer.plan.zone) ?? fakeSignal('GB', []))
      expect(meanOver(slots, fromIso(answer.plan.window.from), fromIso(answer.plan.window.to))?.value).toBeCloseTo(answer.plan.gPerKWh)
    }),
    { numRuns: 500 },
  )
})

test('with nothing else to weigh, no half-hour start in any allowed zone would have been cleaner', () => {
  fc.assert(
    fc.property(anyGrid, fc.integer({ min: 1, max: 8 }), (grid, halfHours) => {
      const known = signals(...ZONES.map((zone, index) => fakeSignal(zone, grid[index] ?? [])))
      const durationMs = halfHours * HALF_HOUR_MS
      const answer = plan(
        ZONES.map((zone) => fakeNode(zone, zone)),
        known,
        { expected: { seconds: durationMs / 1_000, watts: 100 } },
      )
      const means = [...known.values()]
        .flatMap((signal) =>
          Array.from({ length: 12 }, (_, slot) => meanOver(slotsOf(signal), NOW + slot * HALF_HOUR_MS, NOW + slot * HALF_HOUR_MS + durationMs)),
        )
        .filter((mean) => mean?.coverage === 1)
      for (const mean of means) expect(answer.plan?.gPerKWh).toBeLessThanOrEqual((mean?.value ?? 0) + 1e-9)
    }),
  )
})
