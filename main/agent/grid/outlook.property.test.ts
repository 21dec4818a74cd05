import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CarbonRule } from '../../../shared/contract/owner-rules.ts'
import type { Reason } from '../../../shared/contract/policy.ts'
import type { Signal, Window } from '../../../shared/contract/wire.ts'
import { aSignal } from '../../../shared/domain/signal.fake.ts'
import type { Slot } from '../../../shared/domain/signal.ts'
import type { Tariff, Work } from '../../../shared/domain/tariff.ts'
import { HALF_HOUR_MS, toIso } from '../../../shared/units.ts'
import { earningRule, earningsAt } from './earning.ts'
import { carbonGate, carbonRule } from './gate.ts'
import { hoursRule } from './hours.ts'
import { OUTLOOK_MS, describeOutlook, startOutlook } from './outlook.ts'
import type { Rule } from './rule.ts'

const MINUTE = 60_000
/** The night in which London's clocks go forward lies ahead. */
const START = Date.parse('2026-03-28T12:00:00.000Z')

const signalOf = (values: readonly number[]): Signal => aSignal({ start: START, values })

/** Hours that change every so many minutes, from a moment before all others on. */
const hoursOf =
  (lengths: readonly number[]) =>
  (at: number): { allowed: boolean; until: number | null } => {
    let end = START - 60 * MINUTE
    for (const [index, length] of lengths.entries()) {
      end += length * MINUTE
      if (at < end) return { allowed: index % 2 === 1, until: end }
    }
    return { allowed: lengths.length % 2 === 1, until: null }
  }

const minutes = fc.integer({ min: 0, max: 90 })
const anyRule: fc.Arbitrary<CarbonRule> = fc.oneof(
  fc.constant<CarbonRule>({ kind: 'always' }),
  fc.constant<CarbonRule>({ kind: 'planned' }),
  fc.integer({ min: 1, max: 400 }).map((maxGPerKWh): CarbonRule => ({ kind: 'absolute', maxGPerKWh })),
  fc.integer({ min: 1, max: 100 }).map((percentile): CarbonRule => ({ kind: 'percentile', percentile })),
)
const anyWindow = fc.option(
  fc.integer({ min: -60, max: 900 }).map((from): Window => ({ from: toIso(START + from * MINUTE), to: toIso(START + (from + 60) * MINUTE) })),
)
const anySeries = fc
  .array(fc.integer({ min: -10, max: 60 }), { maxLength: 40 })
  .map((values) => values.map((value, index): Slot => ({ from: START + index * HALF_HOUR_MS, to: START + (index + 1) * HALF_HOUR_MS, value, forecast: false })))
const anyTariff: fc.Arbitrary<Tariff> = fc.oneof(
  fc.integer({ min: -5, max: 60 }).map((minorPerKWh): Tariff => ({ kind: 'flat', currency: 'GBP', usdPerUnit: 1.25, minorPerKWh })),
  fc.constant<Tariff>({ kind: 'zone', currency: 'GBP', usdPerUnit: 1.25 }),
  fc.record({ low: fc.integer({ min: -5, max: 20 }), high: fc.integer({ min: 10, max: 60 }), from: fc.integer({ min: 10, max: 23 }) }).map(
    ({ low, high, from }): Tariff => ({
      kind: 'time-of-use',
      currency: 'GBP',
      usdPerUnit: 1.25,
      timeZone: 'Europe/London',
      bands: [{ days: [1, 2, 3, 4, 5, 6, 7], from: `${from}:30`, to: '05:15', minorPerKWh: low }],
      otherwiseMinorPerKWh: high,
    }),
  ),
)
/** 1 kW for up to some hours; at 25 p/kWh an hour of it costs what 312 500 micro-USD pay. */
const anyWork: fc.Arbitrary<Work> = fc
  .record({ seconds: fc.integer({ min: 60, max: 14_400 }), perHour: fc.integer({ min: -1, max: 700_000 }) })
  .map(({ seconds, perHour }) => ({ seconds, watts: 1_000, microUsd: BigInt(Math.max(0, Math.round((perHour * seconds) / 3_600))) }))

interface World {
  readonly rule: CarbonRule
  readonly values: readonly number[]
  readonly window: Window | null
  readonly lengths: readonly number[]
  readonly earning: { readonly tariff: Tariff; readonly series: readonly Slot[]; readonly work: Work } | null
  readonly learned: number | null
  readonly begun: number
}

const anyWorld: fc.Arbitrary<World> = fc.record({
  rule: anyRule,
  values: fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 60 }),
  window: anyWindow,
  lengths: fc.array(fc.integer({ min: 1, max: 600 }), { maxLength: 8 }),
  earning: fc.option(fc.record({ tariff: anyTariff, series: anySeries, work: anyWork })),
  learned: fc.option(fc.integer({ min: 0, max: 400 })),
  begun: minutes,
})

function rulesAt({ rule, values, window, lengths, earning, learned }: World, now: number): readonly Rule[] {
  const query = { rule, signal: signalOf(values), now, maxAgeMs: 2 * 3_600_000, jobWindow: window, learned }
  return [carbonRule(query), hoursRule(hoursOf(lengths), now), ...(earning ? [earningRule({ ...earning, now })] : [])]
}

const agree = (rules: readonly Rule[], at: number): boolean => rules.every(({ against }) => against(at) === null)

test('the next start is the first minute at which every rule agrees, replayed minute by minute over what is known', () => {
  fc.assert(
    fc.property(anyWorld, (world) => {
      const now = START + world.begun * MINUTE
      const rules = rulesAt(world, now)
      let first: number | null = null
      for (let at = now; at < now + OUTLOOK_MS && first === null; at += MINUTE) if (agree(rules, at)) first = at
      expect(startOutlook(rules, now).next).toBe(first)
    }),
    { numRuns: 150 },
  )
})

test('no start outside the owner’s hours, before the window of the job, or at a loss; what is not known is never a start', () => {
  fc.assert(
    fc.property(anyWorld, (world) => {
      const now = START + world.begun * MINUTE
      const { next, reasons } = startOutlook(rulesAt(world, now), now)
      expect(next === now).toBe(reasons.length === 0)
      if (next === null) return
      expect(hoursOf(world.lengths)(next).allowed).toBe(true)
      if (world.window) expect(next).toBeGreaterThanOrEqual(Date.parse(world.window.from))
      if (world.rule.kind !== 'always') expect(next).toBeLessThan(START + world.values.length * HALF_HOUR_MS)
      if (!world.earning) return
      expect(earningsAt({ ...world.earning, now }).at(next)?.netMinor).toBeGreaterThan(0)
      const { tariff, series, work } = world.earning
      if (tariff.kind === 'zone') expect(next + work.seconds * 1_000).toBeLessThanOrEqual(series.at(-1)?.to ?? -Infinity)
    }),
    { numRuns: 300 },
  )
})

test('a gate that is asked at the moment named opens, as long as the same is said of the grid', () => {
  fc.assert(
    fc.property(anyWorld, ({ rule: any, values, window, learned, begun }) => {
      // A percentile of the hours ahead is another one in every half hour.
      const rule: CarbonRule = any.kind === 'percentile' && learned === null ? { kind: 'planned' } : any
      const now = START + begun * MINUTE
      const query = (at: number) => ({ rule, signal: { ...signalOf(values), issuedAt: toIso(at) }, now: at, maxAgeMs: 0, jobWindow: window, learned })
      const { next } = startOutlook([carbonRule(query(now))], now)
      expect(carbonGate(query(now)).open).toBe(next === now)
      if (next !== null) expect(carbonGate(query(next)).open).toBe(true)
      if (next !== null && next > now) expect(carbonGate(query(next - MINUTE)).open).toBe(false)
    }),
    { numRuns: 300 },
  )
})

const reason = (code: Reason['code']): Reason => ({ code, message: 'x', until: null })

test.each([
  [{ reasons: [], next: START }, 'Your hours, your prices and the grid allow a start now.'],
  [{ reasons: [reason('carbon')], next: START }, 'Next start, by what is known now: 2026-03-28T12:00:00.000Z.'],
  [{ reasons: [reason('schedule')], next: null }, 'There is no start in sight within the next 48 hours, as far as forecasts and prices are known.'],
  [{ reasons: [reason('schedule'), reason('grid-stale')], next: null }, 'Nobody can say when the next start is, as long as there is no fresh forecast.'],
])('an outlook in words: %j', (outlook, words) => {
  expect(describeOutlook(outlook)).toBe(words)
})
