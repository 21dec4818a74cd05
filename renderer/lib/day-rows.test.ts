import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { DayCode } from '../../shared/contract/day-report.ts'
import { DAY_MS, barRows, dayRows, daysBack, groupTotals } from './day-rows.ts'

const plain = (text: string) => text.replaceAll(/[\u202f\u00a0]/g, ' ')

const report = fc
  .uniqueArray(fc.record({ code: fc.constantFrom(...DayCode.options), ms: fc.integer({ min: 1, max: 3_600_000 }) }), {
    selector: ({ code }) => code,
    minLength: 1,
  })
  .map((entries) => ({ day: '2026-11-21', totalMs: entries.reduce((sum, { ms }) => sum + ms, 0), entries: entries.toSorted((a, b) => b.ms - a.ms) }))

const minutesOf = (text: string): number => {
  if (text.startsWith('<')) return 0
  const [, hours = '0', minutes = '0'] = /^(?:(\d+) h)? ?(?:(\d+) min)?$/.exec(plain(text)) ?? []
  return Number(hours) * 60 + Number(minutes)
}

test('every millisecond of a day is in one row, and the rounded figures make the rounded total', () => {
  fc.assert(
    fc.property(report, (day) => {
      const rows = dayRows(day)
      expect(rows.reduce((sum, { ms }) => sum + ms, 0)).toBe(day.totalMs)
      expect(rows.reduce((sum, { time }) => sum + minutesOf(time), 0)).toBe(Math.round(day.totalMs / 60_000))
      expect(rows.reduce((sum, { share }) => sum + (share.startsWith('<') ? 0 : Number.parseInt(share, 10)), 0)).toBe(100)
      expect(barRows(rows).toSorted((a, b) => b.ms - a.ms)).toHaveLength(rows.length)
      expect(groupTotals(rows).reduce((sum, { ms }) => sum + ms, 0)).toBe(day.totalMs)
    }),
  )
})

test('less than half a minute is not called nothing', () => {
  const rows = dayRows({
    day: '2026-11-21',
    totalMs: DAY_MS,
    entries: [
      { code: 'off', ms: DAY_MS - 20_000 },
      { code: 'running', ms: 20_000 },
    ],
  })
  expect(rows.map(({ time, share }) => [plain(time), plain(share)])).toEqual([
    ['24 h', '100%'],
    ['< 1 min', '< 1%'],
  ])
})

test('the days to choose from are today and those before, over the end of a year', () =>
  expect(daysBack(Date.parse('2027-01-01T00:00:00.000Z'), 2)).toEqual(['2027-01-01', '2026-12-31', '2026-12-30']))
