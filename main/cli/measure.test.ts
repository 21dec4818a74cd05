import { expect, test } from 'vitest'
import { emptySample, type PowerSource } from '../agent/power-source.ts'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { measureDevices } from './measure.ts'

const NEVER = new AbortController().signal

interface Traits {
  readonly counterShare?: number
  readonly latencyMs?: number
  readonly silent?: boolean
  readonly power?: 'power-average' | 'power-instant'
}

/** A card at 100 W, whose counter tells `counterShare` of it, and which takes its time to answer. */
function setUp({ counterShare = 1, latencyMs = 4, silent = false, power = 'power-average' }: Traits = {}) {
  const clock = createFakeClock()
  let rested = 0
  const source: PowerSource = {
    device: {
      kind: 'gpu',
      vendor: 'Test',
      name: 'Card',
      driver: 'driver 1',
      uuid: 'u',
      busId: null,
      vramBytes: null,
      powerLimitW: 200,
      containerIds: [],
      instances: null,
    },
    method: 'counter',
    reader: 'test',
    sensor: { updateMs: 100, uncertaintyPct: 7, basis: 'test', wrapMj: null, power },
    rest: () => rested++,
    async sample(signal) {
      await clock.sleep(latencyMs, signal)
      const at = { mono: clock.monotonic(), wall: clock.now() }
      return silent ? emptySample(at, 'unavailable') : { ...emptySample(at, 'ok'), energyMj: 5_000_000 + at.mono * 100 * counterShare, powerMw: 100_000 }
    },
  }
  const measure = async (seconds: number) => {
    const measured = measureDevices({ sources: [source], clock, seconds }, NEVER)
    await clock.advance(seconds * 1_000 + 5_000)
    const [only] = await measured
    return only ?? expect.fail()
  }
  return { measure, rested: () => rested }
}

test('a good card shows counter and power in agreement, its mean, its pace and what a look costs', async () => {
  const { measure, rested } = setUp()
  const result = await measure(30)
  expect(result).toMatchObject({ name: 'Card', method: 'counter', failed: 0, latencyMs: { median: 4, p95: 4, longest: 4 } })
  expect(result.seconds).toBeCloseTo(30, 0)
  expect(result.joules).toBeCloseTo(result.seconds * 100, -1)
  expect(result.ratio).toBeCloseTo(1, 2)
  expect(result.meanW).toBeCloseTo(100, 0)
  expect(result.samples).toBeGreaterThanOrEqual(30)
  expect(result.samples).toBeLessThanOrEqual(33)
  expect(result.uncertaintyPct).toBeGreaterThanOrEqual(7)
  expect(rested()).toBe(1)
})

test('a counter that tells ten times too little shows in the ratio', async () => {
  const result = await setUp({ counterShare: 0.1 }).measure(30)
  expect(result.ratio).toBeCloseTo(10, 0)
  expect(result.joules).toBeCloseTo(result.seconds * 100, -2)
})

test('a sensor that takes snapshots is read ten times a second', async () => {
  expect((await setUp({ power: 'power-instant' }).measure(5)).samples).toBeGreaterThan(40)
})

test('a card that says nothing has no samples and no energy, and that is said', async () => {
  expect(await setUp({ silent: true }).measure(3)).toMatchObject({ samples: 0, joules: 0, counterJ: null, ratio: null, failed: expect.any(Number) })
})
