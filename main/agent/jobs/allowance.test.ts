import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createAllowance, freezable } from './allowance.ts'

test('the limit is reached after exactly its own time of running, however often and long the job rests', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 0, max: 5_000 })), { maxLength: 8 }), async (phases) => {
      const clock = createFakeClock()
      const allowance = createAllowance(clock, 10_000)
      let isUsed = false
      const done = allowance.used(new AbortController().signal).then((used) => (isUsed = used))
      let ranMs = 0
      for (const [runs, rests] of phases) {
        await clock.advance(runs)
        ranMs += runs
        allowance.halt()
        await clock.advance(rests)
        allowance.resume()
        expect(isUsed).toBe(false)
      }
      await clock.advance(10_000 - ranMs - 1)
      expect(isUsed).toBe(false)
      await clock.advance(1)
      await done
      expect(isUsed).toBe(true)
    }),
  )
})

test('a job that ends while it rests leaves no timer behind', async () => {
  const clock = createFakeClock()
  const allowance = createAllowance(clock, 10_000)
  const over = new AbortController()
  const used = allowance.used(over.signal)
  allowance.halt()
  allowance.halt()
  await clock.advance(60_000)
  over.abort()
  expect(await used).toBe(false)
  expect(clock.sleepers()).toBe(0)
})

test('the limit stands still only if the job really does', async () => {
  const allowance = createAllowance(createFakeClock(), 10_000)
  const job = freezable({ freeze: () => Promise.reject(new Error('no freezer')), thaw: async () => undefined }, allowance)
  expect([await job.freeze(), allowance.isHalted()]).toEqual([false, false])
  const able = freezable({ freeze: async () => undefined, thaw: async () => undefined }, allowance)
  expect([await able.freeze(), allowance.isHalted()]).toEqual([true, true])
  expect([await able.thaw(), allowance.isHalted()]).toEqual([true, false])
})
