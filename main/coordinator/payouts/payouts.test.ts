import { pino } from 'pino'
import { expect, test } from 'vitest'
import { WindfallError } from '../../../shared/errors.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createLatch } from '../../kernel/latch.ts'
import { payoutEvents } from './events.ts'
import { inTurn } from './in-turn.ts'
import { runPayouts } from './payouts.ts'

test('the loop goes on after a pass that failed, and stops when told', async () => {
  const clock = createFakeClock()
  const stop = new AbortController()
  const failures: unknown[] = []
  let passes = 0
  const step = async () => {
    passes++
    if (passes === 1) throw new WindfallError('chain.unavailable', 'down')
  }
  const events = { ...payoutEvents(pino({ level: 'silent' })), failed: (error: unknown) => failures.push(error) }
  const running = runPayouts({ step }, { clock, intervalMs: 2_000, claimed: createLatch(), events }, stop.signal)
  await clock.advance(4_000)
  expect(passes).toBe(3)
  expect(failures).toHaveLength(1)
  stop.abort()
  await running
  expect(clock.sleepers()).toBe(0)
})

test('what is claimed does not wait for the next pass', async () => {
  const clock = createFakeClock()
  const stop = new AbortController()
  const claimed = createLatch()
  let passes = 0
  const events = payoutEvents(pino({ level: 'silent' }))
  const running = runPayouts({ step: async () => void passes++ }, { clock, intervalMs: 2_000, claimed, events }, stop.signal)
  await clock.advance(1)
  expect(passes).toBe(1)
  claimed.raise()
  await clock.advance(1)
  expect(passes).toBe(2)
  stop.abort()
  await running
  expect(clock.sleepers()).toBe(0)
})

test('whoever fails keeps nobody behind waiting: the first failure is thrown in the end, the others are in the log', async () => {
  const [seen, logged]: [number[], unknown[]] = [[], []]
  const turn = async (one: number) => {
    seen.push(one)
    if (one % 2 === 0) throw new RangeError(`${one} is even`)
  }
  await expect(inTurn([1, 2, 3, 4, 5], turn, { failed: (error) => logged.push(error) })).rejects.toThrow('2 is even')
  expect(seen).toEqual([1, 2, 3, 4, 5])
  expect(logged).toEqual([new RangeError('4 is even')])
})

test('the same failure is told to the log once, and counted every time', () => {
  const lines: string[] = []
  const { failed } = payoutEvents(pino({ level: 'info' }, { write: (line) => void lines.push(line) }))
  failed(new WindfallError('chain.unavailable', 'down'), false)
  failed(new WindfallError('chain.unavailable', 'down'), true)
  expect(lines).toHaveLength(1)
})
