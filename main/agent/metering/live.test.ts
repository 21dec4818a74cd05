import { expect, test } from 'vitest'
import type { PowerReading } from '../../../shared/contract/device.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createLive } from './live.ts'
import { createTestSource } from './meter.fixture.ts'

test('an hour of readings is kept, one a second however often the device is read, with the hottest temperature', async () => {
  const clock = createFakeClock()
  const source = createTestSource(clock, { watts: 300 })
  const told: PowerReading[] = []
  const live = createLive((reading) => told.push(reading))
  const first = await source.sample(new AbortController().signal)
  for (let tenth = 0; tenth < 36_100; tenth++) {
    live.note(source, { ...first, wall: (first.wall + tenth * 100) as typeof first.wall, powerMw: 300_000, temperatureC: 61 })
    live.show([source])
  }
  expect(live.readings()).toHaveLength(3_600)
  expect(live.readings().at(-1)).toEqual(told.at(-1))
  expect(told.at(-1)).toMatchObject({ watts: 300, temperatureC: 61 })
  expect(told.length).toBeLessThanOrEqual(4_012)
})
