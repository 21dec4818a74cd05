import { expect, test } from 'vitest'
import { systemClock } from './clock.ts'
import { createFakeClock } from './clock.fake.ts'

const never = new AbortController().signal

test('sleepers wake in the order of their time, each running to its next wait before the next one wakes', async () => {
  const clock = createFakeClock()
  const seen: string[] = []
  const sleeper = async (name: string, ms: number) => {
    await clock.sleep(ms, never)
    seen.push(`${name} ${clock.monotonic()}`)
    await clock.sleep(10, never)
    seen.push(`${name} ${clock.monotonic()}`)
  }
  const all = [sleeper('late', 30), sleeper('early', 5), sleeper('same', 5)]
  await clock.advance(35)
  expect(seen).toEqual(['early 5', 'same 5', 'early 15', 'same 15', 'late 30'])
  expect(clock.sleepers()).toBe(1)
  await clock.advance(5)
  await Promise.all(all)
  expect(clock.sleepers()).toBe(0)
})

test('advancing moves both clocks by exactly that much; a jump moves the wall alone and wakes nobody', async () => {
  const clock = createFakeClock(1_000)
  let woken = false
  void clock.sleep(100, never).then(() => (woken = true))
  clock.jump(3_600_000)
  await clock.advance(99)
  expect([clock.now(), clock.monotonic(), woken]).toEqual([3_601_099, 99, false])
  await clock.advance(1)
  expect([clock.now(), clock.monotonic(), woken]).toEqual([3_601_100, 100, true])
})

test.each([
  ['fake', createFakeClock()],
  ['system', systemClock],
])('an abort ends a sleep of the %s clock at once and says so, also one that begins after it', async (_, clock) => {
  const stop = new AbortController()
  const sleeping = clock.sleep(60_000, stop.signal)
  stop.abort()
  expect(await sleeping).toBe(false)
  expect(await clock.sleep(60_000, stop.signal)).toBe(false)
})

test('the system clock sleeps to the end and its durations never run backwards', async () => {
  const before = systemClock.monotonic()
  expect(await systemClock.sleep(1, never)).toBe(true)
  expect(systemClock.monotonic()).toBeGreaterThanOrEqual(before)
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1_000)
})
