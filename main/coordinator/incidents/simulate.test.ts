import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { SimulatedEvent } from '../../../shared/contract/incident.ts'
import { HALF_HOUR_MS } from '../../../shared/units.ts'
import type { ZoneOutlook } from '../planner/input.ts'
import { type MadeUp, asSimulated, describeSimulation } from './simulate.ts'

const START = Date.parse('2026-03-18T12:00:00.000Z')
const MINUTE_MS = 60_000
const halfHour = (index: number) => ({ from: START + index * HALF_HOUR_MS, to: START + (index + 1) * HALF_HOUR_MS })

const outlook: ZoneOutlook = {
  zone: 'GB-13',
  basis: 'direct',
  source: 'Test',
  origin: 'live',
  recordedOn: null,
  price: null,
  // The second half hour is unknown, the fourth has no range.
  intensity: [
    { ...halfHour(0), value: 100, low: 90, high: 110 },
    { ...halfHour(2), value: 200, low: 150, high: 300 },
    { ...halfHour(3), value: 300, low: null, high: null },
  ],
}
const made = (event: SimulatedEvent, change: Partial<MadeUp> = {}): MadeUp => ({
  simulationId: 'simulation-1',
  zone: 'GB-13',
  event,
  from: START,
  to: START + 4 * HALF_HOUR_MS,
  madeBy: 'owner',
  ...change,
})
const SPIKE = { cause: 'intensity-spike', percent: 40 } as const

test.each([
  [SPIKE, [140, 126, 154, 280, 210, 420, 420, null, null]],
  [{ cause: 'surplus', percent: 30 }, [70, 63, 77, 140, 105, 210, 210, null, null]],
  [{ cause: 'curtailment', percent: 100 }, [0, 0, 0, 0, 0, 0, 0, null, null]],
] as const)('%j changes the values, says so first and is not live', (event, values) => {
  const simulated = asSimulated(outlook, [made(event)])
  expect(simulated.intensity.flatMap(({ value, low, high }) => [value, low, high].map((number) => number && Math.round(number)))).toEqual(values)
  expect(simulated).toMatchObject({ source: `SIMULATED ${event.cause} on Test`, origin: 'modelled' })
})

test.each([
  ['frequency', [made({ cause: 'frequency', hz: 49.7 })]],
  ['a stale source', [made({ cause: 'stale-source' })]],
  ['another zone', [made(SPIKE, { zone: 'DE' })]],
  ['nothing', []],
] as const)('%s leaves an outlook the very same', (_, simulations) => {
  expect(asSimulated(outlook, simulations)).toBe(outlook)
})

test('every event is called simulated in words', () => {
  const events: SimulatedEvent[] = [
    SPIKE,
    { cause: 'surplus', percent: 1 },
    { cause: 'curtailment', percent: 1 },
    { cause: 'frequency', hz: 49.7 },
    { cause: 'stale-source' },
  ]
  for (const event of events) expect(describeSimulation(made(event))).toMatch(/^SIMULATED in GB-13: .+, until 2026-03-18T14:00:00.000Z\.$/)
})

const valueAt = ({ intensity }: ZoneOutlook, at: number) => intensity.find((slot) => slot.from <= at && at < slot.to) ?? null

test('only the time of a simulation is changed, wherever it begins and ends, and what is unknown stays unknown', () => {
  const minute = fc.integer({ min: -30, max: 150 })
  fc.assert(
    fc.property(minute, minute, fc.integer({ min: 1, max: 1_000 }), (a, b, percent) => {
      const [from, to] = [START + Math.min(a, b) * MINUTE_MS, START + (Math.max(a, b) + 1) * MINUTE_MS]
      const before = structuredClone(outlook)
      const simulated = asSimulated(outlook, [made({ cause: 'intensity-spike', percent }, { from, to })])
      expect(outlook).toEqual(before)
      for (let at = START; at < START + 4 * HALF_HOUR_MS; at += MINUTE_MS) {
        const [old, now] = [valueAt(outlook, at), valueAt(simulated, at)]
        if (old === null) expect(now).toBeNull()
        else expect(now?.value).toBeCloseTo(old.value * (at >= from && at < to ? 1 + percent / 100 : 1), 6)
      }
    }),
  )
})
