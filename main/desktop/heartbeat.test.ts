import { expect, test } from 'vitest'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { createHeartbeat, keepBeating } from './heartbeat.ts'

const MINUTE_MS = 60_000

function listening() {
  const clock = createFakeClock()
  const heartbeat = createHeartbeat(clock)
  const stop = new AbortController()
  const ends: boolean[] = []
  void heartbeat.missed(stop.signal).then((hangs) => ends.push(hangs))
  return { clock, heartbeat, stop, ends }
}

test('a process that beats lives, however long; one that falls silent hangs after a minute or so', async () => {
  const { clock, heartbeat, ends } = listening()
  const heart = new AbortController()
  void keepBeating(heartbeat.heard, clock, heart.signal)
  await clock.advance(60 * MINUTE_MS)
  expect(ends).toEqual([])
  heart.abort()
  await clock.advance(MINUTE_MS - 15_000)
  expect(ends).toEqual([])
  await clock.advance(MINUTE_MS)
  expect(ends).toEqual([true])
})

test('a machine that sleeps is no process that hangs, whether or not it said so before', async () => {
  const { clock, heartbeat, ends } = listening()
  // A night in short stretches, each with one look of the shell before the agent has come to beat.
  for (let wake = 0; wake < 20; wake++) {
    clock.suspend(30 * MINUTE_MS)
    await clock.advance(15_000)
  }
  expect(ends).toEqual([])
  heartbeat.suspending(true)
  await clock.advance(10 * MINUTE_MS)
  expect(ends).toEqual([])
  heartbeat.suspending(false)
  await clock.advance(2 * MINUTE_MS)
  expect(ends).toEqual([true])
})

test('a wall clock that is set says nothing, and who stops listening hears no more', async () => {
  const { clock, heartbeat, stop, ends } = listening()
  heartbeat.heard()
  clock.jump(600 * MINUTE_MS)
  await clock.advance(30_000)
  expect(ends).toEqual([])
  stop.abort()
  await clock.advance(10 * MINUTE_MS)
  expect(ends).toEqual([false])
})
