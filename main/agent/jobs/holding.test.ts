import { expect, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createHolding } from './holding.ts'
import type { RunningJob } from './runtime.ts'

const HOT = { message: 'RTX 4070 is at 83 °C; your ceiling is 80 °C.' }

function setUp({ latencyMs = 0, freezes = true, thaws = true } = {}) {
  const clock = createFakeClock()
  const log: string[] = []
  const never = new AbortController().signal
  const turn = (name: string, outcome: boolean) => async () => {
    log.push(name)
    await clock.sleep(latencyMs, never)
    return outcome
  }
  const job: RunningJob = { freeze: turn('freeze', freezes), thaw: turn('thaw', thaws), throttle: async () => true }
  const holding = createHolding({ clock, giveUp: () => log.push('give up'), changed: () => log.push('changed') })
  return { clock, log, job, holding }
}

test('a job rests when it is told, says why, goes on when it may, and the time it stood still is known', async () => {
  const { clock, log, job, holding } = setUp()
  holding.attach(job)
  await clock.advance(1_000)
  holding.set(HOT)
  await clock.advance(4_000)
  expect(holding.message()).toBe('Resting: RTX 4070 is at 83 °C; your ceiling is 80 °C.')
  holding.set({ message: 'RTX 4070 is at 74 °C; work goes on at 73 °C.' })
  expect(holding.message()).toContain('74 °C')
  holding.set(null)
  await clock.advance(10_000)
  expect(holding.message()).toBeNull()
  holding.set(HOT)
  await clock.advance(500)
  expect(holding.end()).toBe(4_500)
  expect(log.filter((word) => word !== 'changed')).toEqual(['freeze', 'thaw', 'freeze'])
})

test('a job that has to rest before it runs is frozen with its first instruction', async () => {
  const { clock, log, job, holding } = setUp()
  holding.set(HOT)
  await clock.advance(60_000)
  expect([log, holding.message()]).toEqual([[], null])
  holding.attach(job)
  await clock.advance(1)
  expect(log[0]).toBe('freeze')
})

test('while the engine works on one wish only the last of the others counts', async () => {
  const { clock, log, job, holding } = setUp({ latencyMs: 100 })
  holding.attach(job)
  for (const hold of [HOT, null, HOT, null, HOT]) holding.set(hold)
  await clock.advance(1_000)
  expect(log.filter((word) => word !== 'changed')).toEqual(['freeze'])
  holding.set(null)
  holding.set(HOT)
  holding.set(null)
  await clock.advance(1_000)
  expect(log.filter((word) => word !== 'changed')).toEqual(['freeze', 'thaw'])
})

test.each([
  ['cannot be frozen', { freezes: false }, ['freeze', 'give up']],
  ['cannot be let go on', { thaws: false }, ['freeze', 'thaw', 'give up']],
])('a job that %s is handed back', async (_, outcome, expected) => {
  const { clock, log, job, holding } = setUp(outcome)
  holding.attach(job)
  holding.set(HOT)
  await clock.advance(10)
  if (log.at(-1) !== 'give up') holding.set(null)
  await clock.advance(10)
  expect(log.filter((word) => word !== 'changed')).toEqual(expected)
})

test('after ten minutes without a break the job is handed back; short rests never add up to that', async () => {
  const { clock, log, job, holding } = setUp()
  holding.attach(job)
  for (let round = 0; round < 10; round++) {
    holding.set(HOT)
    await clock.advance(599_000)
    holding.set(null)
    await clock.advance(1_000)
  }
  expect(log).not.toContain('give up')
  holding.set(HOT)
  await clock.advance(600_000)
  expect(log).toContain('give up')
})

test('a job that ends while the engine freezes it is not thawed any more', async () => {
  const { clock, log, job, holding } = setUp({ latencyMs: 100 })
  holding.attach(job)
  holding.set(HOT)
  await clock.advance(50)
  expect(holding.end()).toBe(0)
  holding.set(null)
  await clock.advance(1_000)
  expect(log).toEqual(['freeze'])
  expect(clock.sleepers()).toBe(0)
})
