import { expect, test } from 'vitest'
import type { Signal } from '../../../shared/contract/wire.ts'
import { HALF_HOUR_MS, toIso } from '../../../shared/units.ts'
import { curtailmentIn, surplusIn } from './surplus.ts'

const NOW = Date.parse('2026-03-18T12:00:00.000Z')
const iso = (slot: number): string => toIso(NOW + slot * HALF_HOUR_MS)

/** Half hours from now on; the first two are known, the rest is forecast. */
const signal = (kind: 'renewableShare' | 'price', values: readonly (number | null)[], market: 'wholesale' | 'retail' = 'wholesale'): Signal => ({
  zone: 'DE',
  kind,
  basis: null,
  unit: kind === 'price' ? 'minor/kWh' : '%',
  price: kind === 'price' ? { currency: 'EUR', market } : null,
  source: `the ${kind}`,
  origin: 'live',
  recordedOn: null,
  issuedAt: iso(0),
  estimated: false,
  bodySha256: '0'.repeat(64),
  attribution: 'Somebody',
  points: values.map((value, index) => ({ from: iso(index), to: iso(index + 1), value, forecast: index >= 2 })),
})

test('renewables above 70 % of demand are a surplus for as long as it lasts, not at 70 %', () => {
  expect(surplusIn(signal('renewableShare', [70, 71, 91, 60, null, 105]))).toEqual([
    { kind: 'surplus', from: iso(1), to: iso(3), share: 81, forecast: true, evidence: 'the renewableShare' },
    { kind: 'surplus', from: iso(5), to: iso(6), share: 105, forecast: true, evidence: 'the renewableShare' },
  ])
  expect(surplusIn(signal('renewableShare', [80]))).toMatchObject([{ forecast: false }])
})

test('a negative wholesale price with mostly renewables is read as curtailment, and says that it is inferred', () => {
  const share = signal('renewableShare', [60, 60, 40, 60])
  expect(curtailmentIn(share, signal('price', [-1, 0, -1, -5]))).toEqual([
    {
      kind: 'curtailment',
      from: iso(0),
      to: iso(1),
      share: 60,
      forecast: false,
      evidence: expect.stringMatching(/^inferred from a negative price \(the price\)/),
    },
    expect.objectContaining({ from: iso(3), to: iso(4), forecast: true }),
  ])
})

test.each([
  ['nothing known', null, null],
  ['a household price below zero', signal('renewableShare', [90]), signal('price', [-3], 'retail')],
  ['a price where the share is unknown', signal('renewableShare', [null]), signal('price', [-3])],
  ['the two mixed up', signal('price', [90]), signal('renewableShare', [-3])],
])('%s is no curtailment', (_, share, price) => {
  expect(curtailmentIn(share, price)).toEqual([])
})
