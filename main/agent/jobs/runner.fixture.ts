import { pino } from 'pino'
import type { Clock } from '../../kernel/clock.ts'
import { fakeFacts } from '../attempt.fixture.ts'
import type { RunnerDeps } from './attempts.ts'
import type { JobsStore } from './jobs.store.ts'
import { PROCESSOR_ONLY, takenInMemory } from './machine.fixture.ts'
import type { Runtime } from './runtime.ts'

/** All that a runner needs, on a machine of which nobody minds what it does; give only what the test is about. */
export const runnerDeps = (
  known: { readonly jobs: JobsStore; readonly clock: Clock; readonly runtime: Runtime },
  change: Partial<RunnerDeps> = {},
): RunnerDeps => ({
  jobs: known.jobs,
  clock: known.clock,
  log: pino({ level: 'silent' }),
  runtimes: new Map([['wasm', known.runtime]]),
  fetchArchive: async () => new Uint8Array(),
  fetchCheckpoint: async () => undefined,
  fetchInputs: async () => [],
  startMeter: () => ({ stop: async () => fakeFacts() }),
  recoverMeasured: () => null,
  begun: () => undefined,
  gaveWay: () => undefined,
  logs: { write: () => undefined, end: () => undefined },
  gone: () => undefined,
  mayFetch: () => true,
  memory: { before: async () => new Map(), released: async () => undefined },
  machine: () => PROCESSOR_ONLY,
  taken: takenInMemory(),
  objections: () => ({ owner: null, grid: null }),
  atomically: (work) => work(),
  reportStart: () => undefined,
  reportFailure: () => undefined,
  saved: () => null,
  reportProven: async () => undefined,
  changed: () => undefined,
  ...change,
})
