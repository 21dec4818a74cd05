import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Device } from '../../../shared/domain/energy/sensor.ts'
import { epochMs, monotonicMs } from '../../../shared/units.ts'
import { type PowerSample, emptySample } from '../power-source.ts'
import { type IdleWatch, NOTHING_WATCHED, endQuiet, validBaseline, watchIdle } from './idle-baseline.ts'

const T0 = Date.parse('2026-03-01T12:00:00.000Z')
const DEVICE: Device = {
  method: 'counter',
  sensor: { updateMs: 100, uncertaintyPct: 7, basis: 'test', wrapMj: null, power: 'power-average' },
  limitW: 450,
}
const sample = (ms: number, change: Partial<PowerSample> = {}): PowerSample => ({
  ...emptySample({ mono: monotonicMs(ms), wall: epochMs(T0 + ms) }, 'ok'),
  energyMj: ms * 26,
  powerMw: 26_000,
  busy: 0,
  memoryUsedBytes: 1e9,
  processes: [],
  display: true,
  ...change,
})
const watched = (samples: readonly PowerSample[]): IdleWatch => samples.reduce((watch, one) => watchIdle(watch, DEVICE, one), NOTHING_WATCHED)
const every = (stepMs: number, seconds: number, change: (ms: number) => Partial<PowerSample> = () => ({})): PowerSample[] =>
  Array.from({ length: Math.floor((seconds * 1_000) / stepMs) + 1 }, (_, index) => sample(index * stepMs, change(index * stepMs)))

describe('power of the quiet device', () => {
  test('is measured over half a minute after a minute of quiet', () => {
    expect(watched(every(10_000, 80)).baseline).toBeNull()
    expect(watched(every(10_000, 90)).baseline).toEqual({ watts: expect.closeTo(26, 9), at: T0 + 90_000, display: true })
  })

  test('is measured by power where there is no counter', () => {
    expect(watched(every(4_000, 100, () => ({ energyMj: null }))).baseline?.watts).toBeCloseTo(26, 9)
  })

  test('follows the device while the quiet lasts', () => {
    const colder = every(10_000, 300, (ms) => ({ energyMj: ms * 26 - Math.max(0, ms - 150_000) * 10, powerMw: ms > 150_000 ? 16_000 : 26_000 }))
    expect(watched(colder).baseline?.watts).toBeCloseTo(16, 9)
  })

  test.each([
    ['works', { busy: 0.5 }],
    ['does not tell whether it works', { busy: null }],
    ['does not tell whether a screen is on', { display: null }],
    ['cannot be read', { status: 'unavailable' as const }],
    ['gets another process', { processes: [7] }],
    ['is given memory', { memoryUsedBytes: 2e9 }],
    ['drives a screen no more', { display: false }],
  ])('is not measured while the device %s', (_what, change) => {
    expect(watched(every(10_000, 600, (ms) => (ms % 80_000 === 0 ? change : {}))).baseline).toBeNull()
  })

  test('is not measured over a gap in which anything may have happened', () => {
    expect(watched([...every(10_000, 50), sample(200_000), sample(210_000), sample(220_000)]).baseline).toBeNull()
  })

  test('stays known when work begins, and counts for half an hour', () => {
    const watch = endQuiet(watched(every(10_000, 90)))
    expect(watch).toMatchObject({ since: null, window: null })
    expect(validBaseline(watch, T0 + 90_000 + 1_800_000)?.watts).toBeCloseTo(26, 9)
    expect(validBaseline(watch, T0 + 90_000 + 1_800_001)).toBeNull()
  })

  test('is never negative and never more than physics, whatever is read', () => {
    const any = fc.record({
      step: fc.integer({ min: 1, max: 12_000 }),
      energyMj: fc.option(fc.integer({ min: 0, max: 30_000_000 })),
      powerMw: fc.option(fc.integer({ min: 0, max: 900_000 })),
      display: fc.oneof({ weight: 20, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    })
    fc.assert(
      fc.property(fc.array(any, { minLength: 20, maxLength: 100 }), (steps) => {
        let ms = 0
        const { baseline } = watched(steps.map(({ step, ...read }) => sample((ms += step), read)))
        expect(baseline?.watts ?? 0).toBeGreaterThanOrEqual(0)
        expect(baseline?.watts ?? 0).toBeLessThanOrEqual(1.5 * 450 * 1.2)
      }),
    )
  })
})
