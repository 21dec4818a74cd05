import { expect, test } from 'vitest'
import { type FakeClock, createFakeClock } from '../../kernel/clock.fake.ts'
import type { ContainerEngine } from './container-engine.ts'
import { LOG_BURST_BYTES, LOG_BYTES_PER_SECOND, PIECE_BYTES, followLog } from './container-log.ts'

const MIB = new Uint8Array(1_048_576 - PIECE_BYTES).fill(120)
const MIBS = LOG_BURST_BYTES / 1_048_576

interface Feed {
  readonly clock: FakeClock
  push: (bytes: Uint8Array) => void
}

/** One round of following: what comes, and how it ends. */
interface Round {
  readonly mibs: number
  readonly end: 'over' | 'broken'
}

function setUp(rounds: readonly Round[], ended: Promise<unknown> = Promise.resolve()) {
  const clock = createFakeClock()
  const done = new AbortController()
  const asked: string[] = []
  const lines: string[] = []
  const followLogs: ContainerEngine['followLogs'] = async ({ from }, onBytes, signal) => {
    const round = rounds[asked.length]
    asked.push(from)
    for (let mib = 0; mib < (round?.mibs ?? 0) && !signal.aborted; mib++) onBytes(MIB)
    if (round?.end === 'broken') throw new Error('the engine went away')
  }
  const log = followLog({ engine: { followLogs }, clock, id: 'c', hooks: { onLog: (line) => lines.push(line) }, from: 'start', ended }, done.signal)
  let isFlooded = false
  void log.flooded.then(() => (isFlooded = true))
  return { ...log, clock, done, asked, lines, isFlooded: () => isFlooded }
}

test('a job may fill its log to the brim at a time', async () => {
  const { over, isFlooded, asked } = setUp([{ mibs: MIBS, end: 'over' }])
  await over
  expect([isFlooded(), asked]).toEqual([false, ['start']])
})

test('what it says goes on as it wrote it, however much of that is shown', async () => {
  const said = [Buffer.from([0, 255, 10]), Buffer.alloc(1_000_000, 120), Buffer.from('end')]
  const heard: Uint8Array[] = []
  const lines: string[] = []
  const followLogs: ContainerEngine['followLogs'] = async (_, onBytes) => said.forEach(onBytes)
  const hooks = { onLog: (line: string) => lines.push(line), onOutput: (bytes: Uint8Array) => heard.push(bytes) }
  await followLog({ engine: { followLogs }, clock: createFakeClock(), id: 'c', hooks, from: 'start', ended: Promise.resolve() }, new AbortController().signal)
    .over
  expect(Buffer.concat(heard).equals(Buffer.concat(said))).toBe(true)
  expect(lines.join('').length).toBeLessThan(300_000)
})

test('one byte more is a flood, and nobody reads on', async () => {
  const { over, flooded, asked } = setUp([{ mibs: 10 * MIBS, end: 'over' }])
  await flooded
  await over
  expect(asked).toEqual(['start'])
})

test('what breaks the log does not end the count', async () => {
  const { clock, flooded, asked } = setUp([
    { mibs: MIBS, end: 'broken' },
    { mibs: 1, end: 'over' },
  ])
  await clock.advance(1_000)
  await flooded
  expect(asked).toEqual(['start', 'now'])
})

test('a log that ends before its container is followed anew', async () => {
  const rounds = [
    { mibs: MIBS, end: 'over' },
    { mibs: 2, end: 'over' },
  ] as const
  const { clock, flooded, asked } = setUp(rounds, new Promise(() => undefined))
  await clock.advance(1_000)
  await flooded
  expect(asked).toEqual(['start', 'now'])
})

test('while the engine is away it is tried again until the job is over', async () => {
  const { clock, done, over, asked } = setUp(Array.from({ length: 9 }, () => ({ mibs: 0, end: 'broken' as const })))
  await clock.advance(3_000)
  done.abort()
  await over
  expect(asked).toHaveLength(4)
})

test('as much as drains away may come for ever, and hardly more', async () => {
  const perMib = (1_048_576 / LOG_BYTES_PER_SECOND) * 1_000
  for (const [pace, expected] of [
    [perMib, false],
    [perMib * 0.9, true],
  ] as const) {
    const slow: Feed = { clock: createFakeClock(), push: () => undefined }
    const log = followLog(
      {
        engine: { followLogs: (_log, onBytes) => new Promise(() => (slow.push = onBytes)) },
        clock: slow.clock,
        id: 'c',
        hooks: { onLog: () => undefined },
        from: 'start',
        ended: Promise.resolve(),
      },
      new AbortController().signal,
    )
    let isFlooded = false
    void log.flooded.then(() => (isFlooded = true))
    for (let mib = 0; mib < 20 * MIBS; mib++) {
      slow.push(MIB)
      await slow.clock.advance(pace)
    }
    expect(isFlooded).toBe(expected)
  }
})
