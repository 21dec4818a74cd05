import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Plan } from '../../../shared/contract/plan.ts'
import { toIso } from '../../../shared/units.ts'
import { type Options, choosePlacement } from './moves.ts'

const NOW = Date.parse('2026-03-18T12:00:00.000Z')
const HOUR_MS = 3_600_000

const plan = (zone: string, total: number, startsIn = 0): Plan => ({
  nodeId: 'n'.repeat(43),
  zone,
  window: { from: toIso(NOW + startsIn), to: toIso(NOW + startsIn + HOUR_MS) },
  runs: [{ from: toIso(NOW + startsIn), to: toIso(NOW + startsIn + HOUR_MS) }],
  gPerKWh: total * 100,
  expectedGrams: 1,
  gramsRange: null,
  expectedMicroUsd: '1000',
  electricity: null,
  chosenBy: 'composite',
  baselineGrams: 1,
  score: { total, intensity: total, price: 0, utilisation: 0 },
  source: 'Test',
  origin: 'live',
  recordedOn: null,
  greenest: null,
})
const options = (change: Partial<Options>): Options => ({ current: plan('GB', 4), best: plan('GB', 4), stay: null, reroutes: 0, now: NOW, ...change })

test.each([
  ['nothing fits and it had a plan', { best: null }, 'hold', null],
  ['nothing fits as before', { current: null, best: null }, 'keep', null],
  ['it had no plan', { current: null }, 'place', 'GB'],
  ['the same window', {}, 'keep', 'GB'],
  ['a start that has passed while it waited', { current: plan('GB', 4, -HOUR_MS) }, 'keep', 'GB'],
  ['a later window', { best: plan('GB', 2, HOUR_MS) }, 'defer', 'GB'],
  ['a sooner window', { current: plan('GB', 4, HOUR_MS), best: plan('GB', 2) }, 'bring-forward', 'GB'],
  ['elsewhere a quarter better', { best: plan('DE', 3), stay: plan('GB', 4) }, 're-route', 'DE'],
  ['elsewhere less than a quarter better', { best: plan('DE', 3.01), stay: plan('GB', 4) }, 'keep', 'GB'],
  ['elsewhere less than a quarter better than later here', { best: plan('DE', 1.9), stay: plan('GB', 2, HOUR_MS) }, 'defer', 'GB'],
  ['elsewhere far better for the sixth time', { best: plan('DE', 1), stay: plan('GB', 4), reroutes: 5 }, 'keep', 'GB'],
  ['no way to stay', { best: plan('DE', 9), reroutes: 5 }, 're-route', 'DE'],
] as const)('%s', (_, change, action, zone) => {
  const chosen = choosePlacement(options(change))
  expect([chosen.action, chosen.plan?.zone ?? null]).toEqual([action, zone])
  expect(chosen.reason).not.toBe('')
})

test('reasons name the figures', () => {
  expect(choosePlacement(options({ best: plan('DE', 2), stay: plan('GB', 4) }))).toMatchObject({ reason: 'DE is 50 % better than GB.', reroutes: 1 })
  expect(choosePlacement(options({ best: plan('DE', 3.6), stay: plan('GB', 4) })).reason).toBe('DE is 10 % better than GB; a move takes 25 %.')
  expect(choosePlacement(options({ best: plan('GB', 2, HOUR_MS) })).reason).toBe(
    'From 2026-03-18T13:00:00.000Z on instead of 2026-03-18T12:00:00.000Z: 200 gCO2/kWh.',
  )
})

const score = fc.double({ min: 0.01, max: 5, noNaN: true })
const place = fc.record({ zone: fc.constantFrom('GB', 'DE', 'FR'), total: score, startsIn: fc.integer({ min: 0, max: 40 }).map((hours) => hours * HOUR_MS) })
const planned = place.map(({ zone, total, startsIn }) => plan(zone, total, startsIn))

test('however often it is planned again, a job that could stay is sent elsewhere five times at most, each time for a quarter', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(planned, planned), { maxLength: 60 }), (forecasts) => {
      let current = plan('GB', 3)
      let reroutes = 0
      let moves = 0
      for (const [best, here] of forecasts) {
        const stay = { ...here, zone: current.zone }
        const chosen = choosePlacement({ current, best, stay, reroutes, now: NOW })
        if (chosen.plan?.zone !== current.zone) {
          moves++
          expect(chosen.action).toBe('re-route')
          expect(best.score.total).toBeLessThanOrEqual(0.75 * stay.score.total)
        }
        expect(chosen.reroutes).toBe(moves)
        reroutes = chosen.reroutes
        current = chosen.plan ?? current
      }
      expect(moves).toBeLessThanOrEqual(5)
    }),
  )
})
