import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Device } from '../../../shared/domain/energy/sensor.ts'
import { epochMs, monotonicMs } from '../../../shared/units.ts'
import { openSqlite } from '../../kernel/sqlite.ts'
import * as initial from '../migrations/0001-initial.ts'
import * as metering from '../migrations/0002-metering.ts'
import { createDeviceDaysStore } from './device-days.store.ts'
import { createEnergyDays } from './energy-days.ts'

const DAY_MS = 86_400_000
const NOON = Date.parse('2026-03-01T12:00:00.000Z')
const MIDNIGHT = Date.parse('2026-03-02T00:00:00.000Z')
const DEVICE: Device = {
  method: 'counter',
  sensor: { updateMs: 100, uncertaintyPct: 7, basis: 'test', wrapMj: null, power: 'power-average' },
  limitW: 450,
}

const setUp = () => {
  const store = createDeviceDaysStore(openSqlite(':memory:', [initial, metering]))
  const days = createEnergyDays(store)
  /** 100 W all the time. */
  const see = (wall: number, inJob = false, of = days) =>
    of.see({
      deviceId: 'a',
      device: DEVICE,
      reading: { mono: monotonicMs(wall - NOON + 1e6), wall: epochMs(wall), energyMj: (wall - NOON) * 100 + 5e6, powerMw: 100_000 },
      inJob,
    })
  return { store, days, see }
}

describe('energy of a day', () => {
  test('is what the device used while it was looked at, and what jobs used of that', () => {
    const { days, see } = setUp()
    for (let second = 0; second <= 100; second += 10) see(NOON + second * 1_000, second >= 40 && second <= 70)
    expect(days.today('a', NOON)).toEqual({ joules: expect.closeTo(10_000, 6), jobJoules: expect.closeTo(3_000, 6) })
    expect(days.today('b', NOON)).toEqual({ joules: 0, jobJoules: 0 })
  })

  test('survives a restart; what happened between was not watched', () => {
    const { store, days, see } = setUp()
    for (let second = 0; second <= 60; second += 10) see(NOON + second * 1_000, true)
    days.flush()
    const again = createEnergyDays(store)
    expect(again.today('a', NOON)).toEqual({ joules: expect.closeTo(6_000, 6), jobJoules: expect.closeTo(6_000, 6) })
    for (let second = 3_600; second <= 3_660; second += 10) see(NOON + second * 1_000, false, again)
    expect(again.today('a', NOON)).toEqual({ joules: expect.closeTo(12_000, 6), jobJoules: expect.closeTo(6_000, 6) })
  })

  test('is split at midnight, UTC', () => {
    const { store, days, see } = setUp()
    for (const at of [-15_000, -5_000, 5_000, 15_000]) see(MIDNIGHT + at, true)
    days.flush()
    const day = Math.floor(MIDNIGHT / DAY_MS)
    expect(store.get(day - 1, 'a')).toMatchObject({ joules: expect.closeTo(1_500, 6), jobJoules: expect.closeTo(1_500, 6), coveredMs: 15_000 })
    expect(store.get(day, 'a')).toMatchObject({ joules: expect.closeTo(1_500, 6), jobJoules: expect.closeTo(1_500, 6), coveredMs: 15_000 })
    expect(days.today('a', MIDNIGHT + 20_000).joules).toBeCloseTo(1_500, 6)
    expect(days.today('a', MIDNIGHT + DAY_MS).joules).toBe(0)
  })

  test('is written once a minute, not with every look', () => {
    const { store, see } = setUp()
    for (let second = 0; second < 60; second += 10) see(NOON + second * 1_000)
    expect(store.get(Math.floor(NOON / DAY_MS), 'a').joules).toBe(0)
    see(NOON + 60_000)
    expect(store.get(Math.floor(NOON / DAY_MS), 'a').joules).toBeCloseTo(6_000, 6)
  })

  test('goes to the day the wall clock shows, also after someone set it', () => {
    const { days, see } = setUp()
    const set = (wall: number, mono: number) =>
      days.see({
        deviceId: 'a',
        device: DEVICE,
        reading: { mono: monotonicMs(mono), wall: epochMs(wall), energyMj: mono * 100, powerMw: 100_000 },
        inJob: false,
      })
    set(NOON, 0)
    set(NOON + 10_000, 10_000)
    set(NOON + 10_000 - 2 * DAY_MS, 20_000)
    set(NOON + 20_000 - 2 * DAY_MS, 30_000)
    expect(days.today('a', NOON - 2 * DAY_MS).joules).toBeCloseTo(1_000, 6)
    expect(days.today('a', NOON).joules).toBeCloseTo(1_000, 6)
    days.flush()
    see(NOON + 30_000)
    expect(days.today('a', NOON).joules).toBeCloseTo(1_000, 6)
  })

  test('days share all the energy, and jobs never use more than the device', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1_000, max: 20_000_000 }), fc.boolean()), { minLength: 1, maxLength: 40 }), (steps) => {
        const { store, days, see } = setUp()
        let at = NOON
        see(at)
        for (const [step, inJob] of steps) see((at += step), inJob)
        days.flush()
        const rows = Array.from({ length: Math.ceil((at - NOON) / DAY_MS) + 2 }, (_, index) => store.get(Math.floor(NOON / DAY_MS) + index, 'a'))
        expect(rows.reduce((sum, { joules }) => sum + joules, 0)).toBeCloseTo((at - NOON) / 10, 0)
        for (const { joules, jobJoules } of rows) expect(jobJoules).toBeLessThanOrEqual(joules + 1e-6)
      }),
    )
  })
})
