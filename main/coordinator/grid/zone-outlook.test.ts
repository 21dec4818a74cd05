import { expect, test } from 'vitest'
import type { Signal } from '../../../shared/contract/wire.ts'
import { toIso } from '../../../shared/units.ts'
import { STALE_AFTER_MS, zoneOutlook } from './zone-outlook.ts'

const HOUR = 3_600_000
const NOW = Date.parse('2026-11-21T12:00:00.000Z')

const signal = (changes: Partial<Signal> = {}): Signal => ({
  zone: 'GB-13',
  kind: 'average',
  basis: 'direct',
  unit: 'gCO2/kWh',
  price: null,
  source: 'a provider',
  origin: 'live',
  recordedOn: null,
  issuedAt: toIso(NOW - 240_000),
  estimated: false,
  bodySha256: 'a'.repeat(64),
  attribution: 'a provider',
  points: [0, 6].map((hours) => ({ from: toIso(NOW + hours * HOUR), to: toIso(NOW + (hours + 1) * HOUR), value: 148 - hours, forecast: hours > 0 })),
  ...changes,
})

test('a zone says what it is like now and in six hours, how that is known, and how old it is', () => {
  expect(zoneOutlook({ average: signal(), reason: null, price: null }, NOW)).toMatchObject({
    state: 'fresh',
    now: { gPerKWh: 148, forecast: false },
    inSixHours: { gPerKWh: 142, forecast: true },
    origin: 'live',
    ageSeconds: 240,
    price: null,
  })
})

test('what nobody has renewed is stale, a recording is as old as it says, and of nothing the reason is told', () => {
  const old = { issuedAt: toIso(NOW - STALE_AFTER_MS - 1) }
  expect(zoneOutlook({ average: signal(old), reason: null, price: null }, NOW)).toMatchObject({ state: 'stale', reason: expect.stringContaining('a provider') })
  expect(zoneOutlook({ average: signal({ ...old, origin: 'recorded' }), reason: null, price: null }, NOW).state).toBe('fresh')
  expect(zoneOutlook({ average: signal({ points: [] }), reason: null, price: null }, NOW)).toMatchObject({ state: 'stale', now: null })
  expect(zoneOutlook({ average: null, reason: 'The source is away.', price: null }, NOW)).toMatchObject({ state: 'missing', reason: 'The source is away.' })
})

test('a price is that of now, in its currency', () => {
  const price = signal({ kind: 'price', basis: null, unit: 'minor/kWh', price: { currency: 'EUR', market: 'wholesale' } })
  expect(zoneOutlook({ average: null, reason: null, price }, NOW).price).toEqual({ minorPerKWh: 148, currency: 'EUR', market: 'wholesale' })
})
