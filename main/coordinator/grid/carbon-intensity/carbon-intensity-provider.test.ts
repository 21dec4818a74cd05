import { afterEach, beforeEach, expect, test } from 'vitest'
import { Signal } from '../../../../shared/contract/wire.ts'
import { HALF_HOUR_MS, epochMs, toIso } from '../../../../shared/units.ts'
import { createFakeClock } from '../../../kernel/clock.fake.ts'
import { ANSWERED_FAULTS, failureOf, trialHttp } from '../provider-trial.fake.ts'
import { carbonIntensityProvider } from './carbon-intensity-provider.ts'
import { renewableShareOf } from './carbon-intensity-range.ts'
import { type FakeCarbonIntensity, startFakeCarbonIntensity } from './carbon-intensity.fake.ts'
import { createCarbonIntensity } from './carbon-intensity.ts'

const NOW = Date.parse('2026-03-18T12:10:00.000Z')
const DAY_MS = 86_400_000
const { signal: abort } = new AbortController()

let fake: FakeCarbonIntensity
let clock: ReturnType<typeof createFakeClock>

beforeEach(async () => {
  clock = createFakeClock(NOW)
  fake = await startFakeCarbonIntensity({ now: () => clock.now(), valueAt: (region, at) => 100 + 10 * region + ((at / HALF_HOUR_MS) % 48) })
})
afterEach(() => fake[Symbol.asyncDispose]())

const provider = () => carbonIntensityProvider(createCarbonIntensity(trialHttp(clock, {}), fake.url))
const around = { from: NOW - DAY_MS, to: NOW + 2 * DAY_MS }

test('it knows average intensity and renewable share for Great Britain and its regions, and nothing else', () => {
  const { serves } = provider()
  expect(['GB', 'GB-01', 'GB-17'].every((zone) => serves(zone, 'average') && serves(zone, 'renewableShare'))).toBe(true)
  expect(serves('GB', 'price') || serves('GB', 'marginal') || serves('FR', 'average') || serves('GB-18', 'average')).toBe(false)
})

test('one question covers the day that was measured and the two that are forecast', async () => {
  const signal = await provider().read({ kind: 'average', zone: 'GB', ...around }, abort)
  expect(Signal.parse(signal)).toMatchObject({ zone: 'GB', kind: 'average', basis: 'direct', source: 'NESO Carbon Intensity API, national' })
  expect(signal?.points).toHaveLength(145)
  expect(signal?.points.filter(({ forecast }) => !forecast)).toHaveLength(48)
  expect(fake.requests).toHaveLength(1)
})

test('more than fourteen days are asked for in pieces and come as one signal', async () => {
  const signal = await provider().read({ kind: 'average', zone: 'GB-13', from: NOW - 40 * DAY_MS, to: NOW }, abort)
  expect(fake.requests).toHaveLength(3)
  expect(signal?.points).toHaveLength(40 * 48 + 1)
  expect(signal?.points.every(({ from }, index, all) => index === 0 || from === all[index - 1]?.to)).toBe(true)
})

test('more values than a signal holds are refused', async () => {
  const tooMuch = provider().read({ kind: 'average', zone: 'GB', from: NOW - 50 * DAY_MS, to: NOW }, abort)
  await expect(tooMuch).rejects.toMatchObject({ code: 'input.invalid' })
})

test('statistics over more than thirty days are asked for in pieces that end where a block does', async () => {
  const api = createCarbonIntensity(trialHttp(clock, {}), fake.url)
  await api.statistics({ from: NOW - 40 * DAY_MS, to: NOW, blockHours: 7 }, abort)
  const [, , , from = '', to = ''] = fake.requests[0]?.split('/') ?? []
  expect(fake.requests).toHaveLength(2)
  expect((Date.parse(to) - Date.parse(from)) % (7 * 3_600_000)).toBe(0)
  await expect(api.statistics({ from: NOW - 40 * DAY_MS, to: NOW }, abort)).rejects.toMatchObject({ code: 'input.invalid' })
})

test('the renewable share of the nation is what ran, then what the regional model expects', async () => {
  const signal = await provider().read({ kind: 'renewableShare', zone: 'GB', ...around }, abort)
  expect(Signal.parse(signal)).toMatchObject({ kind: 'renewableShare', basis: null, unit: '%', price: null })
  expect(signal?.points).toHaveLength(145)
  expect(signal?.points.at(48)).toEqual({ from: '2026-03-18T12:00:00.000Z', to: '2026-03-18T12:30:00.000Z', value: 55.7, forecast: false })
  expect(signal?.points.slice(49).every(({ forecast }) => forecast)).toBe(true)
  expect(fake.requests).toEqual(['/generation/2026-03-17T12:00Z/2026-03-20T12:30Z', '/regional/intensity/2026-03-18T12:30Z/2026-03-20T12:30Z'])
})

test('a region’s renewable share is its forecast mix', async () => {
  const signal = await provider().read({ kind: 'renewableShare', zone: 'GB-01', from: NOW, to: NOW + HALF_HOUR_MS }, abort)
  expect(signal?.points.map(({ value, forecast }) => [value, forecast])).toEqual([
    [55.7, true],
    [55.7, true],
  ])
  expect(signal?.source).toMatch(/regional forecast/)
})

test('imports and storage are not renewable, and an absent mix is not zero', () => {
  const mix = ['biomass', 'hydro', 'wind', 'solar', 'imports', 'nuclear', 'other', 'gas'].map((fuel) => ({ fuel, perc: 12.5 }))
  expect(renewableShareOf(mix)).toBe(50)
  expect(renewableShareOf([])).toBeNull()
  expect(renewableShareOf(undefined)).toBeNull()
})

test('an empty answer is nothing, not something', async () => {
  fake.play('empty')
  const now = { from: NOW, to: NOW + HALF_HOUR_MS }
  expect(await provider().read({ kind: 'average', zone: 'GB', ...now }, abort)).toBeNull()
  expect(await provider().read({ kind: 'average', zone: 'GB-03', ...now }, abort)).toBeNull()
  expect(await provider().read({ kind: 'renewableShare', zone: 'GB', ...now }, abort)).toBeNull()
})

test('an answer for another time is not taken', async () => {
  fake.play('stale')
  for (const [kind, zone] of [
    ['average', 'GB'],
    ['average', 'GB-03'],
    ['renewableShare', 'GB'],
  ] as const)
    expect(await failureOf(provider().read({ kind, zone, ...around }, abort))).toMatchObject({
      code: 'grid.unavailable',
      message: expect.stringMatching(/stale/),
    })
})

test.each([...ANSWERED_FAULTS, 'error-with-200', 'missing-comma', 'wrong-region'] as const)(
  '%s is an error with a reason for every quantity',
  async (fault) => {
    fake.play(fault)
    for (const kind of ['average', 'renewableShare'] as const) {
      const answer = provider().read({ kind, zone: 'GB-03', from: NOW, to: NOW + DAY_MS }, abort)
      await expect(answer).rejects.toMatchObject({ code: 'grid.unavailable', message: expect.stringMatching(/^The UK Carbon Intensity API /) })
    }
  },
)

test('a question that is given up ends at once', async () => {
  fake.play('hang')
  const stop = new AbortController()
  const answer = provider().read({ kind: 'average', zone: 'GB', ...around }, stop.signal)
  void fake.hanging().then(() => stop.abort(new Error('stopping')))
  await expect(answer).rejects.toThrow('stopping')
})

test('it says something new every half hour', () => {
  expect(toIso(provider().nextIssueAt('average', epochMs(NOW)))).toBe('2026-03-18T12:30:00.000Z')
})
