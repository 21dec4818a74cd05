/**
 * How long it takes to answer for a day of samples at 10 Hz, packed on the disk: reading the exact bytes, and integrating them again.
 * Prints a table, then one line of JSON; fails if the bytes are not there within a second.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { replaySampleLog } from '../../../shared/domain/energy/replay.ts'
import { type LoggedDevice, encodeRow } from '../../../shared/domain/energy/sample-log.ts'
import { seeded } from '../../../shared/domain/energy/synthetic-load.fake.ts'
import { epochMs, monotonicMs } from '../../../shared/units.ts'
import { systemClock } from '../../kernel/clock.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import { createSampleStore } from './sample-store.ts'

const ROWS = 24 * 3_600 * 10
const BAR_MS = 1_000
const START = Date.parse('2026-03-01T12:00:00.000Z')
const DEVICE: LoggedDevice = {
  uuidHash: 'a'.repeat(64),
  name: 'Test card',
  method: 'power-instant',
  limitW: 450,
  idleW: null,
  sensor: { updateMs: 100, uncertaintyPct: 7, basis: 'synthetic', wrapMj: null, power: 'power-instant' },
}

/** Milliseconds that `work` takes. */
function time<T>(work: () => T): { readonly ms: number; readonly result: T } {
  const start = performance.now()
  const result = work()
  return { ms: performance.now() - start, result }
}

async function run(directory: string): Promise<void> {
  const random = seeded(1)
  const deps = {
    directory,
    clock: systemClock,
    log: pino({ level: 'warn' }),
    openAttempts: () => [],
    old: { get: () => null, attempts: () => [], remove: () => undefined },
  }
  const store = createSampleStore(deps)
  const { writer } = store.open({ v: 2, nodeId: 'n'.repeat(43), attemptId: 'day', mono: 0, wall: START, devices: [DEVICE] })
  const writing = time(() => {
    for (let row = 0; row < ROWS; row++) {
      const ms = row * 100 + Math.round(random() * 500) / 100
      writer.add([
        encodeRow(0, { mono: monotonicMs(ms), wall: epochMs(START + Math.round(ms)), energyMj: null, powerMw: Math.round(60_000 + random() * 300_000) }),
      ])
    }
    return writer.end().sha256
  })
  const packedFrom = performance.now()
  await store.tidy(Date.now())
  const packing = performance.now() - packedFrom
  const reading = time(() => createSampleStore(deps).read('day') ?? new Uint8Array())
  const replaying = time(() => replaySampleLog(reading.result))
  if (sha256Hex(reading.result) !== writing.result || 'problem' in replaying.result) throw new Error('The log is not the one that was written.')
  const steps = { 'write, per sample (µs)': (writing.ms / ROWS) * 1_000, 'pack (ms)': packing, 'read (ms)': reading.ms, 'integrate again (ms)': replaying.ms }
  const sizes = { 'log (MiB)': reading.result.byteLength / 2 ** 20, 'packed (MiB)': statSync(join(directory, 'day.jsonl.gz')).size / 2 ** 20 }
  const figures = Object.fromEntries(Object.entries({ ...steps, ...sizes }).map(([name, value]) => [name, Number(value.toFixed(1))]))
  console.table(figures)
  console.log(JSON.stringify({ benchmark: 'sample-log', rows: ROWS, figures, readBarMs: BAR_MS }))
  process.exitCode = reading.ms <= BAR_MS ? 0 : 1
}

const directory = mkdtempSync(join(tmpdir(), 'windfall-log-'))
try {
  await run(directory)
} finally {
  rmSync(directory, { recursive: true, force: true })
}
