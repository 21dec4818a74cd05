import { afterEach, beforeEach, expect, test } from 'vitest'
import { Signal, type SignalKind } from '../../../../shared/contract/wire.ts'
import { createFakeClock } from '../../../kernel/clock.fake.ts'
import { ANSWERED_FAULTS, failureOf, trialHttp } from '../provider-trial.fake.ts'
import { startFakeElexon } from './elexon.fake.ts'
import { ELEXON_MANNERS, createElexon } from './elexon.ts'

const NOW = Date.parse('2026-03-18T12:10:20.000Z')
const HOUR = 3_600_000
const DAY = 24 * HOUR
const { signal: abort } = new AbortController()
const KINDS = ['frequency', 'demand', 'renewableShare', 'price'] as const

let clock: ReturnType<typeof createFakeClock>
let server: Awaited<ReturnType<typeof startFakeElexon>>
let elexon: ReturnType<typeof createElexon>

beforeEach(async () => {
  clock = createFakeClock(NOW)
  server = await startFakeElexon(() => clock.now())
  elexon = createElexon({ http: trialHttp(clock, ELEXON_MANNERS), clock, baseUrl: server.url })
})
afterEach(() => server[Symbol.asyncDispose]())

const ask = (kind: SignalKind, from: number, to: number, signal = abort) => elexon.read({ zone: 'GB', kind, from, to }, signal)
const read = async (kind: SignalKind, from: number, to: number): Promise<Signal> => Signal.parse(await ask(kind, from, to))
const values = ({ points }: Signal) => points.map(({ value }) => value)

test('frequency becomes minutes, and whoever asks across now gets the last hour', async () => {
  const signal = await read('frequency', NOW - DAY, NOW + 2 * DAY)
  expect(signal).toMatchObject({ kind: 'frequency', unit: 'Hz', estimated: false, price: null, basis: null, issuedAt: '2026-03-18T12:10:15.000Z' })
  expect(signal.points).toHaveLength(60)
  expect(signal.points.at(-1)).toEqual({ from: '2026-03-18T12:09:00.000Z', to: '2026-03-18T12:10:00.000Z', value: 50.015, forecast: false })
  expect(server.requests).toHaveLength(1)
})

test('a day of frequency is 1,440 minutes; more is asked for by the day and told in half hours', async () => {
  expect((await read('frequency', NOW - 2 * DAY, NOW - DAY)).points.length).toBeLessThanOrEqual(1_441)
  const days = await read('frequency', NOW - 4 * DAY, NOW - DAY)
  expect(days.points.length).toBeGreaterThanOrEqual(144)
  expect(server.requests).toHaveLength(4)
})

test('demand is the outturn, then the forecast of the country and not of its parts', async () => {
  const signal = await read('demand', NOW - DAY, NOW + DAY)
  expect(signal).toMatchObject({ unit: 'MW', issuedAt: '2026-03-18T12:00:00.000Z' })
  const at = (time: string) => signal.points.find(({ from }) => from === time)
  expect(at('2026-03-18T11:30:00.000Z')).toMatchObject({ value: 30_024, forecast: false })
  expect(at('2026-03-18T12:00:00.000Z')).toMatchObject({ value: 32_025, forecast: true })
  expect(at('2026-03-19T12:00:00.000Z')).toMatchObject({ value: 32_025, forecast: true })
})

test.each([
  ['2026-03-29', '2026-03-29T00:00:00Z', 46],
  ['2026-10-25', '2026-10-24T23:00:00Z', 50],
  ['2026-06-02', '2026-06-01T23:00:00Z', 48],
])('on %s demand and system price have every settlement period, without gaps', async (_, start, periods) => {
  const from = Date.parse(start)
  const to = from + periods * 1_800_000
  clock.jump(to + DAY - NOW)
  for (const signal of [await read('demand', from, to), Signal.parse(await elexon.systemPrice({ from, to }, abort))]) {
    expect(signal.points).toHaveLength(periods)
    expect(signal.points.every((point, index) => index === 0 || point.from === signal.points[index - 1]?.to)).toBe(true)
  }
})

test('the renewable share is of demand, in five minutes for hours and half hours for days', async () => {
  const hours = await read('renewableShare', NOW - 3 * HOUR, NOW)
  expect(hours).toMatchObject({ unit: '%', estimated: true, source: expect.stringContaining('FUELINST') })
  expect(new Set(values(hours))).toEqual(new Set([50]))
  expect(hours.points[0]).toMatchObject({ from: '2026-03-18T09:10:00.000Z', to: '2026-03-18T09:15:00.000Z' })
  const days = await read('renewableShare', NOW - 10 * DAY, NOW)
  expect(days.source).toContain('FUELHH')
  expect(days.points.length).toBeGreaterThanOrEqual(480)
  expect(server.requests.filter((request) => request.includes('FUELHH'))).toHaveLength(2)
})

test('the wholesale price is that of the exchange that trades, in pence, negative at times', async () => {
  const signal = await read('price', NOW - 10 * DAY, NOW + DAY)
  expect(signal).toMatchObject({ unit: 'minor/kWh', price: { currency: 'GBP', market: 'wholesale' } })
  expect(new Set(values(signal))).toEqual(new Set([8.55, -1.234]))
})

test('the system price says what it is', async () => {
  const signal = Signal.parse(await elexon.systemPrice({ from: NOW - DAY, to: NOW + DAY }, abort))
  expect(signal).toMatchObject({ price: { currency: 'GBP', market: 'wholesale' }, source: expect.stringContaining('system price (imbalance') })
  expect(signal.points.find(({ from }) => from === '2026-03-18T00:00:00.000Z')?.value).toBe(20.1)
  expect(server.requests).toHaveLength(2)
})

test('nothing is known of the future but demand, and of other zones nothing', async () => {
  for (const kind of ['frequency', 'renewableShare', 'price'] as const) expect(await ask(kind, NOW + HOUR, NOW + DAY)).toBeNull()
  expect(await elexon.systemPrice({ from: NOW + HOUR, to: NOW + DAY }, abort)).toBeNull()
  expect(await elexon.read({ zone: 'DE', kind: 'price', from: NOW - DAY, to: NOW }, abort)).toBeNull()
  expect(server.requests).toEqual([])
  expect(KINDS.map((kind) => elexon.serves('GB', kind))).toEqual([true, true, true, true])
  expect([elexon.serves('GB-13', 'demand'), elexon.serves('GB', 'average')]).toEqual([false, false])
})

test.each(KINDS)('no %s is published yet', async (kind) => {
  server.playOwn('empty')
  expect(await ask(kind, NOW - 2 * HOUR, NOW + HOUR)).toBeNull()
})

test('a mix that is still being published is no share', async () => {
  server.playOwn('half-published')
  expect(new Set(values(await read('renewableShare', NOW - HOUR, NOW)))).toEqual(new Set([null]))
})

test.each(['demand', 'renewableShare', 'price'] as const)('a %s that nobody knows stays unknown', async (kind) => {
  server.playOwn('null-values')
  const signal = await ask(kind, NOW - 2 * HOUR, NOW)
  expect(signal?.points.every(({ value }) => value === null) ?? true).toBe(true)
})

test.each(KINDS)('%s twice in one answer counts once', async (kind) => {
  const once = await read(kind, NOW - 2 * HOUR, NOW)
  server.playOwn('twice')
  expect((await read(kind, NOW - 2 * HOUR, NOW)).points).toEqual(once.points)
})

test('a lone row is read as a list', async () => {
  server.playOwn('single-row')
  expect((await read('price', NOW - HOUR, NOW)).points).toHaveLength(1)
})

test.each([
  ['text-400', 'input.invalid', /'ABC' is not a valid value for SettlementPeriod/],
  ['problem', 'input.invalid', /One or more validation errors/],
  ['text-500', 'grid.unavailable', /500: An unexpected error has occurred/],
] as const)('%s is passed on in words', async (fault, code, message) => {
  server.playOwn(fault)
  expect(await failureOf(ask('price', NOW - HOUR, NOW))).toMatchObject({ code, message: expect.stringMatching(message) })
})

test.each(ANSWERED_FAULTS)('%s makes the grid unavailable, with a reason', async (fault) => {
  server.play(fault)
  for (const kind of ['demand', 'frequency'] as const)
    expect(await failureOf(ask(kind, NOW - HOUR, NOW))).toMatchObject({ code: 'grid.unavailable', message: expect.stringMatching(/^The Elexon Insights API /) })
})

test('a question can be given up', async () => {
  server.play('hang')
  const controller = new AbortController()
  const asked = ask('demand', NOW - HOUR, NOW, controller.signal)
  await server.hanging()
  controller.abort(new Error('not needed any more'))
  await expect(asked).rejects.toThrow('not needed any more')
})

test('years are not asked for at once', async () => {
  expect(await failureOf(ask('price', NOW - 700 * DAY, NOW))).toMatchObject({ code: 'input.invalid' })
  expect(server.requests).toEqual([])
})

test('each quantity is asked for again when it can be new', () => {
  expect(KINDS.map((kind) => elexon.nextIssueAt(kind, clock.now()) - NOW)).toEqual([10_000, 1_210_000, 10_000, 1_210_000])
})
