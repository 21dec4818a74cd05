import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { RESTART_MS, type RunningJob, pauseOf } from './pause.ts'

const NOW = Date.parse('2026-03-01T12:00:00.000Z')
const HOUR_MS = 3_600_000

const job = (change: Partial<RunningJob> = {}): RunningJob => ({
  jobId: 'job-1',
  leaseId: 'lease-1',
  mayPause: true,
  watts: 300,
  expectedMs: 2 * HOUR_MS,
  restMs: HOUR_MS,
  deadlineAt: NOW + 12 * HOUR_MS,
  now: { moment: 800, rest: 700 },
  later: { from: NOW + 4 * HOUR_MS, rest: 200 },
  ...change,
})

const ms = (hours: number) => fc.integer({ min: 0, max: hours * HOUR_MS })
const later = (hours: number, rest = 200) => ({ from: NOW + hours * HOUR_MS, rest })

test.each([
  ['dirty now, clean later', {}, 'pause', 'that saves 150.0 g of its rest, and a restart costs 3.0 g.'],
  ['that nobody may interrupt', { mayPause: false }, 'keep', 'saves no checkpoints'],
  ['that should have ended', { restMs: 0 }, 'keep', 'end at any moment'],
  ['in a zone nobody knows', { now: null }, 'keep', 'no later window is known'],
  ['without a later window', { later: null }, 'keep', 'no later window is known'],
  ['whose best window is now', { later: later(0) }, 'keep', 'no later window is cleaner'],
  ['that would end a moment too late', { later: { ...later(10), from: NOW + 10 * HOUR_MS - RESTART_MS + 1 } }, 'keep', 'too late for its deadline'],
  ['that would just end in time', { later: { ...later(10), from: NOW + 10 * HOUR_MS - RESTART_MS } }, 'pause', 'saves'],
  ['in a spike still to come', { now: { moment: 150, rest: 700 } }, 'keep', 'not dirtier at this moment'],
  ['with little left', { restMs: 60_000 }, 'keep', 'saves 2.5 g of its rest, and a restart costs 3.0 g.'],
  ['with little to gain', { now: { moment: 205, rest: 205 } }, 'keep', 'saves 1.5 g of its rest, and a restart costs 3.0 g.'],
] as const)('a job %s', (_, change, action, reason) => {
  expect(pauseOf(job(change), NOW)).toEqual({ action, reason: expect.stringContaining(reason) })
})

test('whatever the grid does, a job that pauses still ends in time, and emits less than if it ran on', () => {
  const grams = fc.double({ min: 0, max: 1_500, noNaN: true })
  const Job = fc.record({
    mayPause: fc.boolean(),
    watts: fc.double({ min: 1, max: 2_000, noNaN: true }),
    expectedMs: ms(24),
    restMs: ms(24),
    deadlineAt: ms(72).map((after) => NOW + after),
    now: fc.option(fc.record({ moment: grams, rest: grams })),
    later: fc.option(fc.record({ from: ms(72).map((after) => NOW + after), rest: grams })),
  })
  fc.assert(
    fc.property(Job, (made) => {
      const { mayPause, restMs, expectedMs, deadlineAt, now, later: then } = job(made)
      if (pauseOf(job(made), NOW).action === 'keep') return
      expect(mayPause).toBe(true)
      expect((then?.from ?? Infinity) + Math.max(restMs, expectedMs) + RESTART_MS).toBeLessThanOrEqual(deadlineAt)
      expect((then?.rest ?? Infinity) * (restMs + RESTART_MS)).toBeLessThan((now?.rest ?? 0) * restMs)
    }),
    { numRuns: 2_000 },
  )
})
