import { afterEach, beforeEach, expect, test } from 'vitest'
import { Signal, type SignalKind } from '../../../../shared/contract/wire.ts'
import { createFakeClock } from '../../../kernel/clock.fake.ts'
import { ANSWERED_FAULTS, failureOf, trialHttp } from '../provider-trial.fake.ts'
import { startFakeEia } from './eia.fake.ts'
import { EIA_MANNERS, createEia } from './eia.ts'

const NOW = Date.parse('2026-03-18T12:10:00.000Z')
const HOUR = 3_600_000
const DAY = 24 * HOUR
const KEY = 'secretKeyOfTheOwner'
const { signal: abort } = new AbortController()
const KINDS = ['average', 'renewableShare', 'demand'] as const

let clock: ReturnType<typeof createFakeClock>
let server: Awaited<ReturnType<typeof startFakeEia>>
const client = (key = KEY) => createEia({ http: trialHttp(clock, EIA_MANNERS), clock, key, baseUrl: server.url })
let eia: ReturnType<typeof client>

beforeEach(async () => {
  clock = createFakeClock(NOW)
  server = await startFakeEia(() => clock.now(), KEY)
  eia = client()
})
afterEach(() => server[Symbol.asyncDispose]())

const ask = (kind: SignalKind, from: number, to: number, { zone = 'US-CAL-CISO', signal = abort } = {}) => eia.read({ zone, kind, from, to }, signal)
const values = (signal: Signal | null) => new Set(signal?.points.map(({ value }) => value))

test('intensity is worked out from the mix and says so', async () => {
  const signal = Signal.parse(await ask('average', NOW - DAY, NOW + 2 * DAY))
  expect(signal).toMatchObject({ zone: 'US-CAL-CISO', kind: 'average', basis: 'direct', unit: 'gCO2/kWh', estimated: true })
  expect(signal.source).toBe('EIA-930 generation by fuel × EIA CO2 factors of 2023, without imports')
  // (1,000 × 2.31 + 8,000 × 0.96) lb over 19,000 kWh: neither stores nor what has no factor count, and the sun at night is zero.
  expect(values(signal)).toEqual(new Set([Math.round(((1_000 * 2.31 + 8_000 * 0.96) * 45_359.2) / 19_000) / 100]))
})

test('an hour is called by its end', async () => {
  const signal = await ask('average', NOW - 3 * HOUR, NOW)
  expect(server.requests[0]).toContain('start=2026-03-18T10&end=2026-03-18T13')
  expect(signal?.points.map(({ from, to }) => [from, to])).toEqual([
    ['2026-03-18T09:00:00.000Z', '2026-03-18T10:00:00.000Z'],
    ['2026-03-18T10:00:00.000Z', '2026-03-18T11:00:00.000Z'],
  ])
})

test('demand is measured, then forecast', async () => {
  const signal = Signal.parse(await ask('demand', NOW - DAY, NOW + DAY))
  expect(signal).toMatchObject({ unit: 'MW', estimated: false, basis: null })
  expect(signal.points.find(({ from }) => from === '2026-03-18T10:00:00.000Z')).toMatchObject({ value: 16_000, forecast: false })
  expect(signal.points.find(({ from }) => from === '2026-03-18T11:00:00.000Z')).toMatchObject({ value: 15_500, forecast: true })
})

test('the renewable share is of demand', async () => {
  const signal = Signal.parse(await ask('renewableShare', NOW - DAY, NOW + DAY))
  expect(signal).toMatchObject({ unit: '%', estimated: true })
  expect(values(signal)).toEqual(new Set([50]))
  expect(signal.bodySha256).toMatch(/^[0-9a-f]{64}$/)
})

test('what one answer cannot hold is read page by page', async () => {
  const whole = await ask('average', NOW - DAY, NOW)
  server.truncateAt(50)
  const paged = await ask('average', NOW - DAY, NOW)
  expect(paged?.points).toEqual(whole?.points)
  expect(server.requests.slice(1).map((request) => /offset=(\d+)/.exec(request)?.[1])).toEqual(['0', '50', '100', '150', '200'])
})

test.each([
  ['cut-short', /cut its answer short/],
  ['other-respondent', /another grid/],
  ['other-unit', /unknown shape/],
  ['over-quota', /as many questions as the key allows/],
] as const)('%s makes the grid unavailable', async (fault, message) => {
  server.playOwn(fault)
  server.truncateAt(50)
  expect(await failureOf(ask('average', NOW - DAY, NOW))).toMatchObject({ code: 'grid.unavailable', message: expect.stringMatching(message) })
})

test('endless pages are not followed', async () => {
  server.truncateAt(1)
  expect(await failureOf(ask('average', NOW - DAY, NOW))).toMatchObject({ code: 'grid.unavailable' })
  expect(server.requests).toHaveLength(10)
})

test('an hour that is still being published is unknown, not greener', async () => {
  server.playOwn('half-published')
  const signal = await ask('average', NOW - DAY, NOW)
  expect(signal?.points.at(-1)?.value).toBeNull()
  expect(signal?.points.at(-2)?.value).toBeGreaterThan(0)
})

test.each(['mostly-unknown', 'null-values'] as const)('with %s the intensity is unknown', async (fault) => {
  server.playOwn(fault)
  expect(values(await ask('average', NOW - DAY, NOW))).toEqual(new Set([null]))
})

test('a share of an unknown demand is unknown, and a missing demand is no point', async () => {
  server.playOwn('null-values')
  expect(values(await ask('renewableShare', NOW - DAY, NOW))).toEqual(new Set([null]))
  expect(await ask('demand', NOW - DAY, NOW)).toBeNull()
})

test.each(KINDS)('%s twice counts once, and nothing is nothing', async (kind) => {
  const once = await ask(kind, NOW - DAY, NOW)
  server.playOwn('twice')
  expect((await ask(kind, NOW - DAY, NOW))?.points).toEqual(once?.points)
  server.playOwn('empty')
  expect(await ask(kind, NOW - DAY, NOW)).toBeNull()
})

test('a refused key is named by its setting and is in no message', async () => {
  eia = client('wrongSecret')
  const failure = await failureOf(ask('demand', NOW - DAY, NOW))
  expect(failure).toMatchObject({ code: 'config.invalid', message: expect.stringMatching(/invalid api_key was supplied: ….*WINDFALL_EIA_KEY/) })
  expect(failure.message).not.toContain('wrongSecret')
})

test('other errors are passed on in words', async () => {
  server.playOwn('text-error')
  expect(await failureOf(ask('demand', NOW - DAY, NOW))).toMatchObject({ code: 'input.invalid', message: expect.stringContaining("Invalid frequency 'x'") })
})

test('it knows the grids of the United States', async () => {
  expect(['US-CAL-CISO', 'US-NY-NYIS', 'US-TEX-ERCO', 'US-MIDA-PJM', 'GB', 'CA-ON'].map((zone) => eia.serves(zone, 'average'))).toEqual([
    true,
    true,
    true,
    true,
    false,
    false,
  ])
  expect(eia.serves('US-CAL-CISO', 'price')).toBe(false)
  expect(await ask('average', NOW - DAY, NOW, { zone: 'GB' })).toBeNull()
  expect(await ask('average', NOW + HOUR, NOW + DAY)).toBeNull()
  expect(server.requests).toEqual([])
})

test.each(ANSWERED_FAULTS)('%s makes the grid unavailable, with a reason that holds no key', async (fault) => {
  server.play(fault)
  const failure = await failureOf(ask('average', NOW - DAY, NOW))
  expect(failure).toMatchObject({ code: 'grid.unavailable', message: expect.stringMatching(/^The EIA /) })
  expect(failure.message).not.toContain(KEY)
})

test('a question can be given up', async () => {
  server.play('hang')
  const controller = new AbortController()
  const asked = ask('average', NOW - DAY, NOW, { signal: controller.signal })
  await server.hanging()
  controller.abort(new Error('not needed any more'))
  await expect(asked).rejects.toThrow('not needed any more')
})

test('it is asked again twice an hour', () => {
  expect(eia.nextIssueAt('average', clock.now()) - NOW).toBe(25 * 60_000)
})
