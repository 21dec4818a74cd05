/** What attempts work with, and on. */
import type { Lease } from '../../../shared/contract/job.ts'
import type { RuntimeName } from '../../../shared/contract/wire.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Logger } from '../../kernel/log.ts'
import type { AttemptFacts, GivenBack, MeteredRun } from '../attempt.ts'
import type { Failure } from './failure.ts'
import type { JobsStore } from './jobs.store.ts'
import type { LiveLogs } from './live-logs.ts'
import type { InputFile, Runtime } from './runtime.ts'
import type { StandBy } from './stand-by.ts'

/** A device that an attempt works on and is metered by. */
export interface JobDevice {
  readonly deviceId: string
  /** How a container engine names it; empty for a processor. */
  readonly containerIds: readonly string[]
}

export interface AttemptDeps {
  readonly jobs: JobsStore
  readonly clock: Clock
  readonly log: Logger
  readonly runtimes: ReadonlyMap<RuntimeName, Runtime>
  readonly fetchArchive: (digest: string, signal: AbortSignal) => Promise<Uint8Array>
  /** Brings here what another node has saved of the job, if there is such a thing. Error: `network.metered`. */
  readonly fetchCheckpoint: (lease: Lease, signal: AbortSignal) => Promise<void>
  /** Brings here what the job begins with. Errors: `network.metered`, `unavailable`, `not-found`, `input.too-large`. */
  readonly fetchInputs: (lease: Lease, signal: AbortSignal) => Promise<readonly InputFile[]>
  readonly startMeter: (attempt: { readonly attemptId: string; readonly deviceIds: readonly string[] }) => { readonly stop: () => Promise<MeteredRun> }
  /** Whether anything may be loaded now; where it may not, a lease waits for that. */
  readonly mayFetch: () => boolean
  readonly memory: MemoryCheck
  /** From now on an attempt may compute. */
  readonly begun: (attemptId: string) => void
  /** It has just made room for its owner. */
  readonly gaveWay: (attemptId: string) => void
  /** Nothing of it runs any more. */
  readonly gone: (attemptId: string) => void
  /** Runs `work` in one database transaction. */
  readonly atomically: (work: () => void) => void
  /** Durable: after these return, the coordinator will hear of it whatever happens to this process. */
  readonly reportStart: (lease: Lease) => void
  readonly reportFailure: (lease: Lease, failure: Failure) => void
  /** What was proven of an attempt: it left its output, or is given back and hands over what it saved. */
  readonly reportProven: (lease: Lease, facts: AttemptFacts, left: Uint8Array | GivenBack) => Promise<void>
  /** Where what a job says goes while it runs. */
  readonly logs: Pick<LiveLogs, 'write' | 'end'>
  /** Hex SHA-256 of what an attempt that had to stop is going to hand over; `null` if its job cannot go on from it elsewhere. */
  readonly saved: (lease: Lease) => string | null
  readonly changed: () => void
}

/** Bytes in use by device id; a device that does not tell is left out. */
export type MemoryUse = ReadonlyMap<string, number>

/** Makes sure that the memory of the devices an attempt worked on is given back. Neither call rejects. */
export interface MemoryCheck {
  /** What is in use before the attempt. */
  readonly before: (deviceIds: readonly string[]) => Promise<MemoryUse>
  /** Settles when it is given back, or when it is clear that it is not; then nothing starts until it is. */
  readonly released: (attemptId: string, before: MemoryUse) => Promise<void>
}

/** An attempt from the moment it has its devices until nothing of it is left. */
export interface Active {
  readonly lease: Lease
  readonly devices: readonly JobDevice[]
  readonly deviceIds: readonly string[]
  readonly stop: AbortController
  readonly holding: StandBy
}

export interface MeterSession {
  readonly stop: () => Promise<MeteredRun>
}
