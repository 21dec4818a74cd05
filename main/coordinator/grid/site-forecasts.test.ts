import { expect, test } from 'vitest'
import type { SolarSite } from '../../../shared/contract/grid.ts'
import type { Signal } from '../../../shared/contract/wire.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { type SiteForecastDeps, createSiteForecasts } from './site-forecasts.ts'

const SITE: SolarSite = { zone: 'GB', latitude: 51.5, longitude: -0.1, tilt: 35, azimuth: 0, peakWatts: 4_000 }
const shutdown = new AbortController().signal

function setUp(change: Partial<SiteForecastDeps> = {}) {
  const clock = createFakeClock()
  const asked: number[] = []
  const openMeteo = {
    solarForecast: async ({ tilt }: { readonly tilt: number }) => {
      asked.push(tilt)
      return tilt === 90 ? null : ({ kind: 'solar' } as Signal)
    },
  }
  return { clock, asked, forecast: createSiteForecasts({ clock, openMeteo, isAllowed: true, shutdown, ...change }) }
}

test('a site is asked about once an hour, however many nodes stand there', async () => {
  const { forecast, asked, clock } = setUp()
  expect(await forecast(SITE)).toMatchObject({ signal: { kind: 'solar' }, reason: null })
  await Promise.all([forecast(SITE), forecast({ ...SITE })])
  expect(asked).toEqual([35])
  await forecast({ ...SITE, tilt: 20 })
  await clock.advance(3_600_000)
  await forecast(SITE)
  expect(asked).toEqual([35, 20, 35])
})

test.each([
  ['no live source', { openMeteo: null }, /asks no live sources/],
  ['no right to it', { isAllowed: false }, /WINDFALL_OPEN_METEO_KEY/],
] as const)('with %s it says why', async (_, change, reason) => {
  const { forecast, asked } = setUp(change)
  expect(await forecast(SITE)).toEqual({ signal: null, reason: expect.stringMatching(reason) })
  expect(asked).toEqual([])
})

test('where nobody knows the weather it says so', async () => {
  expect(await setUp().forecast({ ...SITE, tilt: 90 })).toEqual({ signal: null, reason: expect.stringContaining('no weather') })
})
