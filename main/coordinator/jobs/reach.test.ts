import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { REACH, firstReach, nextReach } from './reach.ts'

test('a round looks at what it can do in about a second, and grows step by step', () => {
  expect(nextReach({ jobs: 5_000, tookMs: 5_000 }).queued).toBe(1_000)
  expect(nextReach({ jobs: 1_000, tookMs: 900 }).queued).toBe(1_111)
  expect(nextReach({ jobs: 10, tookMs: 1 }).queued).toBe(1_000)
  expect(nextReach({ jobs: 1_000, tookMs: 1 }).queued).toBe(2_000)
  expect(nextReach({ jobs: 1_000, tookMs: 0 }).queued).toBe(2_000)
})

test('a round before which nothing is planned looks at a few jobs for each node that waits for work', () => {
  expect([0, 1, 20, 10_000].map((willing) => firstReach(willing).queued)).toEqual([50, 50, 200, 500])
})

test('it never looks at fewer than that, and never at more than a round ever does', () => {
  fc.assert(
    fc.property(fc.nat(100_000), fc.nat(1e6), (jobs, tookMs) => {
      const { queued, planned } = nextReach({ jobs, tookMs })
      expect(queued).toBeGreaterThanOrEqual(firstReach(Infinity).queued)
      expect(queued).toBeLessThanOrEqual(REACH.queued)
      expect(planned).toBe(4 * queued)
    }),
  )
})
