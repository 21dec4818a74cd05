import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFakeClock } from './clock.fake.ts'
import { watchSteps } from './clock-steps.ts'

const HOUR_MS = 3_600_000

test('a clock that only runs leaves no slack, however long', async () => {
  const real = createFakeClock()
  const { clock, slackMs } = watchSteps(real)
  const before = clock.now()
  await real.advance(30 * HOUR_MS)
  expect(slackMs(before)).toBe(0)
})

test.each([HOUR_MS, -HOUR_MS])('a step of %i ms is slack for what was written down before it, and none for what comes long after', async (step) => {
  const real = createFakeClock()
  const { clock, slackMs } = watchSteps(real)
  const before = clock.now()
  await real.advance(60_000)
  real.jump(step)
  expect(slackMs(before)).toBe(HOUR_MS)
  await real.advance(2 * HOUR_MS)
  expect(slackMs(clock.now())).toBe(0)
})

test('what is written down shortly after a step is judged by those who have not noticed it yet', async () => {
  const real = createFakeClock()
  const { clock, slackMs } = watchSteps(real)
  real.jump(HOUR_MS)
  clock.now()
  await real.advance(60_000)
  expect(slackMs(clock.now())).toBe(HOUR_MS)
  await real.advance(840_001)
  expect(slackMs(clock.now())).toBe(0)
})

test('a step there and back is known if anybody has looked at the time in between', async () => {
  const real = createFakeClock()
  const { clock, slackMs } = watchSteps(real)
  real.jump(HOUR_MS)
  const wrong = clock.now()
  real.jump(-HOUR_MS)
  expect(slackMs(wrong)).toBeGreaterThanOrEqual(HOUR_MS)
})

test('sleep is no step: it leaves no slack, and hides nothing of a step that somebody makes meanwhile', async () => {
  const real = createFakeClock()
  const { clock, slackMs } = watchSteps(real)
  const before = clock.now()
  await real.advance(60_000)
  real.suspend(440_000)
  expect(slackMs(before)).toBe(0)
  real.suspend(440_000)
  real.jump(-HOUR_MS)
  expect(slackMs(before)).toBe(HOUR_MS)
})

test('a step that a sleep of the same length hides is noticed within a second', async () => {
  const real = createFakeClock()
  const { clock, slackMs } = watchSteps(real)
  const before = clock.now()
  real.suspend(HOUR_MS)
  real.jump(-HOUR_MS)
  await real.advance(1_000)
  clock.now()
  real.jump(HOUR_MS)
  expect(slackMs(before)).toBe(2 * HOUR_MS)
})

const MOVE = fc.record({
  ms: fc.integer({ min: 0, max: HOUR_MS }),
  sleptMs: fc.constantFrom(0, 0, 1_000, HOUR_MS / 6, HOUR_MS),
  jump: fc.constantFrom(0, 0, HOUR_MS, -HOUR_MS, 20_000, -20_000),
})

test('the slack covers what the wall clock is off by, and nothing but what it was set by', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(MOVE, { maxLength: 12 }), async (moves) => {
      const real = createFakeClock()
      const { clock, slackMs } = watchSteps(real)
      const [wall, passed] = [clock.now(), clock.sinceBoot()]
      for (const { ms, sleptMs, jump } of moves) {
        await real.advance(ms)
        real.suspend(sleptMs)
        real.jump(jump)
        clock.now()
      }
      const slack = slackMs(wall)
      expect(Math.abs(clock.now() - wall - (clock.sinceBoot() - passed))).toBeLessThanOrEqual(slack)
      expect(slack).toBeLessThanOrEqual(moves.reduce((sum, { jump }) => sum + Math.abs(jump), 0))
    }),
    { numRuns: 60 },
  )
})
