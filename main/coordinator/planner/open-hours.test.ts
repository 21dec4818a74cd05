import { expect, test } from 'vitest'
import { openTimes } from './open-hours.ts'

const HOUR = 3_600_000
/** A Monday, 00:30. */
const MONDAY = Date.parse('2026-03-16T00:30:00.000Z')
const week = (...open: readonly number[]) => Array.from({ length: 168 }, (_, hour) => (open.includes(hour) ? 0.5 : 0.49))
const hours = (ready: boolean, availability: readonly number[] | null) =>
  openTimes({ ready, availability }, MONDAY).map(({ from, to }) => [(from - MONDAY) / HOUR, (to - MONDAY) / HOUR])

test.each([
  ['with nothing learned, a ready node stays ready', true, null, [[0, Infinity]]],
  ['with nothing learned, one that is not has no time', false, null, []],
  ['the running hour counts as it is', true, week(), [[0, 0.5]]],
  ['even if it usually is free', false, week(0), [[167.5, 168.5]]],
  [
    'hours that touch are one stretch',
    true,
    week(1, 2, 5),
    [
      [0, 2.5],
      [4.5, 5.5],
      [168.5, 170.5],
      [172.5, 173.5],
    ],
  ],
  [
    'the week ends on Sunday at midnight',
    false,
    week(167),
    [
      [166.5, 167.5],
      [334.5, 335.5],
    ],
  ],
] as const)('%s', (_, ready, availability, expected) => {
  expect(hours(ready, availability)).toEqual(expected)
})
