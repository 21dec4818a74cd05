import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Ran } from './attempts.store.ts'
import { progressOf } from './progress.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const spec = (restartSeconds = 0) => ({ expected: { seconds: 7_200, watts: 250 }, interruptible: { minRunSeconds: 0, restartSeconds } })
const ran = (from: number, to: number | null, savedAt: number | null): Ran => ({
  startedAt: from * MINUTE_MS,
  endedAt: to === null ? null : to * MINUTE_MS,
  savedAt: savedAt === null ? null : savedAt * MINUTE_MS,
})
const NOW = 1_000 * MINUTE_MS
const restOf = (attempts: readonly Ran[], restartSeconds = 0) => progressOf(spec(restartSeconds), attempts, NOW).restMs / MINUTE_MS

test.each([
  ['nothing has been tried', [], 120, false],
  ['an attempt saved all it did', [ran(0, 30, 31)], 90, true],
  ['an attempt saved some of it', [ran(0, 30, 10)], 110, true],
  ['an attempt saved nothing', [ran(0, 30, null)], 120, false],
  ['one attempt saved and the next did not', [ran(0, 30, 30), ran(40, 60, null)], 90, true],
  ['two attempts saved', [ran(0, 30, 30), ran(40, 60, 60)], 70, true],
  ['it runs', [ran(970, null, null)], 90, false],
  ['it runs on from what was saved', [ran(0, 30, 30), ran(970, null, null)], 60, true],
  ['it has run for longer than expected', [ran(0, 500, 500)], 12, true],
] as const)('what is left when %s', (_, attempts, minutes, hasRun) => {
  expect(progressOf(spec(), attempts, NOW)).toEqual({ restMs: minutes * MINUTE_MS, hasRun })
})

test('the way back to where the last run was is no progress', () => {
  expect(restOf([ran(0, 30, 30), ran(40, 60, 60)], 300)).toBe(75)
  expect(restOf([ran(0, 30, 30), ran(998, null, null)], 300)).toBe(90)
})

test('whatever was tried, something is left, and never more than the whole', () => {
  const attempt = fc
    .tuple(fc.nat(900), fc.nat(90), fc.option(fc.nat(1_000)), fc.boolean())
    .map(([from, lasted, saved, isOver]) => ran(from, isOver ? from + lasted : null, saved))
  fc.assert(
    fc.property(fc.array(attempt, { maxLength: 8 }), fc.nat(600), (attempts, restartSeconds) => {
      const { restMs } = progressOf(spec(restartSeconds), attempts, NOW)
      expect(restMs).toBeGreaterThanOrEqual(0.1 * 2 * HOUR_MS)
      expect(restMs).toBeLessThanOrEqual(2 * HOUR_MS)
    }),
  )
})
