import { afterEach, beforeEach, expect, test } from 'vitest'
import { Signal } from '../../../../shared/contract/wire.ts'
import { gbZone } from '../../../../shared/domain/zones.ts'
import { HALF_HOUR_MS, epochMs, toIso } from '../../../../shared/units.ts'
import { createFakeClock } from '../../../kernel/clock.fake.ts'
import { ANSWERED_FAULTS, failureOf, trialHttp } from '../provider-trial.fake.ts'
import { octopusLetter, zoneOfGroup } from './octopus-zones.ts'
import { startFakeOctopus } from './octopus.fake.ts'
import { OCTOPUS_MANNERS, createOctopus } from './octopus.ts'

const NOW = Date.parse('2026-03-18T15:10:00.000Z')
const MIDNIGHT = Date.parse('2026-03-19T00:00:00.000Z')
const DAY_MS = 86_400_000
const { signal: abort } = new AbortController()

let publishedTo: number
let clock: ReturnType<typeof createFakeClock>
let fake: Awaited<ReturnType<typeof startFakeOctopus>>

const halfHourOfDay = (at: number): number => (at / HALF_HOUR_MS) % 48
const priceAt = (letter: string, at: number): number => letter.charCodeAt(0) - 64 + halfHourOfDay(at) / 10

beforeEach(async () => {
  publishedTo = MIDNIGHT
  clock = createFakeClock(NOW)
  fake = await startFakeOctopus({ now: () => clock.now(), publishedTo: () => publishedTo, priceAt })
})
afterEach(() => fake[Symbol.asyncDispose]())

const octopus = () => createOctopus({ http: trialHttp(clock, { ...OCTOPUS_MANNERS, quotas: [] }), clock, baseUrl: fake.url })
const price = (from: number, to: number, zone = 'GB-13') => octopus().read({ kind: 'price', zone, from, to }, abort)

test('prices of a region are pence per kWh that a household pays, final, in order of time', async () => {
  const signal = await price(NOW, NOW + DAY_MS)
  expect(Signal.parse(signal)).toMatchObject({
    zone: 'GB-13',
    kind: 'price',
    basis: null,
    unit: 'minor/kWh',
    price: { currency: 'GBP', market: 'retail' },
    source: 'Octopus Energy, AGILE-24-10-01, region C, with VAT',
    origin: 'live',
    estimated: false,
    issuedAt: toIso(clock.now()),
  })
  expect(signal?.points[0]).toEqual({ from: '2026-03-18T15:00:00.000Z', to: '2026-03-18T15:30:00.000Z', value: 6, forecast: false })
  expect(signal?.points.at(-1)?.to).toBe('2026-03-19T00:00:00.000Z')
  expect(signal?.points).toHaveLength(18)
})

test('the fourteen regions each have their own letter, and nothing else has a price', async () => {
  const zones = Array.from({ length: 14 }, (_, index) => gbZone(index + 1))
  expect(zones.map(octopusLetter).join('')).toBe('PNGFMDKEBALHCJ')
  expect(zones.map((zone) => zoneOfGroup(`_${octopusLetter(zone)}`))).toEqual(zones)
  for (const zone of zones) expect((await price(NOW, NOW + 1, zone))?.source).toContain(`region ${octopusLetter(zone)}`)
  expect(['GB', 'GB-15', 'GB-17', 'FR'].some((zone) => octopus().serves(zone, 'price'))).toBe(false)
  expect(octopus().serves('GB-01', 'average')).toBe(false)
  expect(await price(NOW, NOW + DAY_MS, 'GB')).toBeNull()
})

test.each([
  ['2021-06-01', 'AGILE-18-02-21'],
  ['2023-06-01', 'AGILE-FLEX-22-11-25'],
  ['2024-11-01', 'AGILE-24-10-01'],
  ['2026-03-18', 'AGILE-24-10-01'],
  ['2022-09-01', null],
])('on %s the product sold is %s, never one for export', async (day, code) => {
  expect(await octopus().productAt(Date.parse(day), abort)).toBe(code)
})

test('which product is sold is asked once a day', async () => {
  const client = octopus()
  await client.productAt(NOW, abort)
  const asked = fake.requests.length
  await client.productAt(NOW + 3_600_000, abort)
  expect(fake.requests).toHaveLength(asked)
  await client.productAt(NOW + DAY_MS, abort)
  expect(fake.requests.length).toBeGreaterThan(asked)
})

test('before tomorrow is published the answer just ends, and later it goes on', async () => {
  expect(await price(MIDNIGHT, MIDNIGHT + DAY_MS)).toBeNull()
  publishedTo = MIDNIGHT + 23 * 3_600_000
  expect((await price(MIDNIGHT, MIDNIGHT + DAY_MS))?.points).toHaveLength(46)
})

test('times are sent in UTC and no address in an answer is followed', async () => {
  publishedTo = NOW
  const signal = await price(NOW - 40 * DAY_MS, NOW)
  expect(signal?.points).toHaveLength(40 * 48 + 1)
  const rates = fake.requests.filter((path) => path.includes('standard-unit-rates'))
  expect(rates).toHaveLength(2)
  expect(rates[0]).toContain('period_from=2026-02-06T15:10:00.000Z&period_to=2026-03-18T15:10:00.000Z&page_size=1500')
  expect(rates[1]).toMatch(/&page=2$/)
})

test.each([
  ['2026-03-29', '2026-03-29T00:00:00Z', 46],
  ['2026-10-25', '2026-10-24T23:00:00Z', 50],
])('the day of the clock change %s has the right number of half hours', async (_, midnight, slots) => {
  const from = Date.parse(midnight)
  publishedTo = from + slots * HALF_HOUR_MS
  const signal = await price(from, publishedTo)
  expect(signal?.points).toHaveLength(slots)
  expect(signal?.points.every(({ from: start }, index, all) => index === 0 || start === all[index - 1]?.to)).toBe(true)
})

test('negative prices and the cap arrive as they are', async () => {
  await fake[Symbol.asyncDispose]()
  fake = await startFakeOctopus({ now: () => NOW, publishedTo: () => MIDNIGHT, priceAt: (_, at) => (halfHourOfDay(at) % 2 === 0 ? -12.34 : 100) })
  expect((await price(NOW, NOW + HALF_HOUR_MS))?.points.map(({ value }) => value)).toEqual([-12.34, 100])
})

test('what direct debit pays counts, once; a rate without an end does not', async () => {
  for (const [fault, slots] of [
    ['two-ways-to-pay', 18],
    ['repeated', 18],
    ['open-ended', 17],
  ] as const) {
    fake.playOwn(fault)
    const signal = await price(NOW, NOW + DAY_MS)
    expect(signal?.points).toHaveLength(slots)
    expect(signal?.points[0]?.value).toBe(6)
  }
})

test('a day without a product has no price', async () => {
  fake.playOwn('no-product')
  expect(await price(NOW, NOW + DAY_MS)).toBeNull()
})

test.each([
  ['not-found', 'input.invalid', /does not accept the request: Not found\./],
  ['bad-field', 'input.invalid', /period_from: Datetime has wrong format\./],
  ['endless', 'grid.unavailable', /more than 5 pages/],
] as const)('%s is an error with a reason', async (fault, code, message) => {
  fake.playOwn(fault)
  expect(await failureOf(price(NOW, NOW + DAY_MS))).toMatchObject({ code, message: expect.stringMatching(message) })
})

test.each(ANSWERED_FAULTS)('%s is an error with a reason', async (fault) => {
  fake.play(fault)
  expect(await failureOf(price(NOW, NOW + DAY_MS))).toMatchObject({ code: 'grid.unavailable', message: expect.stringMatching(/^The Octopus Energy API /) })
})

test('a question that is given up ends at once', async () => {
  fake.play('hang')
  const stop = new AbortController()
  const answer = octopus().read({ kind: 'price', zone: 'GB-13', from: NOW, to: MIDNIGHT }, stop.signal)
  void fake.hanging().then(() => stop.abort(new Error('stopping')))
  await expect(answer).rejects.toThrow('stopping')
})

test.each([
  ['SW1A 1AA', 'GB-13'],
  ['iv1 1aa', 'GB-01'],
  ['EH1', 'GB-02'],
  ['CH5', null],
  ['ZZ1', null],
  ['BT1', null],
])('the region of the postcode %s is %s', async (postcode, zone) => {
  expect(await octopus().regionOfPostcode(postcode, abort)).toBe(zone)
  expect(fake.requests.every((path) => !/1AA/i.test(path))).toBe(true)
})

test('what is no postcode is refused before asking', async () => {
  for (const text of ['10115', '', 'SW1/../../x', 'SW1A&page=2'])
    await expect(octopus().regionOfPostcode(text, abort)).rejects.toMatchObject({ code: 'input.invalid' })
  expect(fake.requests).toHaveLength(0)
})

test.each([
  ['2026-01-10T09:00:00Z', '2026-01-10T16:00:00.000Z'],
  ['2026-01-10T16:00:00Z', '2026-01-10T16:15:00.000Z'],
  ['2026-07-10T14:59:00Z', '2026-07-10T15:00:00.000Z'],
  ['2026-07-10T19:30:00Z', '2026-07-10T20:00:00.000Z'],
  ['2026-03-29T00:30:00Z', '2026-03-29T15:00:00.000Z'],
  ['2026-10-25T00:30:00Z', '2026-10-25T16:00:00.000Z'],
])('after %s it may say something new at %s', (at, next) => {
  expect(toIso(octopus().nextIssueAt('price', epochMs(Date.parse(at))))).toBe(next)
})
