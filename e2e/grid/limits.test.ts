import { expect, test } from 'vitest'
import { ENERGY_CHARTS_MANNERS, createEnergyCharts } from '../../main/coordinator/grid/energy-charts/energy-charts.ts'
import { NESO_DATASTORE_MANNERS, NESO_MANNERS, createNeso } from '../../main/coordinator/grid/neso/neso.ts'
import { OPEN_METEO_MANNERS, createOpenMeteo } from '../../main/coordinator/grid/open-meteo/open-meteo.ts'
import { createFakeClock } from '../../main/kernel/clock.fake.ts'
import { type HttpManners, createHttpClient } from '../../main/kernel/http-client.ts'
import { LIMITS, busiest } from './limits.ts'
import { type PlayedRequest, playHosts } from './played-hosts.ts'
import { settled } from './replay.ts'
import { DAY_MS, HOUR_MS } from './series.ts'
import { syntheticGrid } from './synthetic-grid.ts'

const NOW = Date.parse('2027-03-27T11:00:00.000Z')
const { signal: abort } = new AbortController()
const grids = new Map([['DE', syntheticGrid('DE', { from: NOW - 10 * DAY_MS, hours: 15 * 24, seed: 3 })]])

/** Everybody asks at once, again and again, while some of it fails; the most that any stretch of a limit saw, beside the limit. */
async function crowd(
  seed: number,
  ask: (client: (manners: Partial<HttpManners>) => ReturnType<typeof createHttpClient>, clock: ReturnType<typeof createFakeClock>) => Crowd,
) {
  const clock = createFakeClock(NOW)
  const { requests, fetch } = playHosts({ clock, seed, grids })
  const { everyMs, rounds, questions } = ask((manners) => createHttpClient({ clock, fetch, manners, random: () => 0.5 }), clock)
  let answers = 0
  for (let round = 0; round < rounds; round += 1) {
    const asked = await settled(clock, Promise.allSettled(questions()))
    answers += asked.filter(({ status }) => status === 'fulfilled').length
    await clock.advance(everyMs)
  }
  return { answers, kept: kept(requests) }
}

interface Crowd {
  readonly everyMs: number
  readonly rounds: number
  readonly questions: () => readonly Promise<unknown>[]
}

function kept(requests: readonly PlayedRequest[]): readonly { busiest: number; allowed: number }[] {
  const limits = LIMITS.filter(({ host }) => requests.some((request) => request.host === host))
  return limits.map((limit) => ({ busiest: busiest(limit, requests), allowed: limit.requests }))
}

const stretch = { from: NOW - DAY_MS, to: NOW + DAY_MS }

test.each([1, 2, 3])('NESO is asked for data at most twice in any minute, and for its catalogue once a second (seed %i)', async (seed) => {
  const { answers, kept } = await crowd(seed, (client, clock) => {
    const neso = createNeso({ clock, http: client(NESO_MANNERS), datastore: client(NESO_DATASTORE_MANNERS) })
    return { everyMs: 20_000, rounds: 60, questions: () => Array.from({ length: 4 }, () => neso.read({ zone: 'GB', kind: 'demand', ...stretch }, abort)) }
  })
  expect(answers).toBeGreaterThan(10)
  for (const { busiest, allowed } of kept) expect(busiest).toBeLessThanOrEqual(allowed)
  // The limit is what holds the crowd back, not a lack of questions.
  expect(kept[0]?.busiest).toBe(2)
})

test.each([1, 2, 3])('energy-charts is asked at most thirty times in any minute, however many zones are wanted (seed %i)', async (seed) => {
  const zones = ['FR', 'DE', 'ES', 'PT', 'NL', 'BE', 'IT', 'AT', 'CH', 'CZ', 'HU', 'PL', 'SI']
  const { answers, kept } = await crowd(seed, (client, clock) => {
    const charts = createEnergyCharts({ clock, http: client(ENERGY_CHARTS_MANNERS) })
    const questions = () => zones.flatMap((zone) => (['price', 'renewableShare'] as const).map((kind) => charts.read({ zone, kind, ...stretch }, abort)))
    return { everyMs: 20_000, rounds: 120, questions }
  })
  expect(answers).toBeGreaterThan(100)
  expect(kept).toEqual([{ busiest: 30, allowed: 30 }])
})

test('Open-Meteo is asked within its limits of a minute, an hour and a day', async () => {
  const { answers, kept } = await crowd(1, (client) => {
    const weather = createOpenMeteo({ http: client({ ...OPEN_METEO_MANNERS, spacingMs: 0 }), key: null })
    const site = { zone: 'DE', tilt: 35, azimuth: 0, peakWatts: 5_000, factor: 1 }
    const questions = () => Array.from({ length: 610 }, (_, index) => weather.solarForecast({ ...site, latitude: 45 + index / 100, longitude: 10 }, abort))
    return { everyMs: HOUR_MS / 12, rounds: 24, questions }
  })
  expect(answers).toBeGreaterThan(8_000)
  expect(kept.map(({ busiest }) => busiest)).toEqual([600, 5_000, 10_000])
})
