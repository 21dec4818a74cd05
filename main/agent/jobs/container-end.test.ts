import { expect, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { SAVING_CPUS, askToEnd } from './container-end.ts'

/** A container that ends when it is told to, and what was asked of its engine. */
function setUp({ cpus = 4, graceMs = 1_500, slows = true } = {}) {
  const clock = createFakeClock()
  const began = clock.monotonic()
  const calls: string[] = []
  const ended = Promise.withResolvers<void>()
  const say = (what: string) => void calls.push(`${clock.monotonic() - began} ${what}`)
  const engine = {
    setCpus: async (_id: string, share: number) => (slows ? say(`cpus ${share}`) : Promise.reject(new Error('the engine refused'))),
    terminate: async () => say('terminate'),
  }
  const over = askToEnd(
    { engine, clock, id: 'c', cpus, grace: { ms: () => graceMs, slowed: () => say('slowed'), passed: () => say('passed') } },
    ended.promise,
  ).then(() => say('over'))
  return { clock, calls, ended, over }
}

test('a job that saves its work loses the processor at once, and is over when it has ended', async () => {
  const { clock, calls, ended, over } = setUp()
  await clock.advance(300)
  expect(calls).toEqual([`0 cpus ${SAVING_CPUS}`, '0 slowed', '0 terminate'])
  ended.resolve()
  await over
  expect(calls.slice(3)).toEqual(['300 over'])
})

test('one that lets its time pass is over then, and that is noted', async () => {
  const { clock, calls, over } = setUp({ cpus: 0.1 })
  await clock.advance(1_500)
  await over
  expect(calls).toEqual(['0 cpus 0.1', '0 slowed', '0 terminate', '1500 passed', '1500 over'])
})

test.each([
  ['has no grace', { graceMs: 0 }],
  ['cannot be slowed down', { slows: false }],
])('one that %s is over at once, unasked', async (_what, change) => {
  const { calls, over } = setUp(change)
  await over
  expect(calls).toEqual(['0 over'])
})
