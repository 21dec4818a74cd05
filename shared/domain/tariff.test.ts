import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Signal } from '../contract/wire.ts'
import type { Slot } from './signal.ts'
import { Tariff, costOf, describeNet, describeTariff, isPriceFor, netEarnings, priceAt, pricesOver } from './tariff.ts'

const HOUR = 3_600_000
const FLAT = Tariff.parse({ kind: 'flat', currency: 'GBP', usdPerUnit: 1.25, minorPerKWh: 25 })
const NIGHTS = Tariff.parse({
  kind: 'time-of-use',
  currency: 'GBP',
  usdPerUnit: 1.25,
  timeZone: 'Europe/London',
  bands: [
    { days: [6, 7], from: '00:00', to: '00:00', minorPerKWh: 15 },
    { days: [1, 2, 3, 4, 5, 6, 7], from: '00:30', to: '05:30', minorPerKWh: 7 },
  ],
  otherwiseMinorPerKWh: 30,
})
const over = (tariff: Tariff, from: string, hours: number, series: readonly Slot[] = []) =>
  pricesOver(tariff, series, { from: Date.parse(from), to: Date.parse(from) + hours * HOUR })

test('a tariff by weekday and hour follows local clocks, the first band that holds wins', () => {
  // Friday 23:00 to Saturday 23:00, then the Sunday on which clocks go forward.
  const prices = over(NIGHTS, '2026-03-26T23:00:00Z', 26).map(({ from, to, value }) => [(to - from) / HOUR, value])
  expect(prices).toEqual([
    [1.5, 30],
    [5, 7],
    [18.5, 30],
    [1, 15],
  ])
  const sunday = over(NIGHTS, '2026-03-29T00:00:00Z', 25)
  expect(sunday.map(({ from, to, value }) => [(to - from) / HOUR, value])).toEqual([
    [23, 15],
    [0.5, 30],
    [1.5, 7],
  ])
})

test('prices of a zone are those that are known, and nothing beside', () => {
  const at = Date.parse('2026-03-26T23:00:00Z')
  const series = [0, 1, 5].map((hour): Slot => ({ from: at + hour * HOUR, to: at + (hour + 1) * HOUR, value: hour * 10, forecast: false }))
  const zone = Tariff.parse({ kind: 'zone', currency: 'GBP' })
  const prices = over(zone, '2026-03-27T00:00:00Z', 2, series)
  expect(prices.map(({ value }) => value)).toEqual([10])
  expect([priceAt(prices, at + HOUR)?.value, priceAt(prices, at + 2 * HOUR)]).toEqual([10, null])
  expect(costOf(prices, { seconds: 3_600, watts: 1_000 }, at + HOUR)).toBeCloseTo(10)
  expect(costOf(prices, { seconds: 3_601, watts: 1_000 }, at + HOUR)).toBeNull()
})

test.each([
  [{}, true],
  [{ price: { currency: 'EUR', market: 'retail' } }, false],
  [{ price: { currency: 'GBP', market: 'wholesale' } }, false],
  [{ kind: 'average', unit: 'gCO2/kWh', price: null }, false],
])('what a household pays in its own currency is its price, and nothing else: %j', (change, isPrice) => {
  const signal = { kind: 'price', unit: 'minor/kWh', price: { currency: 'GBP', market: 'retail' }, ...change } as unknown as Signal
  expect(isPriceFor(signal, FLAT)).toBe(isPrice)
})

test.each([
  { kind: 'flat', currency: 'pounds', minorPerKWh: 20 },
  { kind: 'flat', currency: 'GBP', minorPerKWh: Infinity },
  { kind: 'flat', currency: 'GBP', minorPerKWh: 20, usdPerUnit: 0 },
  { kind: 'time-of-use', currency: 'GBP', timeZone: 'Mars/Olympus', bands: [], otherwiseMinorPerKWh: 1 },
])('refuses nonsense: %j', (tariff) => {
  expect(Tariff.safeParse(tariff).success).toBe(false)
})

const work = (perHourUsd: number, watts = 400, seconds = 1_800) => ({ seconds, watts, microUsd: BigInt(Math.round((perHourUsd * 1e6 * seconds) / 3_600)) })

test('what is left is the pay less the electricity, in the owner’s currency', () => {
  const at = Date.parse('2026-03-26T23:00:00Z')
  const net = netEarnings(FLAT, over(FLAT, '2026-03-26T23:00:00Z', 1), { work: work(0.25), from: at })
  // 0.125 USD are 10 p; half an hour at 400 W is 0.2 kWh at 25 p.
  expect(net).toEqual({ payMinor: expect.closeTo(10), costMinor: expect.closeTo(5), netMinor: expect.closeTo(5) })
  expect(net && describeNet(net, 'GBP')).toBe('≈ 0.05 GBP (pay 0.10 GBP − electricity 0.05 GBP)')
  expect(netEarnings({ ...FLAT, usdPerUnit: null }, over(FLAT, '2026-03-26T23:00:00Z', 1), { work: work(0.25), from: at })).toBeNull()
})

test('tariffs read as sentences', () => {
  expect([FLAT, NIGHTS, Tariff.parse({ kind: 'zone', currency: 'EUR' })].map(describeTariff)).toEqual([
    'Your electricity costs 0.25 GBP per kWh.',
    'Your electricity costs 0.30 GBP per kWh, other prices at 2 times of the week.',
    'Your electricity costs what the half hour costs in your zone, in EUR.',
  ])
})

test('it earns exactly when an hour pays more than an hour costs, however long it takes; below a price of 0 it always does', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -50, max: 100 }),
      fc.integer({ min: 1, max: 3_000 }),
      fc.integer({ min: 1, max: 86_400 }),
      fc.integer({ min: 0, max: 2_000 }),
      (price, watts, seconds, milliUsd) => {
        const tariff = { ...FLAT, kind: 'flat', minorPerKWh: price, usdPerUnit: 1 } as const
        const job = { seconds, watts, microUsd: BigInt(milliUsd) * 1_000n * BigInt(seconds) }
        const net = netEarnings(tariff, pricesOver(tariff, [], { from: 0, to: 86_400_000 }), { work: job, from: 0 })
        const perHour = (milliUsd / 10) * 3_600 - (watts / 1_000) * price
        if (!net) throw new Error('all is known')
        if (Math.abs(perHour) > 1e-6) expect(Math.sign(net.netMinor)).toBe(Math.sign(perHour))
        if (price < 0) expect(net.netMinor).toBeGreaterThan(0)
        expect(net.netMinor).toBeCloseTo(net.payMinor - net.costMinor, 6)
      },
    ),
  )
})

test('a run over several prices costs the sum of its parts', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 96 * 30 }), fc.integer({ min: 60, max: 80_000 }), fc.integer({ min: 1, max: 79_999 }), (minute, seconds, cut) => {
      const from = Date.parse('2026-10-24T00:00:00Z') + minute * 60_000
      const first = Math.min(cut, seconds - 1)
      const prices = pricesOver(NIGHTS, [], { from, to: from + seconds * 1_000 })
      const cost = (at: number, length: number) => costOf(prices, { seconds: length, watts: 300 }, at) ?? NaN
      expect(cost(from, first) + cost(from + first * 1_000, seconds - first)).toBeCloseTo(cost(from, seconds), 6)
    }),
  )
})
