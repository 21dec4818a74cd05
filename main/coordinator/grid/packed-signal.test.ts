import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Signal, SignalPoint } from '../../../shared/contract/wire.ts'
import { toIso } from '../../../shared/units.ts'
import { packSignal, unpackLabel, unpackSignal } from './packed-signal.ts'

const START = Date.parse('2026-03-29T00:00:00.000Z')
const LABEL: Omit<Signal, 'points'> = {
  zone: 'GB',
  kind: 'price',
  basis: null,
  unit: 'minor/kWh',
  price: { currency: 'GBP', market: 'retail' },
  source: 'A provider',
  origin: 'live',
  recordedOn: null,
  issuedAt: toIso(START),
  estimated: true,
  bodySha256: 'a'.repeat(64),
  attribution: 'Somebody',
}

const slots = fc.array(
  fc.record({
    gapMs: fc.constantFrom(0, 0, 0, 900_000, 1),
    stepMs: fc.constantFrom(1_800_000, 1_800_000, 900_000, 3_600_000, 7),
    value: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)),
    forecast: fc.boolean(),
  }),
  { maxLength: 30 },
)

test('whatever its slots are like, a signal comes back as it was', () => {
  fc.assert(
    fc.property(slots, (given) => {
      let at = START
      const points = given.map(({ gapMs, stepMs, value, forecast }): SignalPoint => {
        const from = at + gapMs
        at = from + stepMs
        return { from: toIso(from), to: toIso(at), value, forecast }
      })
      const text = packSignal({ ...LABEL, points })
      expect(unpackSignal(text)).toEqual({ ...LABEL, points })
      expect(unpackLabel(text)).toEqual(LABEL)
    }),
  )
})

test('three days of half hours take a tenth of the space', () => {
  const points = Array.from({ length: 144 }, (_, index) => ({
    from: toIso(START + index * 1_800_000),
    to: toIso(START + (index + 1) * 1_800_000),
    value: 123.4,
    forecast: index > 48,
  }))
  expect(packSignal({ ...LABEL, points }).length).toBeLessThan(JSON.stringify({ ...LABEL, points }).length / 8)
})
