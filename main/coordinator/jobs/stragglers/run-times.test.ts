import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { testCapabilities, testSpec } from '../../test-work.fake.ts'
import { createRunTimes, kindOf, straggling } from './run-times.ts'

const MINUTE_MS = 60_000
const USUAL = { p50: 1, p95: 2, runs: 50 }
const run = (minutes: number, leftMinutes = 1_000) => ({ elapsedMs: minutes * MINUTE_MS, expectedMs: 10 * MINUTE_MS, leftMs: leftMinutes * MINUTE_MS })

test.each([
  ['in the time that 95 of 100 take', run(20), null],
  ['half as long again', run(30), null],
  ['longer than that', run(30.1), 'slow'],
  ['longer than 95 of 100 while another could begin in time', run(21, 20.1), null],
  ['longer than 95 of 100 when another could hardly be done in time', run(21, 19.9), 'late'],
  ['hardly longer than 95 of 100, and the deadline is near', run(20.9, 5), null],
] as const)('a job that runs %s', (_, soFar, verdict) => expect(straggling(soFar, USUAL)).toBe(verdict))

test('a minute is not worth a move, however many times the usual it is', () => {
  expect(straggling({ elapsedMs: 50_000, expectedMs: 1_000, leftMs: 0 }, USUAL)).toBeNull()
})

test('what is usual is the nearest rank of the last 64 runs, and nobody knows it before the eighth', () => {
  const times = createRunTimes()
  for (let n = 1; n <= 7; n++) times.learn('a', n)
  expect(times.usual('a')).toBeNull()
  times.learn('a', 8)
  expect(times.usual('a')).toEqual({ p50: 4, p95: 8, runs: 8 })
  for (let n = 0; n < 64; n++) times.learn('a', 1)
  expect([times.usual('a'), times.usual('b')]).toEqual([{ p50: 1, p95: 1, runs: 64 }, null])
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 8, maxLength: 64 }), (runs) => {
      const learned = createRunTimes()
      for (const one of runs) learned.learn('k', one)
      const usual = learned.usual('k')
      expect(runs).toContain(usual?.p95)
      expect(runs.filter((one) => one <= (usual?.p95 ?? 0)).length).toBeGreaterThanOrEqual(0.95 * runs.length)
    }),
  )
})

test('what a job runs and what it runs on make its kind; what it is told to do does not', () => {
  const [spec, other] = [testSpec(0), testSpec(0, { args: ['--frame', '7'], name: 'another' })]
  expect(kindOf(spec, testCapabilities)).toBe(kindOf(other, testCapabilities))
  const slower = { ...testCapabilities, gpus: testCapabilities.gpus.map((gpu) => ({ ...gpu, name: 'GTX 1060' })) }
  expect(kindOf(spec, testCapabilities)).not.toBe(kindOf(spec, slower))
  expect(kindOf({ ...spec, needs: { ...spec.needs, gpus: 0 } }, testCapabilities)).toBe(kindOf({ ...spec, needs: { ...spec.needs, gpus: 0 } }, slower))
})
