import { expect, test } from 'vitest'
import { at } from './afternoon.fake.ts'
import { createPowerRing } from './power-ring.ts'

const reading = (second: number, watts = second) => ({ at: at(second * 1_000), watts, temperatureC: null })
const watts = (ring: ReturnType<typeof createPowerRing>) => ring.points().map((point) => point.watts)

test('keeps an hour of readings, and a repeat changes nothing', () => {
  const ring = createPowerRing()
  for (let second = 0; second < 4_000; second++) ring.push(reading(second))
  expect(ring.points()).toHaveLength(3_600)
  const before = ring.points()
  ring.push(reading(3_999))
  expect(ring.points()).toBe(before)
  expect(ring.knownUntil()).toBe(at(3_999_000))
})

test('what the agent still knew fills the gap of a window that was hidden', () => {
  const ring = createPowerRing(4)
  ring.push(reading(1))
  ring.push(reading(15))
  expect(ring.knownUntil()).toBe(at(1_000))
  ring.complete([reading(2), reading(3), reading(15)])
  expect(watts(ring)).toEqual([1, 2, 3, 15])
  ring.complete([reading(0)])
  expect(watts(ring)).toEqual([1, 2, 3, 15])
})

test('a clock that was set back begins anew', () => {
  const ring = createPowerRing()
  ring.push(reading(3_600))
  ring.push(reading(0))
  expect(watts(ring)).toEqual([0])
})

test('tells who listens, until they stop', () => {
  const ring = createPowerRing()
  let told = 0
  const stop = ring.subscribe(() => told++)
  ring.push(reading(1))
  stop()
  ring.push(reading(2))
  expect(told).toBe(1)
})
