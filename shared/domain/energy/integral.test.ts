import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HALF_HOUR_MS, epochMs, monotonicMs } from '../../units.ts'
import { type Integral, addReading, beginIntegral, endIntegral } from './integral.ts'
import { joulesOf, resultOf } from './result.ts'
import type { Device, Reading } from './sensor.ts'
import { intervalsOf } from './slots.ts'

const T0 = Date.parse('2026-03-01T12:00:00.000Z')
const COUNTER: Device = { method: 'counter', sensor: { updateMs: 100, uncertaintyPct: 7, basis: 'test', wrapMj: null, power: 'power-average' }, limitW: 600 }
const RAPL: Device = { method: 'rapl', sensor: { updateMs: 1, uncertaintyPct: 8, basis: 'test', wrapMj: 262_143_328, power: 'power-instant' }, limitW: 500 }

/** `[ms, mJ, mW, wall clock running ahead by ms]`. */
type Row = readonly [ms: number, mj: number | null, mw: number | null, aheadMs?: number]
const reading = ([ms, energyMj, powerMw, aheadMs = 0]: Row): Reading => ({ mono: monotonicMs(ms), wall: epochMs(T0 + ms + aheadMs), energyMj, powerMw })
const integrate = (rows: readonly Row[], device = COUNTER): Integral => {
  const readings = rows.map(reading)
  const first = readings[0] ?? reading([0, null, null])
  const last = readings.at(-1) ?? first
  return endIntegral(readings.reduce(addReading, beginIntegral(device, first)), last)
}

describe('energy of one device', () => {
  test('is the difference of its counter', () => {
    const result = integrate([
      [0, 1e6, 300e3],
      [1_000, 1.3e6, 300e3],
      [2_000, 1.6e6, 300e3],
    ])
    expect(joulesOf(result)).toBe(600)
    expect(result).toMatchObject({ counterMs: 2_000, powerMs: 0, samples: 3, counterStartMj: 1e6, counterEndMj: 1.6e6, peakPowerW: 300 })
    expect(resultOf(result).method).toBe('counter')
  })

  test('comes from power for the second in which the driver was loaded again', () => {
    const result = integrate([
      [0, 5e6, 300e3],
      [1_000, 5.3e6, 300e3],
      [2_000, 100, 300e3],
      [3_000, 300_100, 300e3],
    ])
    expect(joulesOf(result)).toBe(900)
    expect(result.resets).toBe(1)
    expect(resultOf(result).method).toBe('mixed')
  })

  test('is the trapezoid of power where there is no counter', () => {
    const result = integrate([
      [0, null, 200e3],
      [1_000, null, 300e3],
      [2_000, null, 300e3],
    ])
    expect(joulesOf(result)).toBe(550)
    expect(resultOf(result).method).toBe('power-average')
  })

  test('of a lost minute is not guessed', () => {
    const result = integrate([
      [0, null, 300e3],
      [60_000, null, 300e3],
    ])
    expect(joulesOf(result)).toBe(0)
    expect(result).toMatchObject({ counterMs: 0, powerMs: 0, maxGapMs: 60_000 })
  })

  test('of a lost minute is known if a counter bridges it', () => {
    expect(
      joulesOf(
        integrate([
          [0, 0, 300e3],
          [60_000, 18e6, 300e3],
        ]),
      ),
    ).toBe(18_000)
  })

  test('is bridged by the counter over samples that brought nothing', () => {
    const result = integrate([
      [0, 0, 300e3],
      [1_000, null, null],
      [2_000, null, null],
      [3_000, 900e3, 300e3],
    ])
    expect(joulesOf(result)).toBe(900)
    expect(result).toMatchObject({ counterMs: 3_000, samples: 2, maxGapMs: 3_000 })
  })

  test('while the machine slept is not the job’s', () => {
    const hour = 3_600_000
    const result = integrate([
      [0, 0, 300e3],
      [1_000, 300e3, 300e3],
      [2_000, 310e3, 20e3, hour],
      [3_000, 330e3, 20e3, hour],
    ])
    expect(result.sleepMs).toBe(hour)
    expect(joulesOf(result)).toBe(320)
    expect(result.counterMs).toBe(2_000)
  })

  test('survives a counter that a suspend reset to 0', () => {
    const result = integrate([
      [0, 5e6, 300e3],
      [1_000, 5.3e6, 300e3],
      [2_000, 0, 300e3, 60_000],
      [3_000, 300e3, 300e3, 60_000],
    ])
    expect(joulesOf(result)).toBe(600)
    expect(result.resets).toBe(1)
  })

  test('does not trust a counter that stands still under load', () => {
    const result = integrate([
      [0, 700, 250e3],
      [1_000, 700, 250e3],
      [2_000, 700, 250e3],
    ])
    expect(joulesOf(result)).toBe(500)
    expect(result.stuck).toBe(2)
    expect(resultOf(result).method).toBe('power-average')
  })

  test('does not believe a jump beyond physics', () => {
    const result = integrate([
      [0, 0, 300e3],
      [1_000, 4e6, 300e3],
      [2_000, 4.3e6, 300e3],
    ])
    expect(joulesOf(result)).toBe(600)
    expect(result.rejected).toBe(1)
  })

  test('accepts that a counter hands over its last update late', () => {
    const result = integrate([
      [0, 0, null],
      [1_000, 400e3, null],
      [1_030, 440e3, null],
    ])
    expect(joulesOf(result)).toBe(440)
    expect(result.rejected).toBe(0)
  })

  test('goes on across the wrap of a counter with a known range', () => {
    const result = integrate(
      [
        [0, 262_143_000, null],
        [1_000, 100_000, null],
      ],
      RAPL,
    )
    expect(joulesOf(result)).toBeCloseTo(100.328, 9)
    expect(result).toMatchObject({ wraps: 1, resets: 0 })
  })

  test('takes a fall that cannot be a wrap for a reset', () => {
    const result = integrate(
      [
        [0, 100_000_000, null],
        [1_000, 0, null],
      ],
      RAPL,
    )
    expect(joulesOf(result)).toBe(0)
    expect(result).toMatchObject({ wraps: 0, resets: 1 })
  })

  test('is compared with integrated power', () => {
    const result = integrate([
      [0, 0, 65.4e3],
      [5_000, 187_443, 65.4e3],
    ])
    expect(resultOf(result).crossCheckRatio).toBeCloseTo(1.7445, 3)
  })

  test('a system clock that is set back does not tear the timeline', () => {
    const result = integrate([
      [0, 0, null],
      [1_000, 100e3, null, -3_600_000],
      [2_000, 200e3, null, -3_600_000],
    ])
    expect(joulesOf(result)).toBe(200)
    expect(result.wallMs - T0).toBe(2_000)
  })
})

const toRows = (steps: readonly { step: number; slept: number; mj: number | null; mw: number | null }[]): Row[] => {
  let [ms, ahead] = [0, 0]
  return steps.map(({ step, slept, mj, mw }) => [(ms += step), mj, mw, (ahead += slept)])
}

describe('whatever the readings', () => {
  const rows = fc.array(
    fc.record({
      step: fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 3_000, max: 4_000_000 })),
      slept: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: -7_200_000, max: 7_200_000 }) }),
      mj: fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 300_000_000 })),
      mw: fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 900_000 })),
    }),
    { minLength: 1, maxLength: 60 },
  )
  test('no stretch is negative, none exceeds physics, and coverage never exceeds the time', () => {
    fc.assert(
      fc.property(rows, (steps) => {
        const result = integrate(toRows(steps), RAPL)
        const measuredMs = result.counterMs + result.powerMs
        expect(result.counted.every(({ joules }) => joules >= 0)).toBe(true)
        expect(measuredMs).toBeLessThanOrEqual(result.spanMs)
        expect(joulesOf(result)).toBeLessThanOrEqual((Math.max(900, 1.5 * 500) * (measuredMs + 2 * steps.length)) / 1_000)
        expect(result.resets + result.wraps > 0 || (result.counterEndMj ?? 0) >= (result.counterStartMj ?? 0)).toBe(true)
      }),
    )
  })

  test('intervals are contiguous, cut at every half-hour, and add up to the whole', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 0, max: 2 * HALF_HOUR_MS }), (steps, offset) => {
        const shifted = toRows(steps)
          .map(reading)
          .map((one) => ({ ...one, wall: epochMs(one.wall + offset + 0.25) }))
        const start = shifted[0] ?? reading([0, null, null])
        const result = shifted.reduce(addReading, beginIntegral(RAPL, start))
        const intervals = intervalsOf([result.counted], { from: start.wall, to: result.wallMs })
        const total = joulesOf(result)
        expect(Math.abs(intervals.reduce((sum, { joules }) => sum + joules, 0) - total)).toBeLessThanOrEqual(1e-9 * Math.max(1, total))
        for (const [index, { from, to, coverage }] of intervals.entries()) {
          expect(from).toBeLessThan(to)
          expect(Math.floor(from / HALF_HOUR_MS)).toBe(Math.floor((to - 1) / HALF_HOUR_MS))
          expect(intervals[index + 1]?.from ?? to).toBe(to)
          expect(coverage).toBeGreaterThanOrEqual(0)
          expect(coverage).toBeLessThanOrEqual(1)
        }
      }),
    )
  })
})

test('a stretch across a half-hour is split by time', () => {
  const boundary = Date.parse('2026-03-01T12:30:00.000Z')
  const readings = [
    [boundary - T0 - 250, 0, null],
    [boundary - T0 + 750, 400e3, null],
  ] as const
  const result = readings.map((row) => reading(row)).reduce(addReading, beginIntegral(COUNTER, reading(readings[0])))
  expect(intervalsOf([result.counted], { from: boundary - 250, to: boundary + 750 })).toEqual([
    { from: boundary - 250, to: boundary, joules: 100, coverage: 1 },
    { from: boundary, to: boundary + 750, joules: 300, coverage: 1 },
  ])
})
