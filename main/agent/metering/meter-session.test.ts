import { createHash } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { replaySampleLog } from '../../../shared/domain/energy/replay.ts'
import { epochMs, monotonicMs } from '../../../shared/units.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import type { MeteredRun } from '../attempt.ts'
import { type TestLoad, type TestMeter, createTestMeter, createTestSource, idOf, testFolder } from './meter.fixture.ts'

const running = (made: TestMeter): TestMeter => {
  const ended = new AbortController()
  onTestFinished(() => ended.abort())
  void made.meter.run(ended.signal)
  return made
}

/** The log that is kept must give what the proof says. */
function expectReplay({ samples }: TestMeter, { measurement, durationMs, sleepMs, startedAt, endedAt }: MeteredRun): void {
  const log = samples.read('attempt') ?? new Uint8Array()
  expect(createHash('sha256').update(log).digest('hex')).toBe(measurement.sampleLogSha256)
  const replay = replaySampleLog(log)
  if ('problem' in replay) throw new Error(replay.problem)
  const { devices: _devices, expectedSamples: _expected, shared, sampleLogSha256: _hash, ...figures } = measurement
  expect(replay.conclusion).toEqual({ ...figures, durationMs, sleepMs, startedAt, endedAt })
  expect(replay.shared).toBe(shared)
}

describe('a session', () => {
  test('goes on with the new source when the hardware was looked for again', async () => {
    const made = createTestMeter((clock) => [createTestSource(clock, { watts: 300 })])
    const { clock, sources, start } = made
    const session = start('GPU-1')
    await clock.advance(10_000)
    sources[0] = createTestSource(clock, { watts: 300 }, { startMj: 8_000_000 })
    await clock.advance(10_000)
    const run = await session.stop()
    expect(run.measurement).toMatchObject({ boardJ: expect.closeTo(6_000, 6), coverage: 1, resets: 0 })
    expectReplay(made, run)
  })

  test('leaves uncovered what a device that is gone for good used', async () => {
    const load: TestLoad = { watts: 300 }
    const made = createTestMeter((clock) => [createTestSource(clock, load), createTestSource(clock, { watts: 100 }, { uuid: 'GPU-2' })])
    const session = made.start('GPU-1', 'GPU-2')
    await made.clock.advance(10_000)
    load.status = 'lost'
    made.sources.shift()
    await made.clock.advance(10_000)
    const run = await session.stop()
    expect(run.measurement).toMatchObject({ boardJ: expect.closeTo(5_000, 6), coverage: expect.closeTo(0.75, 9) })
    expect(run.measurement.uncertaintyBasis).toContain('gaps in the readings')
    expectReplay(made, run)
  })

  test.each([
    ['stands still', 0],
    ['runs on', 3_600_000],
  ])('does not count an hour of sleep, where the monotonic clock %s', async (_how, monoMs) => {
    const load: TestLoad = { watts: 300 }
    let skippedMs = 0
    const inner = createFakeClock()
    const monotonic = () => monotonicMs(inner.monotonic() + skippedMs)
    const clock = { ...inner, monotonic, now: () => epochMs(inner.now() + skippedMs) }
    const made = createTestMeter((fake) => [createTestSource(fake, load)], { clock })
    const session = made.start('GPU-1')
    await clock.advance(10_000)
    made.meter.suspend()
    if (monoMs === 0) clock.jump(3_600_000)
    else skippedMs = monoMs
    await clock.advance(10_000)
    const run = await session.stop()
    expect(run.measurement.boardJ).toBeGreaterThan(5_300)
    expect(run.measurement.boardJ).toBeLessThan(6_000.001)
    expect(Math.abs(run.sleepMs - 3_600_000)).toBeLessThanOrEqual(1_000)
    expect(run.durationMs).toBeLessThanOrEqual(21_000)
    expectReplay(made, run)
  })

  test('compares a counter with snapshots of power at first, and looks less often when they agree', async () => {
    const made = createTestMeter((clock) => {
      const source = createTestSource(clock, { watts: 300 })
      return [{ ...source, sensor: { ...source.sensor, power: 'power-instant' } }]
    })
    const session = made.start('GPU-1')
    await made.clock.advance(60_000)
    const { measurement } = await session.stop()
    expect(measurement).toMatchObject({ method: 'counter', crossCheckRatio: expect.closeTo(1, 9), boardJ: expect.closeTo(18_000, 6) })
    expect(measurement.samples).toBeGreaterThan(140)
    expect(measurement.samples).toBeLessThan(170)
    expect(Math.abs(measurement.samples - measurement.expectedSamples)).toBeLessThanOrEqual(2)
  })

  test('falls back to power where the counter contradicts it, and reads it often enough', async () => {
    const made = createTestMeter((clock) => {
      const source = createTestSource(clock, { watts: 300 })
      const wrong = async (signal: AbortSignal) => source.sample(signal).then((sample) => ({ ...sample, energyMj: (sample.energyMj ?? 0) / 100 }))
      return [{ ...source, sample: wrong, sensor: { ...source.sensor, power: 'power-instant' } }]
    })
    const session = made.start('GPU-1')
    await made.clock.advance(30_000)
    const run = await session.stop()
    expect(run.measurement).toMatchObject({
      method: 'power-instant',
      boardJ: expect.closeTo(9_000, 6),
      stuck: 1,
      counterStart: null,
      counterEnd: null,
      crossCheckRatio: null,
      samples: 302,
    })
    expect(run.measurement.uncertaintyBasis).toContain('energy counter not used: it contradicts the power readings')
    expectReplay(made, run)
  })
})

const IDLE: TestLoad = { watts: 20, busy: 0, display: true }
const quiet = async (load: TestLoad): Promise<TestMeter> => {
  const made = running(createTestMeter((clock) => [createTestSource(clock, load)]))
  await made.clock.advance(100_000)
  return made
}

describe('energy above idle', () => {
  test('is what the job used beyond the quiet device', async () => {
    const load = { ...IDLE }
    const made = await quiet(load)
    expect(made.meter.figures().get(idOf('GPU-1'))?.idleW).toBeCloseTo(20, 9)
    const session = made.start('GPU-1')
    load.watts = 300
    await made.clock.advance(60_000)
    const run = await session.stop()
    expect(run.measurement).toMatchObject({ idleW: expect.closeTo(20, 9), marginalJ: expect.closeTo(16_800, 6), boardJ: expect.closeTo(18_000, 6) })
    expectReplay(made, run)
  })

  test.each([
    ['on a device that was never quiet', { busy: 1 }, {}, 0],
    ['when the measurement is too old', {}, {}, 1_900_000],
    ['when the screen was switched off', {}, { display: false }, 0],
  ])('is not told %s', async (_when, before, during, laterMs) => {
    const load: TestLoad = { ...IDLE, ...before }
    const made = await quiet(load)
    load.busy = 1
    await made.clock.advance(laterMs)
    Object.assign(load, during)
    const session = made.start('GPU-1')
    load.watts = 300
    await made.clock.advance(10_000)
    const run = await session.stop()
    expect(run.measurement).toMatchObject({ idleW: null, marginalJ: null })
    expectReplay(made, run)
  })
})

describe('after a crash', () => {
  test('the energy used up to the last second is known, and a session goes on where it was', async () => {
    const folder = testFolder()
    const clock = createFakeClock()
    const before = createTestMeter((fake) => [createTestSource(fake, { watts: 300 })], { folder, clock })
    before.start('GPU-1')
    await clock.advance(30_500)
    // Another process, whose monotonic clock begins anew; the card has counted on.
    const later = createFakeClock(clock.now() + 20_000)
    const source = createTestSource(later, { watts: 300 }, { startMj: 5_000_000 + 50_500 * 300 })
    const made = createTestMeter(() => [source], { folder, clock: later, isOwnProcess: (pid) => pid === 70 })
    expect(made.meter.recoverMeasured('attempt')).toEqual({ joules: expect.closeTo(9_000, 6), endedAt: Date.parse('2026-03-01T12:00:30.000Z') })
    expect(made.meter.recoverMeasured('another')).toBeNull()
    const session = made.start('GPU-1')
    await later.advance(10_000)
    const run = await session.stop()
    expect(run).toMatchObject({ startedAt: '2026-03-01T12:00:00.000Z', endedAt: '2026-03-01T12:01:00.500Z', durationMs: 60_500 })
    expect(run.measurement).toMatchObject({ boardJ: expect.closeTo(18_150, 6), maxGapMs: 20_500, coverage: 1 })
    expectReplay(made, run)
  })
})

describe('figures of a device', () => {
  test('say what it draws, what it used today, and what jobs used of that', async () => {
    const load: TestLoad = { watts: 25, temperatureC: 44 }
    const seen: string[] = []
    const made = running(
      createTestMeter((clock) => [createTestSource(clock, load), createTestSource(clock, { watts: 9 }, { uuid: 'GPU-2', rest: () => undefined })], {
        onSample: (deviceId) => seen.push(deviceId),
      }),
    )
    await made.clock.advance(100_000)
    expect(made.meter.figures().get(idOf('GPU-1'))).toEqual({
      state: 'ok',
      at: '2026-03-01T12:01:40.000Z',
      watts: 25,
      temperatureC: 44,
      idleW: null,
      energyToday: { joules: expect.closeTo(2_500, 6), jobJoules: 0 },
    })
    expect(made.meter.figures().get(idOf('GPU-2'))).toMatchObject({ state: 'asleep', at: null, watts: null, energyToday: { joules: 0 } })
    const session = made.start('GPU-1')
    load.watts = 300
    await made.clock.advance(10_000)
    await session.stop()
    expect(made.meter.figures().get(idOf('GPU-1'))?.energyToday).toEqual({ joules: expect.closeTo(5_500, 0), jobJoules: expect.closeTo(3_000, 0) })
    expect(made.stores.deviceDays.get(Math.floor(made.clock.now() / 86_400_000), idOf('GPU-1')).jobJoules).toBeCloseTo(3_000, 0)
    expect(new Set(seen)).toEqual(new Set([idOf('GPU-1')]))
    load.status = 'lost'
    await made.clock.advance(10_000)
    expect(made.meter.figures().get(idOf('GPU-1'))).toMatchObject({ state: 'lost', watts: null })
  })

  test('of other cards go on while a job works on one', async () => {
    const other: TestLoad = { watts: 25 }
    const made = running(createTestMeter((clock) => [createTestSource(clock, { watts: 300 }), createTestSource(clock, other, { uuid: 'GPU-2' })]))
    const session = made.start('GPU-1')
    await made.clock.advance(10_000)
    other.watts = 40
    await made.clock.advance(10_000)
    expect(made.meter.figures().get(idOf('GPU-2'))?.watts).toBe(40)
    expect(made.meter.latest()?.watts).toBe(300)
    await session.stop()
  })
})
