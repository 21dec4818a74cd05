import { expect, test } from 'vitest'
import { createFakeClock } from '../../../kernel/clock.fake.ts'
import { type Poller, createPollers } from './pollers.ts'

function setUp(poll: Poller['poll'] = () => undefined) {
  const clock = createFakeClock()
  let [polls, told, running] = [0, 0, false]
  const poller: Poller = {
    runningMs: 250,
    restingMs: 5_000,
    poll: () => {
      polls++
      return poll()
    },
  }
  const pollers = createPollers([poller], { clock, jobRunning: () => running, polled: () => told++ })
  const forMs = async (ms: number) => {
    for (let left = ms; left > 0; left -= 250) {
      void pollers.tick()
      await clock.advance(250)
    }
  }
  return {
    poller,
    pollers,
    forMs,
    polls: () => polls,
    told: () => told,
    run: () => {
      running = true
    },
  }
}

test('seldom while nothing runs, often while a job does, at once when it begins', async () => {
  const { forMs, polls, run } = setUp()
  await forMs(10_000)
  expect(polls()).toBe(2)
  run()
  await forMs(250)
  expect(polls()).toBe(3)
  await forMs(1_000)
  expect(polls()).toBe(7)
})

test('a source that takes its time is not asked again meanwhile', async () => {
  const answer = Promise.withResolvers<void>()
  const { forMs, polls, told, pollers, poller } = setUp(() => answer.promise)
  await forMs(60_000)
  pollers.hurry(poller)
  expect([polls(), told()]).toEqual([1, 0])
  answer.resolve()
  await forMs(250)
  expect(told()).toBeGreaterThan(0)
})

test('a source that throws is asked again, and hurts nobody', async () => {
  const { forMs, polls, told } = setUp(() => Promise.reject(new Error('broken')))
  await forMs(10_000)
  expect([polls(), told()]).toEqual([2, 0])
})

test('a hundred signals in a moment are one question', async () => {
  const { forMs, pollers, poller, polls } = setUp()
  await forMs(1_000)
  for (let signal = 0; signal < 100; signal++) pollers.hurry(poller)
  await forMs(250)
  expect(polls()).toBe(2)
})
