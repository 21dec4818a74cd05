import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BASELINE } from '../../../shared/domain/settlement-evidence.ts'
import { HALF_HOUR_MS } from '../../../shared/units.ts'
import { type SiteHistory, dayOf, siteDay } from './site-day.ts'

const KWH = 3_600_000
const NOW = Date.parse('2026-12-31T00:00:00Z')

const site = (date: string, changes: Partial<SiteHistory> = {}): SiteHistory => ({
  date,
  now: NOW,
  firstMeteredAt: Date.parse('2026-01-05T09:00:00Z'),
  joulesAt: new Map(),
  unproven: [],
  events: [],
  readsAt: new Map(),
  dispatch: [],
  ...changes,
})

/** The same energy in every half-hour of some days. */
const drawn = (days: readonly string[], kWh: number): Map<number, number> =>
  new Map(
    days.flatMap((day) => {
      const { from, to } = dayOf(day)
      return Array.from({ length: (to - from) / HALF_HOUR_MS }, (_, index) => [from + index * HALF_HOUR_MS, kWh * KWH] as const)
    }),
  )

describe('the settlement day of Great Britain', () => {
  test.each([
    ['2026-03-29', 46, '2026-03-29T00:00:00.000Z', '2026-03-29T23:00:00.000Z'],
    ['2026-07-01', 48, '2026-06-30T23:00:00.000Z', '2026-07-01T23:00:00.000Z'],
    ['2026-10-25', 50, '2026-10-24T23:00:00.000Z', '2026-10-26T00:00:00.000Z'],
    ['2026-11-20', 48, '2026-11-20T00:00:00.000Z', '2026-11-21T00:00:00.000Z'],
  ])('%s has %i periods', (date, count, first, end) => {
    const { periods } = siteDay(site(date))
    expect(periods.map(({ period }) => period)).toEqual(Array.from({ length: count }, (_, index) => index + 1))
    expect([periods[0]?.from, periods.at(-1)?.to]).toEqual([first, end])
  })

  test('periods that comparable days do not have, have no baseline', () => {
    const { periods } = siteDay(site('2026-10-25'))
    expect(periods[47]).toMatchObject({ baselineKWh: 0, noBaseline: null })
    for (const period of periods.slice(48))
      expect(period).toMatchObject({ history: [], baselineKWh: null, deviationKWh: null, noBaseline: expect.stringContaining('no period') })
  })
})

const at = (day: string) => ({ from: Date.parse(`${day}T12:00:00Z`), to: Date.parse(`${day}T12:10:00Z`) })

describe('the baseline', () => {
  test('is the mean of the same period on the newest ten days of the same kind', () => {
    const fridays = siteDay(site('2026-11-20'))
    expect(fridays.comparableDays).toHaveLength(10)
    expect(fridays.comparableDays.slice(0, 5)).toEqual(['2026-11-19', '2026-11-18', '2026-11-17', '2026-11-16', '2026-11-13'])
    const saturdays = siteDay(site('2026-11-21')).comparableDays
    expect(saturdays.slice(0, 3)).toEqual(['2026-11-15', '2026-11-14', '2026-11-08'])
    const joulesAt = drawn(['2026-11-19', '2026-11-18', '2026-11-17', '2026-11-16', '2026-11-13'], 0.2)
    expect(siteDay(site('2026-11-20', { joulesAt })).periods[20]).toMatchObject({ baselineKWh: 0.1, meteredKWh: 0, deviationKWh: 0.1 })
  })

  test('of a site with no history is none, never nothing', () => {
    for (const period of siteDay(site('2026-11-20', { firstMeteredAt: null })).periods)
      expect(period).toMatchObject({ baselineKWh: null, deviationKWh: null, noBaseline: 'the site was never metered', history: [] })
    for (const period of siteDay(site('2026-11-20', { firstMeteredAt: Date.parse('2026-11-16T12:00:00Z') })).periods)
      expect(period).toMatchObject({ baselineKWh: null, deviationKWh: null, noBaseline: 'only 3 comparable days, and 5 are needed' })
  })

  test('leaves out event days, days whose runs are not all proven, and days when the clocks change', () => {
    const { comparableDays } = siteDay(site('2026-11-20', { events: [at('2026-11-19')], unproven: [at('2026-11-17')] }))
    expect(comparableDays.slice(0, 3)).toEqual(['2026-11-18', '2026-11-16', '2026-11-13'])
    expect(siteDay(site('2026-10-31')).comparableDays).not.toContain('2026-10-25')
    expect(siteDay(site('2026-11-19', { events: [at('2026-11-19')] })).eventDay).toBe(true)
    expect(siteDay(site('2026-11-20')).eventDay).toBe(false)
  })

  test('is compared with nothing where a run is not proven, or the period is not over', () => {
    const half = Date.parse('2026-11-20T10:00:00Z')
    const { periods } = siteDay(site('2026-11-20', { now: half + 1, unproven: [{ from: half - HALF_HOUR_MS - 1, to: half - HALF_HOUR_MS + 1 }] }))
    expect(periods.map(({ meteredMisses }) => meteredMisses).slice(17, 22)).toEqual([
      null,
      '1 run is not proven, or not yet',
      '1 run is not proven, or not yet',
      'the period is not over',
      'the period is not over',
    ])
    expect(periods[18]).toMatchObject({ baselineKWh: 0, deviationKWh: null })
  })
})

test('a deviation is baseline − metered, and nothing metered is lost', () => {
  const DAYS = ['2026-11-20', '2026-11-19', '2026-11-18', '2026-11-17', '2026-11-16', '2026-11-13', '2026-11-12', '2026-11-11']
  const starts = [...drawn(DAYS, 0).keys()]
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...starts.map(String)), fc.integer({ min: 0, max: 500_000 })), (drawnJ) => {
      const joulesAt = new Map(Object.entries(drawnJ).map(([start, joules]) => [Number(start), joules]))
      const { periods, comparableDays } = siteDay(site('2026-11-20', { joulesAt }))
      const today = dayOf('2026-11-20')
      const expected = [...joulesAt].filter(([start]) => start >= today.from && start < today.to).reduce((sum, [, joules]) => sum + joules, 0)
      expect(periods.reduce((sum, { meteredKWh }) => sum + meteredKWh, 0) * KWH).toBeCloseTo(expected, 3)
      expect(comparableDays).toHaveLength(BASELINE.days)
      for (const { baselineKWh, meteredKWh, deviationKWh, history } of periods) {
        expect(baselineKWh).toBeCloseTo(history.reduce((sum, kWh) => sum + kWh, 0) / 10, 9)
        expect(deviationKWh).toBeCloseTo((baselineKWh ?? Number.NaN) - meteredKWh, 9)
      }
    }),
    { numRuns: 20 },
  )
})
