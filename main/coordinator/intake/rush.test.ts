import { expect, test } from 'vitest'
import type { MonotonicMs } from '../../../shared/units.ts'
import { createRush } from './rush.ts'

function startRush(perSecond: number) {
  let now = 0
  const rush = createRush({ monotonic: () => now as MonotonicMs }, perSecond)
  /** So many, one every `everyMs`. */
  const arrive = (count: number, everyMs: number) => {
    for (let index = 0; index < count; index++) {
      now += everyMs
      rush.arrived()
    }
  }
  return { ...rush, arrive, pass: (ms: number) => (now += ms) }
}

test('what comes steadily and slowly enough is no rush, however long it goes on', () => {
  const rush = startRush(500)
  for (let index = 0; index < 5_000; index++) {
    rush.arrive(1, 2.1)
    expect(rush.isOn()).toBe(false)
  }
})

test('a rush begins within a quarter of a second, lasts while a lot comes, and is over half a second after the last of it', () => {
  const rush = startRush(500)
  rush.arrive(126, 0.2)
  expect(rush.isOn()).toBe(true)
  for (let index = 0; index < 10_000; index++) {
    rush.arrive(1, 0.2)
    expect(rush.isOn()).toBe(true)
  }
  rush.pass(500)
  expect(rush.isOn()).toBe(false)
})
