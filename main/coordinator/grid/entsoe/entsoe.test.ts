import { afterEach, beforeEach, expect, test } from 'vitest'
import { Signal, type SignalKind } from '../../../../shared/contract/wire.ts'
import { epochMs, toIso } from '../../../../shared/units.ts'
import { createFakeClock } from '../../../kernel/clock.fake.ts'
import { trialHttp } from '../provider-trial.fake.ts'
import { startFakeEntsoe } from './entsoe.fake.ts'
import { ENTSOE_MANNERS, createEntsoe } from './entsoe.ts'

const NOW = Date.parse('2026-03-18T12:10:00.000Z')
const NOON = Date.parse('2026-03-18T12:00:00.000Z')
const MIDNIGHT = Date.parse('2026-03-17T23:00:00.000Z')
const HOUR_MS = 3_600_000
const KEY = 'secret&key=1'
const { signal: abort } = new AbortController()
const KINDS = ['price', 'average', 'renewableShare', 'demand'] as const

let clock: ReturnType<typeof createFakeClock>
let fake: Awaited<ReturnType<typeof startFakeEntsoe>>

const times = (count: number, value: number): number[] => Array.from({ length: count }, () => value)

beforeEach(async () => {
  clock = createFakeClock(NOW)
  fake = await startFakeEntsoe({ now: () => clock.now(), key: KEY })
  fake.publish('price', [{ start: MIDNIGHT, step: 'PT60M', values: Array.from({ length: 24 }, (_, hour) => hour * 10) }])
  fake.publish('generation', [
    { type: 'B19', start: NOON - 4 * HOUR_MS, step: 'PT60M', values: times(4, 3_000) },
    { type: 'B04', start: NOON - 4 * HOUR_MS, step: 'PT60M', values: times(4, 1_000) },
  ])
  fake.publish('load', [{ start: NOON - 4 * HOUR_MS, step: 'PT60M', values: times(4, 2_500) }])
  fake.publish('loadForecast', [{ start: MIDNIGHT, step: 'PT60M', values: times(24, 2_000) }])
  fake.publish('windAndSolar', [
    { type: 'B16', start: MIDNIGHT, step: 'PT60M', values: times(24, 600) },
    { type: 'B19', start: MIDNIGHT, step: 'PT60M', values: times(24, 1_000) },
  ])
})
afterEach(() => fake[Symbol.asyncDispose]())

const provider = (key = KEY) => createEntsoe({ http: trialHttp(clock, ENTSOE_MANNERS), clock, key, baseUrl: fake.url })
const read = (kind: SignalKind, { zone = 'DE', from = NOON - 2 * HOUR_MS, to = NOON + 2 * HOUR_MS } = {}) => provider().read({ kind, zone, from, to }, abort)
const next = (kind: SignalKind, at: string) => toIso(provider().nextIssueAt(kind, epochMs(Date.parse(at))))
const minutes = (signal: Signal | null) => signal?.points.map(({ from, to }) => (Date.parse(to) - Date.parse(from)) / 60_000)
const known = (signal: Signal | null) => signal?.points.map(({ value }) => value)

test('a price is cents per kWh on the wholesale market, final once published', async () => {
  const signal = await read('price')
  expect(Signal.parse(signal)).toMatchObject({
    zone: 'DE',
    kind: 'price',
    basis: null,
    unit: 'minor/kWh',
    price: { currency: 'EUR', market: 'wholesale' },
    source: 'ENTSO-E day-ahead price, bidding zone 10Y1001A1001A82H',
    estimated: false,
    issuedAt: '2026-03-18T12:10:00.000Z',
  })
  expect(known(signal)).toEqual([11, 12, 13, 14])
  expect(signal?.points.every(({ forecast }) => !forecast)).toBe(true)
  const asked = new URLSearchParams(fake.requests[0]?.split('?')[1])
  expect(Object.fromEntries(asked)).toMatchObject({ documentType: 'A44', periodStart: '202603181000', periodEnd: '202603181400', securityToken: KEY })
})

test.each([
  ['DE', '10Y1001A1001A82H', '10Y1001A1001A83F'],
  ['IT', '10Y1001A1001A73I', '10YIT-GRTN-----B'],
  ['FR', '10YFR-RTE------C', '10YFR-RTE------C'],
])('%s is priced as %s and measured as %s', async (zone, price, area) => {
  await read('price', { zone })
  await read('demand', { zone })
  const asked = fake.requests.map((path) => new URLSearchParams(path.split('?')[1]))
  expect(asked[0]?.get('in_Domain')).toBe(price)
  expect(asked[0]?.get('out_Domain')).toBe(price)
  expect(asked[1]?.get('outBiddingZone_Domain')).toBe(area)
})

test('a longer past is asked for in pieces and comes as one signal', async () => {
  const start = NOON - 14 * 24 * HOUR_MS
  fake.publish('load', [{ start, step: 'PT60M', values: times(14 * 24, 2_500) }])
  const signal = await read('demand', { from: start, to: NOON })
  expect(signal?.points).toHaveLength(14 * 24)
  expect(signal?.bodySha256).toMatch(/^[0-9a-f]{64}$/)
  expect(fake.requests.map((path) => new URLSearchParams(path.split('?')[1]).get('periodStart'))).toEqual([
    '202603041200',
    '202603081200',
    '202603121200',
    '202603161200',
  ])
})

test('it serves the zones of Europe it knows, and never Great Britain', () => {
  const { serves } = provider()
  expect(['FR', 'DE', 'ES', 'PT', 'NL', 'BE', 'IT'].every((zone) => KINDS.every((kind) => serves(zone, kind)))).toBe(true)
  expect(serves('GB', 'price') || serves('DE', 'marginal') || serves('US-TEX-ERCO', 'price')).toBe(false)
})

test('a curve of type A03 carries its values forward, one of type A01 does not', async () => {
  const values = [50, 50, 50, 79.5, 79.5, -3.2, -3.2, -3.2]
  fake.publish('price', [{ start: NOON, step: 'PT15M', values, curve: 'A03' }])
  expect(known(await read('price'))).toEqual(values.map((value) => value / 10))
  fake.publish('price', [{ start: NOON, step: 'PT15M', values: [50, null, null, 79.5], curve: 'A01' }])
  expect((await read('price'))?.points.map(({ from, value }) => [from.slice(11, 16), value])).toEqual([
    ['12:00', 5],
    ['12:45', 7.95],
  ])
})

test('quarter hours, half hours and hours may stand in one answer', async () => {
  fake.publish('price', [
    { start: NOON - 2 * HOUR_MS, step: 'PT60M', values: [100, 110] },
    { start: NOON, step: 'PT30M', values: [120, 130] },
    { start: NOON + HOUR_MS, step: 'PT15M', values: [1, 2, 3, 4] },
  ])
  expect(minutes(await read('price'))).toEqual([60, 60, 30, 30, 15, 15, 15, 15])
})

test('where one time is told twice the lowest classification sequence counts, else the later', async () => {
  const start = NOON
  fake.publish('price', [
    { start, step: 'PT60M', values: [10, 20], sequence: 2 },
    { start, step: 'PT60M', values: [70, 80], sequence: 1 },
    { start, step: 'PT15M', values: times(12, 99), sequence: 3 },
  ])
  expect(known(await read('price', { to: NOON + 3 * HOUR_MS }))).toEqual([7, 8, 9.9, 9.9, 9.9, 9.9])
  fake.publish('price', [
    { start, step: 'PT60M', values: [10, 20], sequence: 1 },
    { start, step: 'PT60M', values: [70, 80] },
  ])
  expect(known(await read('price'))).toEqual([7, 8])
  fake.publish('price', [
    { start, step: 'PT60M', values: [10, 20] },
    { start, step: 'PT60M', values: [30] },
  ])
  expect(known(await read('price'))).toEqual([3, 2])
})

test.each([
  ['2026-03-29', '2026-03-28T23:00:00Z', 23],
  ['2026-10-25', '2026-10-24T22:00:00Z', 25],
])('the day of the clock change %s has the right number of hours', async (_, midnight, hours) => {
  const start = Date.parse(midnight)
  fake.publish('price', [{ start, step: 'PT60M', values: times(hours, 42) }])
  const signal = await read('price', { from: start, to: start + 26 * HOUR_MS })
  expect(signal?.points).toHaveLength(hours)
  expect(signal?.points.at(-1)?.to).toBe(toIso(start + hours * HOUR_MS))
})

test('average intensity is derived from generation, says so, and ends where generation does', async () => {
  const signal = await read('average')
  expect(Signal.parse(signal)).toMatchObject({ kind: 'average', basis: 'lifecycle', unit: 'gCO2/kWh', estimated: true, price: null })
  expect(signal?.source).toBe('ENTSO-E generation by type × IPCC life-cycle medians (2014, oil 2011), imports not counted')
  // (3 × 11 + 1 × 490) / 4
  expect(known(signal)).toEqual([130.75, 130.75])
  expect(signal?.points.at(-1)?.to).toBe('2026-03-18T12:00:00.000Z')
  expect(await read('average', { from: NOW + HOUR_MS, to: NOW + 2 * HOUR_MS })).toBeNull()
})

test('what pumps take in is not generation, and what storage gives back was counted before', async () => {
  const hours = { start: NOON - HOUR_MS, step: 'PT60M' } as const
  fake.publish('generation', [
    { ...hours, type: 'B04', values: [1_000] },
    { ...hours, type: 'B10', values: [500] },
    { ...hours, type: 'B25', values: [500] },
    { ...hours, type: 'B10', values: [9_000], consumes: true },
    { ...hours, type: 'B19', values: [9_000], consumes: true },
  ])
  expect(known(await read('average'))).toEqual([490])
})

test('renewables are percent of load, and ahead the forecast of wind and sun', async () => {
  const signal = await read('renewableShare')
  expect(Signal.parse(signal)).toMatchObject({ kind: 'renewableShare', unit: '%', estimated: true, basis: null })
  expect(signal?.points.map(({ value, forecast }) => [value, forecast])).toEqual([
    [120, false],
    [120, false],
    [80, true],
    [80, true],
  ])
})

test('without a load there is no share, and without a forecast none ahead', async () => {
  fake.publish('load', [])
  fake.publish('windAndSolar', [])
  expect(await read('renewableShare')).toBeNull()
})

test('demand is measured load, then the forecast', async () => {
  const signal = await read('demand')
  expect(Signal.parse(signal)).toMatchObject({ kind: 'demand', unit: 'MW', estimated: false })
  expect(signal?.points.map(({ value, forecast }) => [value, forecast])).toEqual([
    [2_500, false],
    [2_500, false],
    [2_000, true],
    [2_000, true],
  ])
})

test('prices are looked for after the auction, everything else every half hour', () => {
  expect(next('price', '2026-01-10T09:00:00Z')).toBe('2026-01-10T11:45:00.000Z')
  expect(next('demand', '2026-01-10T09:01:00Z')).toBe('2026-01-10T09:30:00.000Z')
})
