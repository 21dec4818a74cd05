import { cpus } from 'node:os'
import { expect, test } from 'vitest'
import { createFakeClock } from '../../../kernel/clock.fake.ts'
import { createCpuLoad, sumTimes } from './cpu-load.ts'
import { createReportedIdle } from './reported-idle.ts'
import { createSleepWatch } from './sleep.ts'

type Step = readonly [busyMs: number, totalMs: number, ownMs: number | null]

test.each<[string, Step[], unknown]>([
  ['a first look', [[0, 1_000, 0]], 'absent'],
  [
    'nobody works',
    [
      [100, 1_000, 0],
      [100, 3_000, 0],
    ],
    { value: 0 },
  ],
  [
    'others use half',
    [
      [0, 0, 0],
      [1_000, 2_000, 0],
    ],
    { value: 0.5 },
  ],
  [
    'all of it is ours',
    [
      [0, 0, 0],
      [2_000, 2_000, 2_000],
    ],
    { value: 0 },
  ],
  [
    'half of it is ours',
    [
      [0, 0, 0],
      [2_000, 2_000, 1_000],
    ],
    { value: 0.5 },
  ],
  [
    'our job ended and took its count along',
    [
      [0, 0, 9_000],
      [1_000, 2_000, 0],
    ],
    { value: 0.5 },
  ],
  [
    'ours cannot be told',
    [
      [0, 0, 0],
      [1_000, 2_000, null],
    ],
    'failed',
  ],
  [
    'ours could not be told before',
    [
      [0, 0, null],
      [1_000, 2_000, 0],
    ],
    'failed',
  ],
  [
    'counters that went back',
    [
      [2_000, 2_000, 0],
      [0, 4_000, 0],
    ],
    { value: 0 },
  ],
  [
    'two looks in one tick keep the answer',
    [
      [0, 0, 0],
      [1_000, 2_000, 0],
      [1_100, 2_100, 0],
    ],
    { value: 0.5 },
  ],
])('processor: %s', (_name, steps, expected) => {
  let [busyMs, totalMs, ownMs]: Step = [0, 0, 0]
  const look = createCpuLoad({ times: () => ({ busyMs, totalMs }), ownMs: () => ownMs })
  const told = steps.map((step) => {
    ;[busyMs, totalMs, ownMs] = step
    return look()
  })
  expect(told.at(-1)).toEqual(expected)
})

test('the counters of this machine add up', () => {
  const { busyMs, totalMs } = sumTimes(cpus())
  expect(totalMs).toBeGreaterThan(busyMs)
})

test.each<[string, boolean, number[], number, unknown]>([
  ['nobody reports', false, [], 0, 'absent'],
  ['just now', false, [42], 0, 42],
  ['a while ago', false, [42], 10_000, 42],
  ['too long ago', false, [42], 10_001, 'absent'],
  ['somebody types', false, [300, 0], 0, 0],
  ['nonsense', false, [42, Number.NaN], 0, 'failed'],
  ['less than nothing', false, [-1], 0, 'failed'],
  ['0 for ever, under Wayland', true, [0, 0, 0], 0, 'absent'],
  ['0 that has been more, under Wayland', true, [0, 3, 0], 0, 0],
])('reported idle time: %s', async (_name, distrustZero, reports, laterMs, expected) => {
  const clock = createFakeClock()
  const { cell, report } = createReportedIdle({ clock, distrustZero })
  reports.forEach(report)
  await clock.advance(laterMs)
  expect(cell.get()).toEqual(typeof expected === 'number' ? expect.objectContaining({ value: expected, source: 'desktop' }) : expected)
})

test('sleep as announced, and as the clocks tell', async () => {
  const clock = createFakeClock()
  const watch = createSleepWatch(clock)
  expect(watch.read()).toEqual({ suspending: false, resumedAt: null })
  watch.tell(true)
  expect(watch.read()).toEqual({ suspending: true, resumedAt: null })
  await clock.advance(2_000)
  watch.tell(false)
  expect(watch.read()).toEqual({ suspending: false, resumedAt: 2_000 })
  await clock.advance(60_000)
  watch.look()
  watch.tell(false)
  expect(watch.read()).toEqual({ suspending: false, resumedAt: 2_000 })
  clock.jump(3_600_000)
  watch.look()
  expect(watch.read()).toEqual({ suspending: false, resumedAt: 62_000 })
})

test('a sleep that never came is forgotten', async () => {
  const clock = createFakeClock()
  const watch = createSleepWatch(clock)
  watch.tell(true)
  await clock.advance(30_000)
  expect(watch.read().suspending).toBe(false)
})
