import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { HALF_HOUR_MS, toIso } from '../../../shared/units.ts'
import { planJobs } from './plan.ts'
import { NOW, answerTo, fakeJob, fakeNode, fakeOutlook, fakePrice } from './planner.fake.ts'

const ZONES = ['GB', 'GB-01', 'DE'] as const
const SLOTS = 12
const anyValues = (top: number) => fc.array(fc.integer({ min: 1, max: top }), { minLength: SLOTS, maxLength: SLOTS })
const anyZones = fc.tuple(...ZONES.map(() => fc.record({ grams: anyValues(600), prices: anyValues(90) })))
const nodes = ZONES.map((zone) => fakeNode(zone, zone))

test('with nothing else to weigh, no half-hour start in any zone would have been cleaner', () => {
  fc.assert(
    fc.property(anyZones, fc.integer({ min: 1, max: 8 }), (drawn, halfHours) => {
      const zones = ZONES.map((zone, index) => fakeOutlook(zone, drawn[index]?.grams ?? []))
      const { plan } = answerTo({ nodes, zones }, { expected: { seconds: halfHours * 1_800, watts: 100 } })
      for (const { grams } of drawn)
        for (let start = 0; start + halfHours <= SLOTS; start += 1) {
          const mean = grams.slice(start, start + halfHours).reduce((sum, value) => sum + value, 0) / halfHours
          // A wait on a forecast has to promise 0.3 %.
          expect(plan?.gPerKWh).toBeLessThanOrEqual(mean * 1.00301)
        }
    }),
  )
})

test('the more carbon counts against cost, the less carbon and the more cost', () => {
  fc.assert(
    fc.property(anyZones, fc.integer({ min: 1, max: 6 }), (drawn, halfHours) => {
      const zones = ZONES.map((zone, index) => fakeOutlook(zone, drawn[index]?.grams ?? [], { price: fakePrice(drawn[index]?.prices ?? []) }))
      const seen = [0, 1, 3, 10].map((cost) => {
        const spec = { expected: { seconds: halfHours * 1_800, watts: 1_000 }, objective: { carbon: 1, cost, time: 0 }, checkpoints: true, interruptible: {} }
        return answerTo({ nodes, zones }, spec).plan
      })
      for (const [index, plan] of seen.entries()) {
        const before = seen[index - 1]
        if (!plan || !before) continue
        expect(plan.gPerKWh).toBeGreaterThanOrEqual(before.gPerKWh - 1e-6)
        expect(plan.electricity?.minorPerKWh).toBeLessThanOrEqual((before.electricity?.minorPerKWh ?? 0) + 1e-6)
      }
    }),
    { numRuns: 100 },
  )
})

/** The least mean intensity of all ways to give each job its own half hours of one node. */
function leastOf(jobs: readonly number[], nodes: readonly (readonly number[])[]): number {
  const [length, ...others] = jobs
  if (length === undefined) return 0
  let least = Infinity
  for (const [index, values] of nodes.entries())
    for (let start = 0; start + length <= values.length; start += 1) {
      const own = values.slice(start, start + length)
      if (own.includes(Infinity)) continue
      const left = nodes.map((slots, other) =>
        other === index ? slots.map((value, slot) => (slot >= start && slot < start + length ? Infinity : value)) : slots,
      )
      least = Math.min(least, own.reduce((sum, value) => sum + value, 0) + leastOf(others, left))
    }
  return least
}

test('few jobs on few nodes are placed as well as trying everything would', () => {
  const anySmall = fc.record({
    grids: fc.array(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 8, maxLength: 8 }), { minLength: 2, maxLength: 3 }),
    lengths: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 2, maxLength: 3 }),
  })
  let [ours, best] = [0, 0]
  fc.assert(
    fc.property(anySmall, ({ grids, lengths }) => {
      const jobs = lengths.map((length, index) =>
        fakeJob(`j${index}`, { expected: { seconds: length * 1_800, watts: 2_000 }, deadline: toIso(NOW + 8 * HALF_HOUR_MS + 600_000) }),
      )
      const zones = grids.map((values, index) => fakeOutlook(ZONES[index] ?? 'FR', values))
      const outcome = planJobs({ now: NOW, jobs, zones, nodes: zones.map(({ zone }) => fakeNode(zone, zone)) })
      const grams = outcome.reduce((sum, { answer: { plan } }) => sum + (plan?.expectedGrams ?? Infinity), 0)
      const least = leastOf(lengths, grids)
      ours += grams
      best += least
      expect(grams).toBeLessThanOrEqual(1.25 * least)
    }),
    { numRuns: 60, seed: 6 },
  )
  expect(ours).toBeLessThanOrEqual(1.01 * best)
})
