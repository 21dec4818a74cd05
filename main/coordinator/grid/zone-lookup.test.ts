import { beforeEach, expect, test } from 'vitest'
import { ZoneQuestion } from '../../../shared/contract/grid.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { startFakeCarbonIntensity } from './carbon-intensity/carbon-intensity.fake.ts'
import { createCarbonIntensity } from './carbon-intensity/carbon-intensity.ts'
import { startFakeElectricityMaps } from './electricity-maps/electricity-maps.fake.ts'
import { createElectricityMaps } from './electricity-maps/electricity-maps.ts'
import { startFakeOctopus } from './octopus/octopus.fake.ts'
import { createOctopus } from './octopus/octopus.ts'
import { trialHttp } from './provider-trial.fake.ts'
import { createZoneLookup } from './zone-lookup.ts'

const NOW = Date.parse('2026-03-18T12:10:00.000Z')
const KEY = 'secret-key-of-the-owner'

let clock: ReturnType<typeof createFakeClock>
let intensity: Awaited<ReturnType<typeof startFakeCarbonIntensity>>
let prices: Awaited<ReturnType<typeof startFakeOctopus>>
let maps: Awaited<ReturnType<typeof startFakeElectricityMaps>>
let failures: string[]

beforeEach(async () => {
  clock = createFakeClock(NOW)
  failures = []
  intensity = await startFakeCarbonIntensity({ now: () => NOW, valueAt: () => 100 })
  prices = await startFakeOctopus({ now: () => NOW, publishedTo: () => NOW, priceAt: () => 20 })
  maps = await startFakeElectricityMaps(() => NOW, KEY)
  return async () => void (await Promise.all([intensity, prices, maps].map((server) => server[Symbol.asyncDispose]())))
})

function lookup({ keyed = false, live = true } = {}) {
  const http = trialHttp(clock, { spacingMs: 0, tries: 1 })
  const sources = {
    carbonIntensity: createCarbonIntensity(http, intensity.url),
    octopus: createOctopus({ http, clock, baseUrl: prices.url }),
    electricityMaps: keyed ? createElectricityMaps({ http, clock, key: KEY, baseUrl: maps.url }) : null,
  }
  const find = createZoneLookup({
    clock,
    live: live ? sources : null,
    onFailed: (zone, message) => failures.push(`${zone}: ${message}`),
    shutdown: new AbortController().signal,
  })
  return (question: object) => find(ZoneQuestion.parse(question))
}

test('of a postcode only the first half leaves, once', async () => {
  const find = lookup()
  expect(await find({ postcode: 'sw1a 1aa' })).toEqual({ zone: 'GB-13', source: 'the UK Carbon Intensity API', hint: null })
  expect(await find({ postcode: 'SW1A 2BB' })).toMatchObject({ zone: 'GB-13' })
  expect(intensity.requests).toEqual(['/regional/postcode/SW1A'])
  expect(prices.requests).toEqual([])
})

test('while the Carbon Intensity API does not know, Octopus is asked; while neither does, there are zones to choose from', async () => {
  const find = lookup()
  intensity.play('bad-path')
  expect(await find({ postcode: 'EH1 1YZ' })).toMatchObject({ zone: 'GB-02', source: 'the Octopus Energy API' })
  expect(prices.requests.every((request) => !request.includes('YZ'))).toBe(true)
  for (const postcode of ['CH5', 'ZZ1'])
    await expect(find({ postcode })).rejects.toMatchObject({ code: 'grid.unknown-zone', message: expect.stringMatching(/more than one region.*GB-13.*DE/) })
  prices.play('not-json')
  await expect(find({ postcode: 'IV1' })).rejects.toMatchObject({ code: 'grid.unavailable', message: expect.stringMatching(/IV1.*Try again later.*GB-13/) })
  expect(failures.length).toBeGreaterThan(0)
  expect(failures.join()).not.toMatch(/EH1|CH5|ZZ1|IV1/)
})

test('Northern Ireland is on another grid, and what is no postcode is refused, both without asking anybody', async () => {
  const find = lookup()
  await expect(find({ postcode: 'BT1 1AA' })).rejects.toMatchObject({ code: 'grid.unknown-zone', message: expect.stringContaining('Irish grid') })
  for (const postcode of ['75001', '../..', 'SW1A/x']) await expect(find({ postcode })).rejects.toMatchObject({ code: 'input.invalid' })
  expect([...intensity.requests, ...prices.requests]).toEqual([])
})

test('coordinates in Europe are worked out here; others by Electricity Maps with a key, coarsely, once', async () => {
  const find = lookup({ keyed: true })
  expect(await find({ latitude: '52.5163', longitude: '13.3777' })).toMatchObject({ zone: 'DE', source: 'borders that come with Windfall' })
  expect(await find({ latitude: 51.5, longitude: -0.1 })).toMatchObject({ zone: 'GB', hint: expect.stringContaining('postcode') })
  expect(maps.requests).toEqual([])
  expect(await find({ latitude: 40.7128, longitude: -74.006 })).toMatchObject({ zone: 'DE', source: 'Electricity Maps' })
  await find({ latitude: 40.71, longitude: -74.01 })
  expect(maps.requests).toEqual(['/carbon-intensity/latest?lat=40.7&lon=-74.0'])
  await expect(find({ latitude: 0, longitude: -30 })).rejects.toMatchObject({ code: 'grid.unknown-zone', message: expect.stringContaining('US-CAL-CISO') })
})

test('without a key, or without live sources, places elsewhere are to be chosen from a list', async () => {
  const message = expect.stringMatching(/WINDFALL_ELECTRICITY_MAPS_KEY.*Choose one of.*US-TEX-ERCO/)
  await expect(lookup()({ latitude: 30, longitude: -97 })).rejects.toMatchObject({ code: 'grid.unknown-zone', message })
  await expect(lookup({ live: false })({ postcode: 'SW1A' })).rejects.toMatchObject({
    code: 'grid.unknown-zone',
    message: expect.stringContaining('WINDFALL_LIVE_GRID'),
  })
})

test.each([
  {},
  { latitude: 1 },
  { longitude: 1 },
  { postcode: 'SW1A', latitude: 1, longitude: 1 },
  { latitude: '', longitude: '' },
  { latitude: 'NaN', longitude: '1' },
  { latitude: '1e1', longitude: '1' },
  { latitude: 91, longitude: 0 },
  { latitude: 0, longitude: '-180.1' },
  { postcode: '' },
  { postcode: 'SW1A', extra: 1 },
])('%j is no question', (question) => {
  expect(ZoneQuestion.safeParse(question).success).toBe(false)
})

test('so many different places at once are answered later', async () => {
  const find = lookup()
  const outcomes = await Promise.allSettled(Array.from({ length: 40 }, (_, index) => find({ latitude: 48 + index / 10, longitude: 10 })))
  expect(outcomes.filter(({ status }) => status === 'rejected').map((outcome) => 'reason' in outcome && outcome.reason.code)).toContain('rate.limited')
  await clock.advance(60_000)
  expect(await find({ latitude: 52, longitude: 10 })).toMatchObject({ zone: 'DE' })
})
