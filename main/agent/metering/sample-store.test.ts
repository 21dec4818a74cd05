import { createHash } from 'node:crypto'
import { existsSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { type LoggedDevice, type SampleLogHeader, encodeRow } from '../../../shared/domain/energy/sample-log.ts'
import { epochMs, monotonicMs } from '../../../shared/units.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { NODE, SILENT, testFolder } from './meter.fixture.ts'
import { type SampleStoreDeps, createSampleStore } from './sample-store.ts'
import { createSampleWriter } from './sample-writer.ts'

const DAY_MS = 86_400_000
const DEVICE: LoggedDevice = {
  uuidHash: 'a'.repeat(64),
  name: 'Test card',
  method: 'counter',
  limitW: 450,
  idleW: null,
  sensor: { updateMs: 100, uncertaintyPct: 7, basis: 'test', wrapMj: null, power: 'power-average' },
}
const headerOf = (attemptId: string): SampleLogHeader => ({ v: 2, nodeId: NODE, attemptId, mono: 0, wall: 1_000_000, devices: [DEVICE] })
const row = (second: number): string =>
  encodeRow(0, { mono: monotonicMs(second * 1_000), wall: epochMs(1_000_000 + second * 1_000), energyMj: second * 300_000, powerMw: 300_000 })
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const NO_OLD = { get: () => null, attempts: () => [], remove: () => undefined }

const setUp = (change: Partial<SampleStoreDeps> = {}) => {
  const directory = join(testFolder(), 'samples')
  const clock = createFakeClock()
  const deps = { directory, clock, log: SILENT, openAttempts: () => [], old: NO_OLD, ...change }
  return { directory, clock, deps, store: createSampleStore(deps) }
}

describe('the log of an attempt', () => {
  test('is on the disk line by line, packed later, and its bytes stay those of the proof', async () => {
    const { store, directory, clock, deps } = setUp()
    const { writer, left } = store.open(headerOf('one'))
    expect(left).toBeNull()
    for (let second = 0; second < 100; second++) writer.add([row(second)])
    expect(createSampleStore(deps).recover('one')?.conclusion.boardJ).toBe(29_700)
    const { sha256: hash, unsaved } = writer.end()
    expect(unsaved).toHaveLength(0)
    expect(sha256(store.read('one') ?? new Uint8Array())).toBe(hash)
    await store.tidy(clock.now())
    expect(readdirSync(directory)).toEqual(['one.jsonl.gz'])
    expect(sha256(createSampleStore(deps).read('one') ?? new Uint8Array())).toBe(hash)
    expect(createSampleStore(deps).recover('one')?.conclusion.boardJ).toBe(29_700)
    if (process.platform !== 'win32') expect(statSync(join(directory, 'one.jsonl.gz')).mode & 0o777).toBe(0o600)
  })

  test('goes on after a crash, also if it was packed or torn meanwhile', async () => {
    const { deps, directory, clock } = setUp()
    const first = createSampleStore(deps).open(headerOf('one')).writer
    first.add([row(0), row(1)])
    writeFileSync(join(directory, 'one.jsonl'), '[0,2000,', { flag: 'a' })
    const second = createSampleStore(deps).open(headerOf('one'))
    expect(second.left).toMatchObject({ damaged: 1, rows: 2 })
    second.writer.add([row(2)])
    const { sha256: hash } = second.writer.end()
    await createSampleStore(deps).tidy(clock.now())
    const third = createSampleStore(deps)
    expect(sha256(third.read('one') ?? new Uint8Array())).toBe(hash)
    const { writer, left } = third.open(headerOf('one'))
    expect(left).toMatchObject({ damaged: 0, rows: 3 })
    writer.add([row(3)])
    await third.tidy(clock.now())
    expect(existsSync(join(directory, 'one.jsonl'))).toBe(true)
    writer.end()
    expect(third.recover('one')).toMatchObject({ rows: 4, conclusion: { boardJ: 900 } })
  })

  test('of other devices is not gone on with', () => {
    const { store } = setUp()
    store.open(headerOf('one')).writer.add([row(0)])
    expect(store.open({ ...headerOf('one'), devices: [{ ...DEVICE, uuidHash: 'b'.repeat(64) }] }).left).toBeNull()
  })

  test('that nobody wrote is nothing, and its name cannot lead elsewhere', () => {
    const { store, directory } = setUp()
    writeFileSync(join(directory, '..', 'secret.jsonl'), 'secret')
    expect([store.read('none'), store.recover('none'), store.read('../secret')]).toEqual([null, null, null])
    store.open(headerOf('../../escape')).writer.add([row(0)])
    expect(readdirSync(directory)).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.jsonl$/)])
  })

  test.runIf(existsSync('/dev/full'))('stays in memory while the disk is full, and says so once', async () => {
    const lines: string[] = []
    const log = pino({ level: 'info' }, { write: (line) => void lines.push(line) })
    const clock = createFakeClock()
    const writer = createSampleWriter('/dev/full', { clock, log })
    for (let second = 0; second < 20; second++) {
      writer.add([row(second)])
      await clock.advance(1_000)
    }
    const { sha256: hash, unsaved } = writer.end()
    expect(lines.join()).toContain('ENOSPC')
    expect(lines.filter((line) => line.includes('kept in memory'))).toHaveLength(1)
    expect(sha256(unsaved)).toBe(hash)
  })

  test('is answered from memory where the disk never took it', () => {
    const { store, directory } = setUp()
    rmSync(directory, { recursive: true })
    const { writer } = store.open(headerOf('one'))
    writer.add([row(0), row(1)])
    const { sha256: hash } = writer.end()
    expect(sha256(store.read('one') ?? new Uint8Array())).toBe(hash)
    expect(store.recover('one')?.conclusion.boardJ).toBe(300)
  })

  test('is written whole once the disk takes it again', async () => {
    const { store, directory, clock } = setUp()
    const { writer } = store.open(headerOf('one'))
    writer.add([row(0)])
    renameSync(directory, `${directory}-away`)
    const other = store.open(headerOf('two')).writer
    other.add([row(0)])
    renameSync(`${directory}-away`, directory)
    await clock.advance(2_000)
    other.add([row(1)])
    const { sha256: hash, unsaved } = other.end()
    expect(unsaved).toHaveLength(0)
    expect(sha256(store.read('two') ?? new Uint8Array())).toBe(hash)
  })
})

const packed = (directory: string, name: string, bytes: number, at: number) => {
  const file = join(directory, `${name}.jsonl.gz`)
  writeFileSync(file, Buffer.alloc(bytes))
  utimesSync(file, at / 1_000, at / 1_000)
}

describe('old logs', () => {
  test('are dropped by age, and the oldest ones first beyond the total, but never while their proof waits', async () => {
    const { store, directory, clock } = setUp({ openAttempts: () => ['waiting'], keeping: { bytes: 300, ms: 90 * DAY_MS } })
    const now = clock.now()
    for (const [name, days] of [
      ['ancient', 91],
      ['waiting', 100],
      ['older', 3],
      ['newer', 2],
      ['newest', 1],
    ] as const)
      packed(directory, name, 100, now - days * DAY_MS)
    await store.tidy(now)
    expect(readdirSync(directory).toSorted()).toEqual(['newer.jsonl.gz', 'newest.jsonl.gz', 'waiting.jsonl.gz'])
  })

  test('of the first version move from the database to files', async () => {
    const log = new TextEncoder().encode('{"v":1}\n')
    const table = new Map<string, Uint8Array>([['one', log]])
    const old = { get: (id: string) => table.get(id) ?? null, attempts: () => [...table.keys()], remove: (id: string) => void table.delete(id) }
    const { store, clock, deps } = setUp({ old })
    expect(store.read('one')).toEqual(log)
    await store.tidy(clock.now())
    expect(table.size).toBe(0)
    expect(Buffer.from(createSampleStore(deps).read('one') ?? [])).toEqual(Buffer.from(log))
  })

  test('that cannot be packed do not stop anything', async () => {
    const lines: string[] = []
    const { store, directory, clock } = setUp({ log: pino({ level: 'info' }, { write: (line) => void lines.push(line) }) })
    rmSync(directory, { recursive: true })
    await store.tidy(clock.now())
    expect(lines.join()).toContain('could not be packed')
  })
})
