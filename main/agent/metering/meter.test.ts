import { createHash } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Measurement } from '../../../shared/domain/energy-proof.ts'
import type { FakeClock } from '../../kernel/clock.fake.ts'
import type { PowerSource } from '../power-source.ts'
import { NODE, type TestLoad, type TestSource, createTestMeter, createTestSource, idOf } from './meter.fixture.ts'

describe('metering an attempt', () => {
  test('says what was drawn, by what, how, and how sure it is', async () => {
    const { clock, start } = createTestMeter((fake) => [createTestSource(fake, { watts: 300 })])
    const session = start('GPU-1')
    await clock.advance(60_500)
    const { measurement, startedAt, endedAt, durationMs, sleepMs } = await session.stop()
    expect(Measurement.parse(measurement)).toMatchObject({
      method: 'counter',
      meanW: expect.closeTo(299.5, 0),
      peakW: 300,
      samples: 62,
      expectedSamples: 62,
      coverage: 1,
      resets: 0,
      shared: false,
      marginalJ: null,
      idleW: null,
      crossCheckRatio: expect.closeTo(1, 9),
    })
    expect(measurement.boardJ).toBeCloseTo(18_150, 6)
    expect(measurement.uncertaintyPct).toBeCloseTo(Math.hypot(7, 0.5, 20_000 / 60_500), 3)
    expect(measurement.uncertaintyBasis).toContain('Ada')
    expect([startedAt, endedAt, durationMs, sleepMs]).toEqual(['2026-03-01T12:00:00.000Z', '2026-03-01T12:01:00.500Z', 60_500, 0])
    expect(measurement.devices).toEqual([
      {
        uuidHash: createHash('sha256').update(`GPU-1${NODE}`).digest('hex'),
        kind: 'gpu',
        vendor: 'NVIDIA',
        name: 'Test card',
        driver: 'NVIDIA 595',
        powerLimitW: 450,
      },
    ])
  })

  test('of a tenth of a second is still a whole measurement, with little certainty', async () => {
    const { clock, start } = createTestMeter((fake) => [createTestSource(fake, { watts: 300 })])
    const session = start('GPU-1')
    await clock.advance(100)
    const { measurement } = await session.stop()
    expect(Measurement.parse(measurement)).toMatchObject({ samples: 2, coverage: 1, intervals: [{ joules: expect.closeTo(30, 6) }] })
    expect(measurement.uncertaintyPct).toBeGreaterThan(100)
  })

  test('looks once a second at a counter and ten times a second at a snapshot of power', async () => {
    const { clock, start, meter, sources } = createTestMeter((fake) => [
      createTestSource(fake, { watts: 300 }),
      createTestSource(fake, { watts: 60 }, { kind: 'cpu', uuid: 'cpu', method: 'power-instant' }),
    ])
    const gpu = start('GPU-1')
    const cpu = meter.start({ attemptId: 'other', deviceIds: [idOf('cpu')] })
    await clock.advance(3_000)
    await Promise.all([gpu.stop(), cpu.stop()])
    expect(sources.map((source) => (source as TestSource).looks.length)).toEqual([5, 32])
  })

  test('adds up the cards; the weakest sets the method', async () => {
    const { clock, start } = createTestMeter((fake) => [
      createTestSource(fake, { watts: 300 }),
      createTestSource(fake, { watts: 100 }, { uuid: 'GPU-2', method: 'power-average' }),
    ])
    const session = start('GPU-1', 'GPU-2')
    await clock.advance(10_000)
    const { measurement } = await session.stop()
    expect(measurement).toMatchObject({ method: 'power-average', boardJ: expect.closeTo(4_000, 6), peakW: 400, counterStart: null })
    expect(measurement.devices).toHaveLength(2)
  })

  test('leaves a gap uncovered when nothing could be read, and does not call it 0 W', async () => {
    const load: TestLoad = { watts: 300 }
    const { clock, start } = createTestMeter((fake) => [createTestSource(fake, load, { method: 'power-average' })])
    const session = start('GPU-1')
    await clock.advance(10_000)
    load.status = 'unavailable'
    await clock.advance(10_000)
    const { measurement } = await session.stop()
    expect(measurement).toMatchObject({ boardJ: expect.closeTo(3_000, 6), coverage: expect.closeTo(0.5, 9), meanW: expect.closeTo(297, 0) })
    expect(measurement.uncertaintyPct).toBeGreaterThan(50)
  })

  test('bridges the crash of the reader if a counter does', async () => {
    const load: TestLoad = { watts: 300 }
    const { clock, start } = createTestMeter((fake) => [createTestSource(fake, load)])
    const session = start('GPU-1')
    await clock.advance(5_000)
    load.status = 'unavailable'
    await clock.advance(10_000)
    delete load.status
    await clock.advance(5_000)
    expect((await session.stop()).measurement).toMatchObject({ method: 'counter', boardJ: expect.closeTo(6_000, 6), coverage: 1 })
  })

  test('across the suspend of a laptop keeps proof and intervals consistent', async () => {
    const { clock, start } = createTestMeter((fake) => [createTestSource(fake, { watts: 300 })])
    const session = start('GPU-1')
    await clock.advance(10_500)
    clock.jump(3_600_000)
    await clock.advance(10_500)
    const { measurement, durationMs, sleepMs, endedAt } = await session.stop()
    expect([durationMs, sleepMs, endedAt]).toEqual([21_000, 3_600_000, '2026-03-01T13:00:21.000Z'])
    expect(measurement.boardJ).toBeCloseTo(6_000, 6)
    const shares = measurement.intervals.map(({ coverage }) => coverage)
    expect(measurement.coverage).toBeGreaterThanOrEqual(Math.min(...shares))
    expect(measurement.coverage).toBeLessThanOrEqual(Math.max(...shares))
  })

  test('is cut at the half-hour', async () => {
    const { clock, start } = createTestMeter((fake) => [createTestSource(fake, { watts: 200 })])
    await clock.advance(29 * 60_000)
    const session = start('GPU-1')
    await clock.advance(120_000)
    const { measurement } = await session.stop()
    expect(measurement.intervals).toEqual([
      { from: '2026-03-01T12:29:00.000Z', to: '2026-03-01T12:30:00.000Z', joules: expect.closeTo(12_000, 6), coverage: 1 },
      { from: '2026-03-01T12:30:00.000Z', to: '2026-03-01T12:31:00.000Z', joules: expect.closeTo(12_000, 6), coverage: 1 },
    ])
    expect(measurement.boardJ).toBe(measurement.intervals.reduce((sum, { joules }) => sum + joules, 0))
  })

  test('keeps a log from which it can be computed again', async () => {
    const { clock, start, samples } = createTestMeter((fake) => [createTestSource(fake, { watts: 300 })])
    const session = start('GPU-1')
    await clock.advance(2_000)
    const { measurement } = await session.stop()
    const sampleLog = samples.read('attempt') ?? new Uint8Array()
    expect(measurement.sampleLogSha256).toBe(createHash('sha256').update(sampleLog).digest('hex'))
    const [header, ...rows] = new TextDecoder()
      .decode(sampleLog)
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
    expect(header).toMatchObject({ v: 2, nodeId: NODE, devices: [{ name: 'Test card', method: 'counter' }] })
    expect(JSON.stringify(header)).not.toContain('GPU-1')
    expect(rows).toEqual([
      [0, 0, expect.any(Number), 5_000_000, 300_000],
      [0, 1_000, expect.any(Number), 5_300_000, 300_000],
      [0, 2_000, expect.any(Number), 5_600_000, 300_000],
      [0, 2_000, expect.any(Number), 5_600_000, 300_000],
    ])
  })

  test.each([
    ['nobody else', [], [70], false],
    ['someone who was there before', [55], [55, 70], true],
    ['someone who came later', [], [66, 70], true],
  ])('notices who used the card: %s', async (_name, before, during, shared) => {
    const load: TestLoad = { watts: 300, processes: before }
    const { clock, start } = createTestMeter((fake) => [createTestSource(fake, load)], { isOwnProcess: (pid) => pid === 70 })
    const session = start('GPU-1')
    await clock.advance(500)
    load.processes = during
    await clock.advance(1_000)
    expect((await session.stop()).measurement.shared).toBe(shared)
  })

  test('ends once, however often it is asked to, and lets a sleepy card rest', async () => {
    let rested = 0
    const { clock, start } = createTestMeter((fake) => [createTestSource(fake, { watts: 300 }, { rest: () => void rested++ })])
    const session = start('GPU-1')
    await clock.advance(1_000)
    const [first, second] = await Promise.all([session.stop(), session.stop()])
    expect(second).toBe(first)
    expect(rested).toBe(1)
    expect(clock.sleepers()).toBe(0)
  })

  test('work on a device that cannot be read is refused in words', () => {
    const { start } = createTestMeter((fake) => [createTestSource(fake, { watts: 60 }, { kind: 'cpu', uuid: 'cpu' })])
    expect(() => start('GPU-1')).toThrow('cannot be read at present')
    expect(() => start()).toThrow('cannot be read at present')
  })
})

const run = (sourcesOf: (clock: FakeClock) => PowerSource[]) => {
  const made = createTestMeter(sourcesOf)
  const ended = new AbortController()
  onTestFinished(() => ended.abort())
  return { ...made, done: made.meter.run(ended.signal) }
}

describe('watts for the window', () => {
  test('follow the GPU every ten seconds while nothing runs', async () => {
    const load: TestLoad = { watts: 25, temperatureC: 44 }
    const { clock, meter, readings } = run((fake) => [createTestSource(fake, load), createTestSource(fake, { watts: 60 }, { kind: 'cpu', uuid: 'cpu' })])
    await clock.advance(20_000)
    expect(meter.latest()).toEqual({ watts: 25, method: 'counter', at: '2026-03-01T12:00:20.000Z' })
    expect(meter.hottestC()).toBe(44)
    expect(readings).toHaveLength(3)
    expect(meter.readings()).toEqual(readings)
  })

  test('are taken from the processor where looking would keep the card awake', async () => {
    const { clock, meter, sources } = run((fake) => [
      createTestSource(fake, { watts: 25 }, { rest: () => undefined }),
      createTestSource(fake, { watts: 60 }, { kind: 'cpu', uuid: 'cpu' }),
    ])
    await clock.advance(10_000)
    expect(meter.latest()?.watts).toBe(60)
    expect((sources[0] as TestSource).looks).toEqual([])
  })

  test('come once a second during an attempt', async () => {
    const { clock, meter, start } = run((fake) => [createTestSource(fake, { watts: 300 })])
    const session = start('GPU-1')
    await clock.advance(300_000)
    await session.stop()
    expect(meter.readings()).toHaveLength(301)
    expect(meter.readings().at(-1)).toEqual({ at: '2026-03-01T12:05:00.000Z', watts: 300, temperatureC: null })
  })
})
