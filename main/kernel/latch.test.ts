import { expect, test } from 'vitest'
import { createFakeClock } from './clock.fake.ts'
import { createLatch, raisedWithin } from './latch.ts'

const settled = async (waiting: Promise<boolean>) => Promise.race([waiting, new Promise((resolve) => setImmediate(() => resolve('waits')))])

test('what was raised before is not missed, and is told once however often it was raised', async () => {
  const latch = createLatch()
  latch.raise()
  latch.raise()
  const { signal } = new AbortController()
  expect(await latch.wait(signal)).toBe(true)
  const waiting = latch.wait(signal)
  expect(await settled(waiting)).toBe('waits')
  latch.raise()
  expect(await waiting).toBe(true)
})

test('an end of the wait is told as one, and loses nothing that is raised later', async () => {
  const latch = createLatch()
  const stop = new AbortController()
  const waiting = latch.wait(stop.signal)
  stop.abort()
  expect(await waiting).toBe(false)
  expect(await latch.wait(stop.signal)).toBe(false)
  latch.raise()
  expect(await latch.wait(new AbortController().signal)).toBe(true)
})

test('a wait that is over in time, by time or by the end, and a raise between two waits', async () => {
  const [latch, clock, stop] = [createLatch(), createFakeClock(), new AbortController()]
  const within = (ms: number) => raisedWithin(latch, { ms, clock }, stop.signal)
  const first = within(100)
  latch.raise()
  expect(await first).toBe(true)
  const second = within(100)
  await clock.advance(100)
  latch.raise()
  expect(await second).toBe(false)
  expect(await within(100)).toBe(true)
  const last = within(100)
  stop.abort()
  expect([await last, await within(100), clock.sleepers()]).toEqual([false, false, 0])
})
