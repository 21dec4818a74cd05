import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Signal } from '../../../../shared/contract/wire.ts'
import { epochMs, toIso } from '../../../../shared/units.ts'
import { createFakeClock } from '../../../kernel/clock.fake.ts'
import { ANSWERED_FAULTS, failureOf, trialHttp } from '../provider-trial.fake.ts'
import { startFakeEnergyCharts } from './energy-charts.fake.ts'
import { ENERGY_CHARTS_MANNERS, createEnergyCharts } from './energy-charts.ts'
import { stepsFrom } from './steps.ts'

const NOW = Date.parse('2026-03-18T12:10:00.000Z')
const HOUR_MS = 3_600_000
const QUARTER_MS = 900_000
const DAY_MS = 86_400_000
const TOMORROW = Date.parse('2026-03-19T00:00:00.000Z')
const { signal: abort } = new AbortController()
const around = { from: NOW - HOUR_MS, to: NOW + 2 * HOUR_MS }

let knownTo: number
let values: (what: string, at: number) => number | null
let stepAt: (at: number) => number
let clock: ReturnType<typeof createFakeClock>
let fake: Awaited<ReturnType<typeof startFakeEnergyCharts>>

beforeEach(async () => {
  knownTo = TOMORROW
  values = (what, at) => (what === 'measured' ? 118.44 : what === 'forecast' ? 64 : (at / QUARTER_MS) % 96)
  stepAt = () => QUARTER_MS
  clock = createFakeClock(NOW)
  fake = await startFakeEnergyCharts({ now: () => clock.now(), knownTo: () => knownTo, stepAt: (at) => stepAt(at), valueAt: (what, at) => values(what, at) })
})
afterEach(() => fake[Symbol.asyncDispose]())

const provider = () => createEnergyCharts({ http: trialHttp(clock, ENERGY_CHARTS_MANNERS), clock, baseUrl: fake.url })
const price = (zone = 'DE', span = around) => provider().read({ kind: 'price', zone, ...span }, abort)
const share = (zone = 'DE', span = around) => provider().read({ kind: 'renewableShare', zone, ...span }, abort)

test('a price is cents per kWh on the wholesale market, in quarter hours', async () => {
  const signal = await price()
  expect(Signal.parse(signal)).toMatchObject({
    zone: 'DE',
    kind: 'price',
    basis: null,
    unit: 'minor/kWh',
    price: { currency: 'EUR', market: 'wholesale' },
    source: 'energy-charts day-ahead price, bidding zone DE-LU',
    estimated: false,
  })
  expect(signal?.points[0]).toEqual({ from: '2026-03-18T11:00:00.000Z', to: '2026-03-18T11:15:00.000Z', value: 4.4, forecast: false })
  expect(signal?.points).toHaveLength(13)
  expect(fake.requests).toEqual(['/price?bzn=DE-LU&start=2026-03-18T11:00Z&end=2026-03-18T14:10Z'])
})

test.each([
  ['FR', 'FR'],
  ['DE', 'DE-LU'],
  ['ES', 'ES'],
  ['PT', 'PT'],
  ['NL', 'NL'],
  ['BE', 'BE'],
  ['IT', 'IT-North'],
])('the price of %s is that of the bidding zone %s', async (zone, bzn) => {
  expect((await price(zone))?.source).toBe(`energy-charts day-ahead price, bidding zone ${bzn}`)
  expect(provider().serves(zone, 'price') && provider().serves(zone, 'renewableShare')).toBe(true)
})

test('prices that may be passed on are told from those that may not', async () => {
  expect((await price('DE'))?.attribution).toBe(
    'energy-charts.info (Fraunhofer ISE), CC BY 4.0 (creativecommons.org/licenses/by/4.0) from Bundesnetzagentur | SMARD.de',
  )
  expect((await price('ES'))?.attribution).toMatch(/^energy-charts\.info \(Fraunhofer ISE\), private and internal use only: The data provided herein/)
  fake.play('hidden-licence')
  expect((await price('DE'))?.attribution).toMatch(/private and internal use only/)
  fake.play('no-licence')
  expect((await price('DE'))?.attribution).toMatch(/CC BY 4\.0, Bundesnetzagentur/)
  expect((await price('PT'))?.attribution).toMatch(/private and internal use only: not to be passed on/)
})

test('negative and unknown prices stay what they are', async () => {
  values = (_, at) => (at % HOUR_MS === 0 ? -0.4 : null)
  expect((await price('NL', { from: NOW, to: NOW + HOUR_MS / 2 }))?.points.map(({ value }) => value)).toEqual([-0.04, null, null])
  fake.play('absurd')
  expect((await price())?.points.every(({ value }) => value === null)).toBe(true)
})

test('tomorrow is absent until it is published', async () => {
  expect(await price('DE', { from: TOMORROW, to: TOMORROW + DAY_MS })).toBeNull()
  knownTo = TOMORROW + DAY_MS
  expect((await price('DE', { from: TOMORROW, to: TOMORROW + DAY_MS }))?.points).toHaveLength(96)
})

test('hours become quarter hours in the middle of an answer', async () => {
  const change = Date.parse('2025-09-30T22:00:00.000Z')
  stepAt = (at) => (at < change ? HOUR_MS : QUARTER_MS)
  const signal = await price('DE', { from: change - 2 * HOUR_MS, to: change + HOUR_MS })
  expect(signal?.points.map(({ from, to }) => (Date.parse(to) - Date.parse(from)) / 60_000)).toEqual([60, 60, 15, 15, 15, 15])
})

test('an answer in any order, with repeats or with values missing is put right', async () => {
  const inOrder = (await price())?.points
  fake.play('shuffled')
  expect((await price())?.points).toEqual(inOrder)
  fake.play('ragged')
  expect((await price())?.points.map(({ value }) => value)).toEqual([4.4, ...Array.from({ length: 12 }, () => null)])
})

test('the renewable share is what was measured, then what is forecast, and may exceed a hundred percent', async () => {
  const signal = await share()
  expect(Signal.parse(signal)).toMatchObject({ kind: 'renewableShare', unit: '%', price: null, basis: null, estimated: false })
  const at = (time: string) => signal?.points.find(({ from }) => from === `2026-03-18T${time}:00.000Z`)
  expect(at('11:00')).toMatchObject({ value: 118.4, forecast: false })
  expect(at('11:45')).toMatchObject({ value: 64, forecast: true })
  expect(at('14:00')).toMatchObject({ value: 64, forecast: true })
  expect(fake.requests).toEqual(['/public_power?country=de&start=2026-03-18T11:00Z&end=2026-03-18T12:10Z', '/ren_share_forecast?country=de'])
  fake.play('substitute')
  expect((await share())?.estimated).toBe(true)
})

test('only the half that is asked about is asked for', async () => {
  await share('FR', { from: NOW - DAY_MS, to: NOW })
  await share('FR', { from: NOW, to: NOW + HOUR_MS })
  expect(fake.requests.map((path) => path.split('?')[0])).toEqual(['/public_power', '/ren_share_forecast'])
})

test('a part of a country has a price but no share of its own', async () => {
  expect(provider().serves('NO-NO2', 'price')).toBe(true)
  expect(provider().serves('NO-NO2', 'renewableShare')).toBe(false)
  expect(await share('NO-NO2')).toBeNull()
  expect(provider().serves('GB', 'price') || provider().serves('DE', 'average')).toBe(false)
  expect(fake.requests).toHaveLength(0)
})

test('404 is no data', async () => {
  fake.play('no-data')
  expect(await price()).toBeNull()
  expect(await share()).toBeNull()
})

test.each([
  ['unprocessable', 'input.invalid', /does not accept the request: unexpected value/],
  ['other-currency', 'grid.unavailable', /unknown shape/],
] as const)('%s is an error with a reason', async (fault, code, message) => {
  fake.play(fault)
  expect(await failureOf(price())).toMatchObject({ code, message: expect.stringMatching(message) })
})

test.each(ANSWERED_FAULTS)('%s is an error with a reason for every quantity', async (fault) => {
  fake.play(fault)
  for (const read of [price, share])
    expect(await failureOf(read())).toMatchObject({ code: 'grid.unavailable', message: expect.stringMatching(/^The energy-charts API /) })
})

test('a question that is given up ends at once', async () => {
  fake.play('hang')
  const stop = new AbortController()
  const answer = provider().read({ kind: 'price', zone: 'DE', ...around }, stop.signal)
  void fake.hanging().then(() => stop.abort(new Error('stopping')))
  await expect(answer).rejects.toThrow('stopping')
})

test.each([
  ['price', '2026-01-10T09:00:00Z', '2026-01-10T11:45:00.000Z'],
  ['price', '2026-07-10T09:00:00Z', '2026-07-10T10:45:00.000Z'],
  ['price', '2026-01-10T12:01:00Z', '2026-01-10T12:15:00.000Z'],
  ['price', '2026-01-10T18:01:00Z', '2026-01-10T19:00:00.000Z'],
  ['renewableShare', '2026-01-10T18:01:00Z', '2026-01-10T18:30:00.000Z'],
] as const)('%s at %s may be new at %s', (kind, at, next) => {
  expect(toIso(provider().nextIssueAt(kind, epochMs(Date.parse(at))))).toBe(next)
})

test('steps never overlap, never exceed an hour and never fill a gap', () => {
  const gaps = fc.array(fc.constantFrom(QUARTER_MS, 2 * QUARTER_MS, HOUR_MS, 5 * HOUR_MS), { maxLength: 60 })
  fc.assert(
    fc.property(gaps, (lengths) => {
      const starts = lengths.reduce<number[]>((all, length) => [...all, (all.at(-1) ?? NOW) + length], [NOW])
      const steps = stepsFrom(starts)
      expect(steps.map(({ from }) => from)).toEqual(starts)
      for (const [index, { from, to }] of steps.entries()) {
        expect(to - from).toBeLessThanOrEqual(HOUR_MS)
        expect(to).toBeGreaterThan(from)
        expect(to).toBeLessThanOrEqual(starts[index + 1] ?? Infinity)
      }
    }),
  )
  expect(stepsFrom([0, QUARTER_MS, 4 * QUARTER_MS, 5 * QUARTER_MS]).map(({ to }) => to / QUARTER_MS)).toEqual([1, 2, 5, 6])
})
