import { expect, test } from 'vitest'
import { forecastIntensity } from '../../main/coordinator/grid/forecast/own-forecast.ts'
import { halfHourCeil } from '../../shared/domain/half-hours.ts'
import { chance } from './chance.ts'
import { LIMITS, busiest } from './limits.ts'
import { priceSlots, pricesKnownTo } from './publishing.ts'
import { type Replay, replay } from './replay.ts'
import { DAY_MS, type Grid, HOUR_MS, edited } from './series.ts'
import { syntheticGrid } from './synthetic-grid.ts'

const MINUTE_MS = 60_000
/** Of processor time a year takes some twenty seconds. */
const HANGS_MS = 900_000
const START = Date.parse('2027-01-01T00:00:00.000Z')
const CLOCKS_CHANGE = ['2027-03-14T10:00:00Z', '2027-03-28T01:00:00Z', '2027-10-31T01:00:00Z', '2027-11-07T09:00:00Z'].map((text) => Date.parse(text))
const grids = ['GB', 'DE', 'US-CAL-CISO'].map((zone, index) => syntheticGrid(zone, { from: START - 45 * DAY_MS, hours: 420 * 24, seed: index + 1 }))

/** Minutes apart for a while, then hours or days; half-hourly around the nights when clocks change. */
function stepMs(now: number): number {
  if (CLOCKS_CHANGE.some((at) => Math.abs(at - now) < 4 * HOUR_MS)) return 30 * MINUTE_MS
  const long = chance('long', now) < 0.7
  const untilChange = Math.min(...CLOCKS_CHANGE.map((at) => at - 4 * HOUR_MS - now).filter((ms) => ms > 0), Infinity)
  return long ? Math.min(untilChange, Math.ceil(chance('hours', now) * 90) * HOUR_MS) : Math.ceil(chance('minutes', now) * 45) * MINUTE_MS
}

/** Every hour from `since` on, and every price that is not published by then, is another one. */
const otherFuture =
  (since: number) =>
  (grid: Grid): Grid => ({
    ...grid,
    intensity: edited(grid.intensity, (value, at) => (at < since ? value : 900 - value / 2)),
    price:
      grid.price &&
      edited(grid.price, (value, at) => (at < pricesKnownTo(grid.zone, grid.zone === 'DE' ? 'Europe/Brussels' : 'Europe/London', since) ? value : 50 - value)),
  })

test(
  'a year passes over failing providers, and nothing is unlabelled, invented, mixed up or known too early',
  async () => {
    await using year = await replay({ seed: 5, grids, from: START, to: START + 365 * DAY_MS, stepMs })
    expect(year.problems).toEqual([])
    // All of it happened: live answers, our own forecasts, the recording, refusals, and failures that led there.
    for (const origin of ['live', 'modelled', 'recorded', 'nothing', 'grid.unavailable']) expect(year.origins[origin] ?? 0, origin).toBeGreaterThan(5)
    expect(year.failures).toBeGreaterThan(200)
    for (const limit of LIMITS) expect(busiest(limit, year.requests), limit.host).toBeLessThanOrEqual(limit.requests)
    expect(year.fromCache / year.lookUps).toBeGreaterThan(0.4)
    await sameAsKnownThen(year)
  },
  HANGS_MS,
)

/** Each of our own forecasts comes out the same from what the history says was known when it was made. */
async function sameAsKnownThen({ history }: Replay): Promise<void> {
  const of = { zone: 'DE', kind: 'average' } as const
  const said = await history.said({ ...of, provider: 'windfall-on-electricity-maps' }, { from: START, to: START + 365 * DAY_MS, everyMs: 5 * DAY_MS })
  expect(said.length).toBeGreaterThan(30)
  for (const { signal, receivedAt: now } of said) {
    const known = { from: now - 29 * DAY_MS, to: now + 2 * DAY_MS, knownBy: now }
    const measured = await history.measured({ ...of, provider: 'electricity-maps' }, known)
    const prices = signal.source.includes('price') ? await history.measured({ zone: 'DE', kind: 'price', provider: 'energy-charts' }, known) : []
    const again = forecastIntensity({ measured, prices, now, to: halfHourCeil(now + 2 * DAY_MS) })
    expect(again?.points, signal.issuedAt).toEqual(signal.points)
  }
}

test.each([11, 12])('what anybody is told does not depend on what happens afterwards (seed %i)', async (seed) => {
  const since = START + Math.floor(20 + 200 * chance('since', seed)) * DAY_MS + 9 * HOUR_MS
  const stretch = { seed, from: since - 8 * DAY_MS, to: since + 2 * DAY_MS, stepMs: (now: number) => Math.ceil(chance(seed, now) * 10) * HOUR_MS }
  await using one = await replay({ ...stretch, grids })
  await using other = await replay({ ...stretch, grids: grids.map(otherFuture(since)) })
  const before = ({ seen }: Replay) => seen.filter(({ to }) => to <= since)
  expect(before(one).length).toBeGreaterThan(20)
  expect(before(other)).toEqual(before(one))
  // The futures do differ, and are told once they are the past.
  expect(other.seen.at(-1)?.sha256).not.toBe(one.seen.at(-1)?.sha256)
})

test.each([
  ['GB', 'Europe/London', '2027-03-27T23:30:00Z', 23],
  ['DE', 'Europe/Brussels', '2027-10-30T21:30:00Z', 25],
  ['DE', 'Europe/Brussels', '2027-06-30T21:30:00Z', 24],
])('the prices of %s (%s) that come out for the day after %s last for %i hours', (zone, timeZone, evening, hours) => {
  const now = Date.parse(evening)
  const end = pricesKnownTo(zone, timeZone, now)
  const grid = grids.find((known) => known.zone === zone)
  const slots = grid ? priceSlots(grid, { from: end - hours * HOUR_MS, to: end }, end) : []
  expect(slots.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(hours * HOUR_MS)
  expect(pricesKnownTo(zone, timeZone, end - hours * HOUR_MS - MINUTE_MS)).toBeGreaterThanOrEqual(end - hours * HOUR_MS)
})
