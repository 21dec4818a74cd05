import { expect, test } from 'vitest'
import { allocate } from '../allocate/allocate.ts'
import type { AllocateJob } from '../allocate/input.ts'
import { costCurve } from '../timing/cost-curve.ts'
import { hoursOf } from './arrivals.ts'
import { gaussian } from './noise.ts'
import { leastGrams } from './placement-bound.ts'
import { HOUR_MS, type Trace } from './traces.ts'

const [LENGTH, SLACK, HOURS] = [8, 24, 120]
const zones = ['A', 'B'].map(
  (zone, index): Trace => ({
    series: zone,
    zone,
    firstHour: 0,
    values: Float64Array.from(
      { length: HOURS + LENGTH + SLACK },
      (_, hour) => 200 + 60 * index + 80 * Math.cos((hour / 12) * Math.PI) + 20 * gaussian(6, index, hour),
    ),
  }),
)
const arrivals = Array.from({ length: HOURS }, (_, hour) => hour)

/** What all arrivals emit that are placed together. */
function placed(capacity: number): number {
  const pools = new Map(zones.map((zone) => [zone.zone, costCurve(hoursOf(zone, 0, HOURS + LENGTH + SLACK))]))
  const jobs = arrivals.map((arrival): AllocateJob => {
    const times = { earliest: arrival * HOUR_MS, latestEnd: (arrival + LENGTH + SLACK) * HOUR_MS, durationMs: LENGTH * HOUR_MS }
    return { id: `${arrival}`, priority: 1, places: 1, runsIn: null, pools, work: { ...times, pauses: { minRunMs: 0, restartMs: 0 }, progress: 'fresh' } }
  })
  const allocated = allocate({ jobs, pools: zones.map(({ zone }) => ({ id: zone, spans: [{ from: 0, to: Infinity, places: capacity }] })) })
  return allocated.reduce((sum, one) => sum + (one === 'capacity' ? Number.NaN : (one.cost ?? Number.NaN) * LENGTH), 0)
}

test('places that are scarce are shared at hardly more than any schedule must emit', () => {
  for (const capacity of [24, 16, 8]) {
    const found = placed(capacity)
    const least = leastGrams({ zones, arrivals, capacity, length: LENGTH, slack: SLACK }, found)
    expect(found).toBeGreaterThanOrEqual(least - 1e-6 * least)
    expect(found).toBeLessThan(1.005 * least)
  }
})
