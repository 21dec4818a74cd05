import { afterEach, beforeEach, expect, test } from 'vitest'
import type { SignalKind } from '../../../../shared/contract/wire.ts'
import { createFakeClock } from '../../../kernel/clock.fake.ts'
import { ANSWERED_FAULTS, failureOf, trialHttp } from '../provider-trial.fake.ts'
import { startFakeEntsoe } from './entsoe.fake.ts'
import { ENTSOE_MANNERS, createEntsoe } from './entsoe.ts'

const NOW = Date.parse('2026-03-18T12:10:00.000Z')
const NOON = Date.parse('2026-03-18T12:00:00.000Z')
const HOUR_MS = 3_600_000
const KEY = 'secret&key=1'
const { signal: abort } = new AbortController()
const KINDS = ['price', 'average', 'renewableShare', 'demand'] as const

let clock: ReturnType<typeof createFakeClock>
let fake: Awaited<ReturnType<typeof startFakeEntsoe>>

beforeEach(async () => {
  clock = createFakeClock(NOW)
  fake = await startFakeEntsoe({ now: () => clock.now(), key: KEY })
  const hours = { start: NOON - 2 * HOUR_MS, step: 'PT60M', values: [50, 60, 70, 80] } as const
  for (const document of ['price', 'load', 'loadForecast'] as const) fake.publish(document, [hours])
  for (const document of ['generation', 'windAndSolar'] as const) fake.publish(document, [{ ...hours, type: 'B19' }])
})
afterEach(() => fake[Symbol.asyncDispose]())

const provider = (key = KEY) => createEntsoe({ http: trialHttp(clock, ENTSOE_MANNERS), clock, key, baseUrl: fake.url })
const read = (kind: SignalKind, { zone = 'DE', from = NOON - 2 * HOUR_MS, to = NOON + 2 * HOUR_MS } = {}) => provider().read({ kind, zone, from, to }, abort)

test('no matching data is nothing, with either status', async () => {
  fake.publish('price', [])
  expect(await read('price')).toBeNull()
  fake.publish('price', [{ start: NOON, step: 'PT60M', values: [1] }])
  fake.play('no-data-400')
  for (const kind of KINDS) expect(await read(kind)).toBeNull()
})

test('a key that is refused is a setting to check', async () => {
  const answer = provider('wrong').read({ kind: 'price', zone: 'DE', from: NOON, to: NOON + HOUR_MS }, abort)
  expect(await failureOf(answer)).toMatchObject({
    code: 'config.invalid',
    message: expect.stringMatching(/refuses the key .* \(401\)\. Check WINDFALL_ENTSOE_KEY\./),
  })
})

test('the key is in no message and no signal', async () => {
  const signals = await Promise.all(KINDS.map((kind) => read(kind)))
  expect(JSON.stringify(signals)).not.toMatch(/secret|key=1/)
  for (const fault of ['echoes-key', 'invalid', ...ANSWERED_FAULTS] as const) {
    fake.play(fault)
    const { message, cause } = await failureOf(read('price'))
    expect(`${message} ${String(cause)}`).not.toMatch(/secret|key=1/)
  }
})

test.each([
  ['invalid', 'input.invalid', /does not accept the request: The combination of/],
  ['type-declaration', 'grid.unavailable', /type declaration/],
  ['entities', 'grid.unavailable', /type declaration/],
  ['cut-off', 'grid.unavailable', /not a whole XML document/],
  ['json', 'grid.unavailable', /XML/],
  ['endless-curve', 'grid.unavailable', /more than can be read at once/],
] as const)('%s is an error with a reason', async (fault, code, message) => {
  fake.play(fault)
  const month = { from: Date.parse('2026-03-01'), to: Date.parse('2026-03-31') }
  expect(await failureOf(read('price', fault === 'endless-curve' ? month : {}))).toMatchObject({ code, message: expect.stringMatching(message) })
})

test('a prefix before every name changes nothing', async () => {
  const plain = await read('price')
  fake.play('prefixed')
  expect((await read('price'))?.points).toEqual(plain?.points)
})

test.each(ANSWERED_FAULTS)('%s is an error with a reason for every quantity', async (fault) => {
  fake.play(fault)
  for (const kind of KINDS) expect(await failureOf(read(kind))).toMatchObject({ code: 'grid.unavailable', message: expect.stringMatching(/ENTSO-E/) })
})

test('a question that is given up ends at once', async () => {
  fake.play('hang')
  const stop = new AbortController()
  const answer = provider().read({ kind: 'price', zone: 'DE', from: NOON, to: NOW }, stop.signal)
  void fake.hanging().then(() => stop.abort(new Error('stopping')))
  await expect(answer).rejects.toThrow('stopping')
})

test('another currency and the intraday auction are not the day-ahead price', async () => {
  fake.publish('price', [
    { start: NOON, step: 'PT60M', values: [10], currency: 'PLN' },
    { start: NOON, step: 'PT60M', values: [20], contract: 'A07' },
  ])
  expect(await read('price')).toBeNull()
})

test('an hour in which a type that matters has not reported has no average and no share', async () => {
  const hours = { start: NOON - 4 * HOUR_MS, step: 'PT60M' } as const
  fake.publish('generation', [
    { ...hours, type: 'B19', values: [500, 500, 500, 500] },
    { ...hours, type: 'B04', values: [900, 900, 900] },
  ])
  const last = { from: NOON - HOUR_MS, to: NOON }
  expect((await read('average', last))?.points.map(({ value }) => value)).toEqual([null])
  expect((await read('average', { ...last, from: NOON - 2 * HOUR_MS }))?.points.map(({ value }) => value)).toEqual([318.93, null])
  expect(await read('renewableShare', last)).toBeNull()
})

test('a document is as old as it says, but never younger than its arrival', async () => {
  fake.play('stale')
  expect((await read('price'))?.issuedAt).toBe('2026-03-17T12:10:00.000Z')
  fake.play('from-the-future')
  expect((await read('price'))?.issuedAt).toBe(new Date(clock.now()).toISOString())
})
