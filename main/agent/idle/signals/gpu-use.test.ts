import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { epochMs, monotonicMs } from '../../../../shared/units.ts'
import { createFakeClock } from '../../../kernel/clock.fake.ts'
import { type GpuSample, type GpuUse, NO_GPU_MEMORY, foreignUse } from './gpu-use.ts'
import { createGpuWatch, gpuSample } from './gpu-watch.ts'
import { processName } from './process-names.ts'
import { type DeviceIdentity, type PowerSample, emptySample } from '../../power-source.ts'

interface Moment extends Partial<Omit<GpuSample, 'at' | 'device'>> {
  readonly job?: boolean
  /** How long things stay as they are. */
  readonly forS?: number
}

const OWN = 1_000
const NAMES: Readonly<Record<number, string>> = { 1: 'Xorg', 2: 'gnome-shell', 3: 'kwin_wayland_wr', 10: 'blender', 11: 'firefox' }

/** One reading a second; the last of each moment. */
function replay(lists: GpuSample['lists'], moments: readonly Moment[]): GpuUse[] {
  let [memory, second] = [NO_GPU_MEMORY, 0]
  return moments.map(({ job = false, forS = 30, ...told }) => {
    let use: GpuUse | null = null
    for (let left = forS; left > 0; left--) {
      const sample = { device: 'GPU-1', at: monotonicMs(++second * 1_000), busy: 0.02, processes: [], lists, isAsleep: false, memoryFreeBytes: null, ...told }
      const seen = foreignUse(memory, sample, { isOwn: (pid) => pid >= OWN, nameOf: (pid) => NAMES[pid] ?? null, jobRunning: job })
      ;({ memory, use } = seen)
    }
    if (!use) throw new Error('a moment of no time')
    return use
  })
}
const verdicts = (lists: GpuSample['lists'], ...moments: readonly Moment[]) => replay(lists, moments).map(({ verdict }) => verdict)

describe('a GPU of which programs that compute are listed', () => {
  test.each<[string, Moment[], GpuUse['verdict'][]]>([
    ['quiet for half a minute', [{}], ['quiet']],
    ['quiet for a moment', [{ forS: 5 }], ['unknown']],
    ['busy with nobody on the list, as by a game', [{ busy: 0.4 }], ['used']],
    ['busy for a moment in a quiet half minute', [{ forS: 28 }, { busy: 0.9, forS: 2 }], ['quiet', 'quiet']],
    ['somebody computes', [{ processes: [10] }], ['used']],
    ['the desktop itself', [{ processes: [1, 2, 3] }], ['quiet']],
    ['our job works', [{}, { job: true, busy: 0.99, processes: [OWN] }], ['quiet', 'quiet']],
    ['somebody comes while our job works', [{}, { job: true, busy: 0.99, processes: [OWN, 10], forS: 1 }], ['quiet', 'used']],
    ['and stays, quietly, for an hour', [{}, { job: true, processes: [OWN, 10] }, { processes: [10], busy: 0, forS: 3_600 }], ['quiet', 'used', 'used']],
    ['and leaves', [{}, { job: true, processes: [OWN, 10] }, { busy: 0 }], ['quiet', 'used', 'quiet']],
    ['nothing can be read', [{ busy: null, processes: null }], ['unknown']],
    ['asleep, so that it is not looked at', [{ isAsleep: true, busy: null, processes: null }], ['quiet']],
    ['only the list can be read', [{ busy: null, processes: [] }], ['quiet']],
    ['only the load can be read', [{ processes: null }], ['quiet']],
    ['only the load, while our job works', [{ processes: null }, { job: true, busy: 0.99, processes: null }], ['quiet', 'unknown']],
  ])('%s', (_name, moments, expected) => {
    expect(verdicts('compute', ...moments)).toEqual(expected)
  })

  test('the load of our job is not held against the time after it', () => {
    const [, after, later] = replay('compute', [{ job: true, busy: 1, processes: [OWN] }, { forS: 5 }, { forS: 30 }])
    expect([after?.verdict, after?.othersBusy]).toEqual(['unknown', null])
    expect([later?.verdict, later?.othersBusy]).toEqual(['quiet', expect.closeTo(0.02)])
  })

  test('who uses it is told', () => {
    expect(replay('compute', [{ processes: [1, 10, 99] }])[0]?.users).toEqual([
      { pid: 10, name: 'blender' },
      { pid: 99, name: null },
    ])
  })
})

describe('a GPU of which every program with a window is listed', () => {
  test.each<[string, Moment[], GpuUse['verdict'][]]>([
    ['a browser that was there all the time', [{ processes: [2, 11] }], ['quiet']],
    ['a browser that plays', [{ processes: [11], busy: 0.3 }], ['used']],
    ['a browser that came just now', [{}, { processes: [11], forS: 1, busy: 0.3 }], ['quiet', 'quiet']],
    ['it is still there while our job works', [{ processes: [11] }, { job: true, busy: 1, processes: [OWN, 11] }], ['quiet', 'quiet']],
    ['somebody comes while our job works', [{ processes: [11] }, { job: true, processes: [OWN, 11, 10], forS: 1 }], ['quiet', 'used']],
    [
      'and stays: forgiven after five quiet minutes',
      [{}, { job: true, processes: [10] }, { processes: [10], busy: 0, forS: 300 }, { processes: [10], busy: 0, forS: 25 }],
      ['quiet', 'used', 'used', 'quiet'],
    ],
    ['and plays: not forgiven', [{}, { job: true, processes: [10] }, { processes: [10], busy: 0.5, forS: 3_600 }], ['quiet', 'used', 'used']],
  ])('%s', (_name, moments, expected) => {
    expect(verdicts('clients', ...moments)).toEqual(expected)
  })
})

const moment: fc.Arbitrary<Moment> = fc.record({
  busy: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null }),
  processes: fc.option(fc.uniqueArray(fc.constantFrom(1, 2, 10, 11, OWN, OWN + 1), { maxLength: 5 }), { nil: null }),
  job: fc.boolean(),
  forS: fc.integer({ min: 1, max: 60 }),
})

test('somebody who came while a job of ours ran and still computes is never overlooked', () => {
  fc.assert(
    fc.property(fc.array(moment, { minLength: 1, maxLength: 12 }), (moments) => {
      const uses = replay('compute', moments)
      for (const [index, { processes }] of moments.entries()) {
        if (processes?.some((pid) => pid === 10 || pid === 11)) expect(uses[index]?.verdict).toBe('used')
        if (processes === null && moments[index]?.busy === null) expect(uses[index]?.verdict).toBe('unknown')
      }
    }),
  )
})

test('our own processes and the desktop alone never make a GPU used', () => {
  fc.assert(
    fc.property(fc.array(moment, { minLength: 1, maxLength: 12 }), fc.constantFrom<GpuSample['lists']>('compute', 'clients'), (moments, lists) => {
      const own = moments.map((one) => ({
        ...one,
        busy: one.job ? (one.busy ?? null) : 0,
        processes: (one.processes ?? []).filter((pid) => pid >= OWN || pid <= 3),
      }))
      for (const { verdict } of replay(lists, own)) expect(verdict).not.toBe('used')
    }),
  )
})

test('a device that is not read any more is unknown, and forgotten in the end', async () => {
  const clock = createFakeClock()
  const watch = createGpuWatch({ clock, jobRunning: () => false, isOwn: () => false, nameOf: () => null })
  const see = () => watch.see({ device: 'GPU-1', at: clock.monotonic(), busy: 0, processes: [], lists: 'compute', isAsleep: false, memoryFreeBytes: null })
  for (let second = 0; second < 30; second++) {
    see()
    await clock.advance(1_000)
  }
  expect(watch.read()).toMatchObject([{ value: { device: 'GPU-1', verdict: 'quiet' }, ageMs: 1_000, source: 'meter' }])
  await clock.advance(10_000)
  expect(watch.read()).toMatchObject([{ value: { verdict: 'unknown' } }])
  await clock.advance(600_000)
  expect(watch.read()).toEqual([])
})

const power = (over: Partial<PowerSample>): PowerSample => ({ ...emptySample({ mono: monotonicMs(7), wall: epochMs(9) }, 'ok'), ...over })
const card = {
  kind: 'gpu',
  vendor: 'nvidia',
  name: 'RTX',
  driver: 'x',
  uuid: 'GPU-1',
  busId: null,
  vramBytes: 1_000,
  powerLimitW: null,
  containerIds: [],
  instances: null,
} as const

test.each<[string, Partial<DeviceIdentity>, Partial<PowerSample>, NodeJS.Platform, Partial<GpuSample> | null]>([
  [
    'an NVIDIA card on Linux',
    {},
    { busy: 0.5, memoryUsedBytes: 400, processes: [1] },
    'linux',
    { lists: 'compute', memoryFreeBytes: 600, busy: 0.5, processes: [1], at: monotonicMs(7) },
  ],
  ['the same on Windows', {}, {}, 'win32', { lists: 'clients', memoryFreeBytes: null }],
  ['another maker’s', { vendor: 'amd' }, {}, 'linux', { lists: 'clients' }],
  ['one that sleeps', {}, { status: 'asleep' }, 'linux', { isAsleep: true }],
  ['a processor', { kind: 'cpu' }, {}, 'linux', null],
])('a reading of the meter: %s', (_name, device, sample, platform, expected) => {
  const mapped = gpuSample({ device: { ...card, ...device } }, power(sample), platform)
  expect(mapped).toEqual(expected && expect.objectContaining(expected))
})

test('a process has the name its kernel gives it', () => {
  const procRoot = mkdtempSync(join(tmpdir(), 'names-'))
  onTestFinished(() => rmSync(procRoot, { recursive: true }))
  mkdirSync(join(procRoot, '42'))
  writeFileSync(join(procRoot, '42/comm'), 'gnome-shell\n')
  expect([42, 43].map((pid) => processName(pid, procRoot))).toEqual(['gnome-shell', null])
})
