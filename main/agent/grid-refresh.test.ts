import { expect, test } from 'vitest'
import type { Signal } from '../../shared/contract/wire.ts'
import { WindfallError } from '../../shared/errors.ts'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { openSqlite } from '../kernel/sqlite.ts'
import { type GridRefreshDeps, createGridRefresh } from './grid-refresh.ts'
import * as initial from './migrations/0001-initial.ts'
import { createSettingsStore } from './settings.store.ts'

const named = (name: string) => ({ source: name }) as Signal

function setUp({
  tariff = null,
  fails = [],
  site = null,
}: {
  tariff?: ReturnType<GridRefreshDeps['tariff']>
  fails?: readonly string[]
  site?: GridRefreshDeps['solar']['site']
} = {}) {
  const heard: string[] = []
  const clock = createFakeClock(Date.parse('2026-03-31T12:00:00.000Z'))
  const answer = async (name: string) => {
    if (fails.includes(name)) throw new WindfallError('grid.unavailable', 'Not now.')
    return named(name)
  }
  const refresh = createGridRefresh({
    zone: () => 'GB',
    tariff: () => tariff,
    ask: {
      signal: () => answer('forecast'),
      of: (_zone, kind) => answer(kind),
      sun: async ({ latitude, longitude }) => ({ signal: await answer(`sun at ${latitude}, ${longitude}`), reason: null }),
      history: (_zone, from, to) => answer(`${from.slice(5, 10)} to ${to.slice(5, 10)}`),
    },
    grid: { update: ({ source }) => heard.push(source), learn: ({ source }) => heard.push(`past ${source}`) },
    solar: { site, update: ({ source }) => heard.push(source) },
    settings: createSettingsStore(openSqlite(':memory:', [initial])),
    clock,
    log: { info: () => undefined },
  })
  return { refresh, heard, clock }
}

const PAST = ['past 03-01 to 03-15', 'past 03-15 to 03-29', 'past 03-29 to 03-30']
const ZONE = { kind: 'zone', currency: 'GBP', usdPerUnit: null } as const

test('the forecast is asked for each time, the past once a day, and prices only by an owner who pays them', async () => {
  const { refresh, heard, clock } = setUp()
  await refresh()
  await refresh()
  expect(heard).toEqual(['forecast', ...PAST, 'forecast'])
  await clock.advance(86_400_000)
  await refresh()
  expect(heard).toHaveLength(9)
  const paying = setUp({ tariff: ZONE })
  await paying.refresh()
  expect(paying.heard.slice(0, 2)).toEqual(['forecast', 'price'])
})

test('prices or a part of the past that cannot be had keep nothing else away; without a forecast it fails', async () => {
  const { refresh, heard } = setUp({ tariff: ZONE, fails: ['price', '03-15 to 03-29'] })
  await refresh()
  expect(heard).toEqual(['forecast', 'past 03-01 to 03-15', 'past 03-29 to 03-30'])
  await expect(setUp({ fails: ['forecast'] }).refresh()).rejects.toMatchObject({ code: 'grid.unavailable' })
})

test('the sun over a site is asked about once an hour, at a tenth of a degree, and its absence keeps nothing away', async () => {
  const site = { peakWatts: 4_000, tilt: 35, azimuth: 0, latitude: 51.4779, longitude: -0.0015 }
  const { refresh, heard, clock } = setUp({ site })
  await refresh()
  await refresh()
  expect(heard.filter((what) => what.startsWith('sun'))).toEqual(['sun at 51.5, 0'])
  await clock.advance(3_600_000)
  await refresh()
  expect(heard.filter((what) => what.startsWith('sun'))).toHaveLength(2)
  const without = setUp({ site, fails: ['sun at 51.5, 0'] })
  await without.refresh()
  expect(without.heard[0]).toBe('forecast')
})
