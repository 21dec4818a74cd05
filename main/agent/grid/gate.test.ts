import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CarbonRule } from '../../../shared/contract/owner-rules.ts'
import type { Signal, Window } from '../../../shared/contract/wire.ts'
import { aSignal } from '../../../shared/domain/signal.fake.ts'
import { HALF_HOUR_MS, toIso } from '../../../shared/units.ts'
import { type GateQuery, carbonGate, describeRule, signalState } from './gate.ts'

const NOW = Date.parse('2026-03-18T12:10:00.000Z')
const START = Date.parse('2026-03-18T12:00:00.000Z')
const HOUR = 3_600_000
const slot = (index: number): number => START + index * HALF_HOUR_MS
const span = (from: number, to: number): Window => ({ from: toIso(slot(from)), to: toIso(slot(to)) })

const signalOf = (values: readonly (number | null)[], change: Partial<Signal> = {}): Signal => aSignal({ start: START, values, change })

const ask = (rule: CarbonRule, change: Partial<GateQuery> = {}) =>
  carbonGate({ rule, signal: signalOf([300, 100, 100, 300]), now: NOW, maxAgeMs: 2 * HOUR, jobWindow: null, ...change })
const below = (maxGPerKWh: number): CarbonRule => ({ kind: 'absolute', maxGPerKWh })
const PLANNED: CarbonRule = { kind: 'planned' }
const ALWAYS: CarbonRule = { kind: 'always' }

test('a rule in grams opens at and below its limit, and else says when', () => {
  expect(ask(below(300))).toMatchObject({ open: true, reason: null, greenWindows: [span(0, 4)] })
  expect(ask(below(100))).toEqual({
    open: false,
    reason: { code: 'carbon', message: 'The grid is not green enough now.', until: span(1, 3).from },
    greenWindows: [span(1, 3)],
  })
  expect(ask(below(99))).toMatchObject({
    open: false,
    reason: { code: 'carbon', until: null, message: expect.stringContaining('No green window') },
    greenWindows: [],
  })
})

test.each([
  [10, 12, false],
  [50, 0, false],
  [51, 0, true],
  [50, 30, true],
  [50, 90, true],
  [100, 0, true],
])('at percentile %i, %i minutes on, open is %s', (percentile, minutes, open) => {
  expect(ask({ kind: 'percentile', percentile }, { now: START + minutes * 60_000 }).open).toBe(open)
})

test('a percentile is taken of the hours ahead, not of those gone by', () => {
  const signal = signalOf([10, 10, 10, 200, 300])
  expect(ask({ kind: 'percentile', percentile: 50 }, { signal, now: slot(3) }).open).toBe(true)
})

test('once the last 30 days are known, a percentile is taken of them and the hours ahead no longer count', () => {
  const half = { kind: 'percentile', percentile: 50 } as const
  expect(ask(half, { learned: 299 })).toMatchObject({ open: false, reason: { code: 'carbon', until: span(1, 3).from } })
  expect(ask(half, { learned: 300 })).toMatchObject({ open: true, greenWindows: [span(0, 4)] })
})

test('sunshine that covers the job is as good as a green grid, but changes neither its window nor what old data mean', () => {
  expect(ask(below(99), { sunny: true })).toMatchObject({ open: true, reason: null })
  expect(ask(below(99), { sunny: true, jobWindow: span(2, 3) }).reason?.message).toContain('The job waits for its planned window.')
  expect(ask(below(99), { sunny: true, signal: null }).reason?.code).toBe('grid-stale')
})

test('a planned job waits for its window, whatever the owner allows', () => {
  for (const rule of [PLANNED, ALWAYS, below(999)]) {
    expect(ask(rule, { jobWindow: span(2, 3) })).toMatchObject({
      open: false,
      reason: { code: 'carbon', message: 'The job waits for its planned window.', until: span(2, 3).from },
    })
    expect(ask(rule, { jobWindow: span(2, 3), now: slot(2) }).open).toBe(true)
  }
})

test('a window that was missed does not lock the job out', () => {
  expect(ask(PLANNED, { jobWindow: span(0, 1), now: slot(3), signal: signalOf([1, 1, 1, 1]) }).open).toBe(true)
})

test('the owner’s limit holds inside the planned window too', () => {
  expect(ask(below(100), { jobWindow: span(0, 1) })).toMatchObject({ open: false, reason: { until: span(1, 3).from } })
  expect(ask(below(100), { jobWindow: span(2, 3) }).reason?.until).toBe(span(2, 3).from)
  expect(ask(below(100), { jobWindow: span(3, 4) }).reason?.until).toBeNull()
})

test('without a job the planned rule holds nothing back', () => {
  expect(ask(PLANNED)).toEqual({ open: true, reason: null, greenWindows: [] })
})

test.each<[string, Signal | null, 'fresh' | 'stale' | 'missing']>([
  ['none', null, 'missing'],
  ['fresh', signalOf([1]), 'fresh'],
  ['two hours old', signalOf([1], { issuedAt: toIso(NOW - 2 * HOUR) }), 'fresh'],
  ['older than that', signalOf([1], { issuedAt: toIso(NOW - 2 * HOUR - 1) }), 'stale'],
  ['from the far future', signalOf([1], { issuedAt: toIso(NOW + 3 * HOUR) }), 'stale'],
  ['ending before now', signalOf([1], { points: signalOf([1]).points.map((point) => ({ ...point, to: toIso(NOW) })) }), 'stale'],
  ['silent about now', signalOf([null, 1]), 'stale'],
  [
    'a recording of two years ago that knows now',
    signalOf([1], { origin: 'recorded', recordedOn: '2024-03-18/19', issuedAt: '2024-03-18T00:00:00.000Z' }),
    'fresh',
  ],
  ['a recording that does not know now', signalOf([null], { origin: 'recorded' }), 'stale'],
  ['a model', signalOf([1], { origin: 'modelled', issuedAt: '2026-01-01T00:00:00.000Z' }), 'fresh'],
  ['marginal', signalOf([1], { kind: 'marginal' }), 'missing'],
  ['a price', signalOf([1], { kind: 'price', unit: 'minor/kWh', basis: null }), 'missing'],
])('a signal that is %s', (_, signal, state) => {
  expect(signalState(signal, NOW, 2 * HOUR)).toBe(state)
})

test('rules read as sentences', () => {
  const percentile = { kind: 'percentile', percentile: 30 } as const
  expect([ALWAYS, PLANNED, below(120), percentile].map((rule) => describeRule(rule, false))).toEqual([
    'Runs at any time.',
    'Runs in the window planned for each job.',
    'Runs at or below 120 gCO2/kWh.',
    'Runs in the cleanest 30% of the hours ahead, until 7 of the last 30 days are known here.',
  ])
  expect(describeRule(percentile, true)).toBe('Runs when power is as clean as in the cleanest 30% of the last 30 days.')
})

const anyRule: fc.Arbitrary<CarbonRule> = fc.oneof(
  fc.constant(ALWAYS),
  fc.constant(PLANNED),
  fc.integer({ min: 0, max: 600 }).map(below),
  fc.integer({ min: 0, max: 100 }).map((percentile) => ({ kind: 'percentile', percentile }) as const),
)
const anySignal = fc.option(
  fc
    .tuple(
      fc.array(fc.option(fc.integer({ min: 0, max: 600 }), { nil: null, freq: 4 }), { maxLength: 8 }),
      fc.integer({ min: -5, max: 5 }),
      fc.constantFrom('live', 'recorded', 'modelled'),
    )
    .map(([values, hours, origin]) => signalOf(values, { issuedAt: toIso(NOW + hours * HOUR), origin })),
  { nil: null, freq: 6 },
)
const anyWindow = fc.option(
  fc.tuple(fc.integer({ min: -2, max: 8 }), fc.integer({ min: 1, max: 4 })).map(([from, length]) => span(from, from + length)),
  { nil: null },
)

test('closed whenever data is stale or missing, unless the rule is “always”; an open gate has no reason and a closed one has', () => {
  fc.assert(
    fc.property(anyRule, anySignal, anyWindow, fc.integer({ min: 0, max: 240 }), (rule, signal, jobWindow, minutes) => {
      const now = START + minutes * 60_000
      const gate = carbonGate({ rule, signal, now, maxAgeMs: 2 * HOUR, jobWindow })
      const state = signalState(signal, now, 2 * HOUR)
      if (rule.kind !== 'always' && state !== 'fresh') expect(gate).toMatchObject({ open: false, reason: { code: 'grid-stale' } })
      expect(gate.open).toBe(gate.reason === null)
      if (jobWindow && now < Date.parse(jobWindow.from)) expect(gate.open).toBe(false)
      if (rule.kind === 'absolute' && gate.open)
        expect(signal?.points.find(({ from, to }) => Date.parse(from) <= now && now < Date.parse(to))?.value).toBeLessThanOrEqual(rule.maxGPerKWh)
    }),
    { numRuns: 500 },
  )
})

test('the gate opens at the moment it names, and not before', () => {
  const known = fc.array(fc.integer({ min: 0, max: 600 }), { minLength: 3, maxLength: 8 }).map((values) => signalOf(values, { origin: 'recorded' }))
  fc.assert(
    fc.property(
      fc.oneof(fc.constant(PLANNED), fc.constant(ALWAYS), fc.integer({ min: 0, max: 600 }).map(below)),
      known,
      anyWindow,
      (rule, signal, jobWindow) => {
        const at = (now: number) => carbonGate({ rule, signal, now, maxAgeMs: 0, jobWindow })
        const { reason } = at(NOW)
        if (reason?.code !== 'carbon' || reason.until === null) return
        const until = Date.parse(reason.until)
        expect(until).toBeGreaterThan(NOW)
        expect(at(until - 1).open).toBe(false)
        const then = at(until)
        expect(then.open || then.reason?.code === 'grid-stale').toBe(true)
      },
    ),
    { numRuns: 500 },
  )
})
