import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { SimulatedEvent } from '../../../shared/contract/incident.ts'
import { Signal } from '../../../shared/contract/wire.ts'
import { meanOver, slotsOf } from '../../../shared/domain/signal.ts'
import { HALF_HOUR_MS, toIso } from '../../../shared/units.ts'
import { type MadeUp, asSimulated, describeSimulation } from './simulate.ts'

const START = Date.parse('2026-03-18T12:00:00.000Z')
const MINUTE_MS = 60_000

const signal: Signal = {
  zone: 'GB-13',
  kind: 'average',
  basis: 'direct',
  unit: 'gCO2/kWh',
  price: null,
  source: 'Test',
  origin: 'live',
  recordedOn: null,
  issuedAt: toIso(START),
  estimated: false,
  bodySha256: '0'.repeat(64),
  attribution: 'Test',
  points: [100, null, 200, 300].map((value, index) => ({
    from: toIso(START + index * HALF_HOUR_MS),
    to: toIso(START + (index + 1) * HALF_HOUR_MS),
    value,
    forecast: true,
  })),
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
  [SPIKE, [140, null, 280, 420]],
  [{ cause: 'surplus', percent: 30 }, [70, null, 140, 210]],
  [{ cause: 'curtailment', percent: 100 }, [0, null, 0, 0]],
] as const)('%j changes the values, says so first and is not live', (event, values) => {
  const simulated = asSimulated(signal, [made(event)])
  expect(simulated.points.map(({ value }) => value && Math.round(value))).toEqual(values)
  expect(simulated).toMatchObject({ source: `SIMULATED ${event.cause} on Test`, origin: 'modelled', estimated: true })
})

test.each([
  ['frequency', [made({ cause: 'frequency', hz: 49.7 })]],
  ['a stale source', [made({ cause: 'stale-source' })]],
  ['another zone', [made(SPIKE, { zone: 'DE' })]],
  ['nothing', []],
] as const)('%s leaves a signal the very same', (_, simulations) => {
  expect(asSimulated(signal, simulations)).toBe(signal)
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

test('only the time of a simulation is changed, wherever it begins and ends, and what is unknown stays unknown', () => {
  const minute = fc.integer({ min: -30, max: 150 })
  fc.assert(
    fc.property(minute, minute, fc.integer({ min: 1, max: 1_000 }), (a, b, percent) => {
      const [from, to] = [START + Math.min(a, b) * MINUTE_MS, START + (Math.max(a, b) + 1) * MINUTE_MS]
      const before = structuredClone(signal)
      const simulated = asSimulated(signal, [made({ cause: 'intensity-spike', percent }, { from, to })])
      expect(signal).toEqual(before)
      expect(Signal.parse(simulated)).toEqual(simulated)
      const [was, is] = [slotsOf(signal), slotsOf(simulated)]
      for (let at = START; at < START + 4 * HALF_HOUR_MS; at += MINUTE_MS) {
        const [old, now] = [meanOver(was, at, at), meanOver(is, at, at)]
        if (old === null) expect(now).toBeNull()
        else expect(now?.value).toBeCloseTo(old.value * (at >= from && at < to ? 1 + percent / 100 : 1), 6)
      }
    }),
  )
})
