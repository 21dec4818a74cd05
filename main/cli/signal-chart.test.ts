import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Signal } from '../../shared/contract/wire.ts'
import { HALF_HOUR_MS, toIso } from '../../shared/units.ts'
import { chartOf } from './signal-chart.ts'
import { signalOf } from './zone-text.fixture.ts'

const at = (text: string): number => Date.parse(text)
const halfHours = (from: string, to: string, valueAt: (index: number) => number | null = (index) => index): Signal =>
  signalOf(Array.from({ length: (at(to) - at(from)) / HALF_HOUR_MS }, (_, index) => [toIso(at(from) + index * HALF_HOUR_MS), valueAt(index)]))

const BLOCKS = /[▁▂▃▄▅▆▇█·]/g
const blocksOf = (line: string | undefined): string => (line?.match(BLOCKS) ?? []).join('')
const london = { timeZone: 'Europe/London', width: 80 }

test('a day is a row of 48 blocks under its hours, the lowest value the lowest block and the highest the highest', () => {
  const lines = chartOf(halfHours('2026-03-18T00:00Z', '2026-03-19T00:00Z'), london)
  expect(lines).toEqual(['GMT         00          06          12          18', 'Wed 18 Mar  ▁▁▁▁▁▁▂▂▂▂▂▂▃▃▃▃▃▃▄▄▄▄▄▄▅▅▅▅▅▅▆▆▆▆▆▆▇▇▇▇▇▇██████  0 to 47'])
})

test.each([
  ['spring', '2026-03-28T00:00Z', '2026-03-30T23:00Z', 46, 'GMT→BST     00        06          12          18'],
  ['autumn', '2026-10-23T23:00Z', '2026-10-27T00:00Z', 50, 'BST→GMT     00            06          12          18'],
])('the day of %s on which the clocks change has its own number of half hours, under hours of its own', (_, from, to, count, hours) => {
  const lines = chartOf(halfHours(from, to), london)
  expect(lines).toHaveLength(6)
  expect(lines[2]).toBe(hours)
  expect([lines[1], lines[3], lines[5]].map((line) => blocksOf(line).length)).toEqual([48, count, 48])
  expect(lines.every((line) => line.length <= 80)).toBe(true)
})

test('what lies outside of the signal is blank, what it does not know is a dot', () => {
  const [, line] = chartOf(
    halfHours('2026-03-18T12:00Z', '2026-03-18T14:00Z', (index) => (index === 1 ? null : 5)),
    london,
  )
  expect(line).toBe(`Wed 18 Mar  ${' '.repeat(24)}▅·▅▅${' '.repeat(20)}  5 to 5`)
})

test('negative prices have the lowest blocks, and slots of other lengths fill theirs', () => {
  const points: [string, number][] = [
    ['2026-03-18T00:00:00.000Z', -4],
    ['2026-03-18T01:00:00.000Z', 4],
  ]
  expect(blocksOf(chartOf(signalOf(points, { slotMs: 2 * HALF_HOUR_MS }), london)[1])).toBe('▁▁██')
  const quarters = Array.from({ length: 4 }, (_, index): [string, number] => [toIso(at('2026-03-18T00:00Z') + index * 900_000), index])
  expect(blocksOf(chartOf(signalOf(quarters, { slotMs: 900_000 }), london)[1])).toBe('▂▇')
})

test('a signal without points has no chart', () => {
  expect(chartOf(signalOf([]), london)).toEqual([])
})

test('whatever the zone, the width and the day: every line fits, and every half hour of the signal has its place', () => {
  const zones = fc.constantFrom('Europe/London', 'America/New_York', 'Asia/Kolkata', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Pacific/Apia', 'UTC')
  fc.assert(
    fc.property(
      zones,
      fc.integer({ min: 44, max: 200 }),
      fc.integer({ min: 0, max: 17_500 }),
      fc.integer({ min: 1, max: 150 }),
      (timeZone, width, start, count) => {
        const from = at('2026-01-01T00:00Z') + start * HALF_HOUR_MS
        const lines = chartOf(halfHours(toIso(from), toIso(from + count * HALF_HOUR_MS)), { timeZone, width })
        expect(lines.filter((line) => line.length > width)).toEqual([])
        if (width >= 80) expect(lines.map(blocksOf).join('')).toHaveLength(count)
        else expect(lines.map(blocksOf).join('').length).toBeGreaterThan(0)
      },
    ),
    { numRuns: 60 },
  )
})
