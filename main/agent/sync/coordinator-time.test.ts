import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createCoordinatorTime, describeSkew } from './coordinator-time.ts'

const MINUTE = 60_000
const DAY = 86_400_000
const TRUE_TIME = Date.parse('2026-03-01T12:00:00.000Z')

/** A machine whose clock is off by so much, beside a coordinator whose clock is right. */
function machine(offMs: number) {
  const clock = createFakeClock(TRUE_TIME + offMs)
  const time = createCoordinatorTime(clock)
  const right = () => TRUE_TIME + clock.monotonic()
  return { clock, time, right, off: () => Math.abs(time.now() - right()) }
}

test.each([-DAY, -10 * MINUTE, -20_000, 0, 20_000, 10 * MINUTE, DAY])('a clock that is off by %i ms is measured, and corrected for what is signed', (offMs) => {
  const { time, right, off } = machine(offMs)
  expect(time.skewMs()).toBeNull()
  time.heard(right() - 40, 80)
  expect(time.skewMs()).toBe(offMs)
  expect(off()).toBe(0)
  expect(describeSkew(time.skewMs()) === null).toBe(Math.abs(offMs) <= 30_000)
})

test('the measurement is off by half the round trip at most, however the time was spent on its way', () => {
  fc.assert(
    fc.property(fc.integer({ min: -DAY, max: DAY }), fc.nat({ max: 10_000 }), fc.nat({ max: 10_000 }), (offMs, there, back) => {
      const { time, right } = machine(offMs)
      time.heard(right() - back, there + back)
      expect(Math.abs((time.skewMs() ?? Number.NaN) - offMs)).toBeLessThanOrEqual((there + back) / 2)
    }),
  )
})

test('a clock that is set during a session makes the measurement void until the next one, in either direction', async () => {
  for (const stepMs of [-DAY, -10 * MINUTE, 10 * MINUTE, DAY]) {
    const { clock, time, right, off } = machine(0)
    time.heard(right(), 0)
    await clock.advance(MINUTE)
    clock.jump(stepMs)
    expect(time.skewMs()).toBeNull()
    expect(time.now()).toBe(clock.now())
    expect(time.doubted(new Date(right()).toUTCString())).toBe(true)
    expect(off()).toBeLessThan(1_000)
    expect(time.skewMs()).toBeNull()
    time.heard(right(), 0)
    expect(time.skewMs()).toBe(stepMs)
    clock.jump(-stepMs)
    expect([time.skewMs(), off()]).toEqual([null, 0])
  }
})

test('a laptop that slept signs with its own clock until it has heard the time again', () => {
  const { clock, time, right } = machine(0)
  time.heard(right(), 0)
  clock.jump(8 * 60 * MINUTE)
  expect(time.now()).toBe(clock.now())
  expect(describeSkew(time.skewMs())).toBeNull()
})

test('small steps, as a time service makes them, keep the measurement', () => {
  const { clock, time, right } = machine(0)
  time.heard(right(), 0)
  clock.jump(400)
  expect(time.skewMs()).toBe(0)
})

test('a time that cannot be is not believed, whoever says it', () => {
  const { clock, time } = machine(0)
  for (const said of [Number.NaN, -62_000_000_000_000, 0, Date.parse('9999-12-31T23:59:59Z'), Number.POSITIVE_INFINITY]) {
    time.heard(said, 0)
    expect([time.now(), time.skewMs()]).toEqual([clock.now(), null])
  }
  for (const date of [null, '', 'soon', 'Thu, 01 Jan 1970 00:00:00 GMT']) expect(time.doubted(date)).toBe(false)
})

test('a refusal without a time takes back what nonsense had said', () => {
  const { clock, time } = machine(0)
  time.heard(TRUE_TIME + 365 * DAY, 0)
  expect(time.doubted(null)).toBe(true)
  expect(time.now()).toBe(clock.now())
})

test('the owner is told how far off the clock is, which way, and what to do', () => {
  expect(describeSkew(10 * MINUTE)).toBe('The clock of this machine is 10 minutes ahead. Set it, or switch on automatic time: no job starts until then.')
  expect(describeSkew(-DAY)).toMatch(/24 hours behind/)
  expect(describeSkew(-9 * DAY)).toMatch(/9 days behind/)
  expect(describeSkew(31_000)).toMatch(/31 seconds ahead/)
  expect(describeSkew(30_000)).toBeNull()
})
