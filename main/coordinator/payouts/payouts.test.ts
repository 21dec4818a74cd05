import { pino } from 'pino'
import { expect, test } from 'vitest'
import { WindfallError } from '../../../shared/errors.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { payoutEvents } from './events.ts'
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
  const running = runPayouts({ step, queueAnchor: async () => 'queued' }, { clock, intervalMs: 2_000, events }, stop.signal)
  await clock.advance(4_000)
  expect(passes).toBe(3)
  expect(failures).toHaveLength(1)
  stop.abort()
  await running
  expect(clock.sleepers()).toBe(0)
})
