import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { epochMs } from '../../../shared/units.ts'
import { firstLook, isDue, napMs, nextLook } from './schedule.ts'

const NOW = epochMs(Date.parse('2026-03-01T12:00:00.000Z'))
const HOUR_MS = 3_600_000
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const hours = (at: number): number => (at - NOW) / HOUR_MS

test('a program looks within minutes of its start, unless it has looked within a day', () => {
  fc.assert(
    fc.property(chance, (random) => {
      for (const at of [null, '2026-02-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z']) expect(hours(firstLook(NOW, at, random))).toBeLessThanOrEqual(1 / 6)
      expect(hours(firstLook(NOW, '2026-03-01T10:00:00.000Z', random))).toBe(22)
    }),
  )
})

test('copies look about once a day, not all at once, and sooner after a failure but never in a rush', () => {
  fc.assert(
    fc.property(chance, fc.nat(100), (random, failures) => {
      const wait = hours(nextLook(NOW, failures, random))
      expect(wait).toBeGreaterThanOrEqual(0.8)
      expect(wait).toBeLessThanOrEqual(29)
      if (failures === 0) expect(wait).toBeGreaterThanOrEqual(19)
    }),
  )
  expect(nextLook(NOW, 0, 0.1)).not.toBe(nextLook(NOW, 0, 0.9))
})

test('a clock that was set back a month does not keep a program from looking for a month', () => {
  const at = nextLook(NOW, 0, 0.5)
  expect([isDue(NOW, at), isDue(at, at), isDue(epochMs(NOW - 30 * 24 * HOUR_MS), at)]).toEqual([false, true, true])
  expect([napMs(NOW, at), napMs(at, NOW)]).toEqual([HOUR_MS, 0])
})
