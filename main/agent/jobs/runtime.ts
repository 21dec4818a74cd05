import { createHash } from 'node:crypto'
import type { JobLimits, JobRuntime } from '../../../shared/contract/job.ts'
import type { RuntimeName } from '../../../shared/contract/wire.ts'

/** The one file a job hands back. Its SHA-256 is what the proof, the receipt and the requester's check speak of. */
export const RESULT_PATH = '/job/out/result'

/** A file that a job begins with. */
export interface InputFile {
  /** Within `/job/in`: plain names with slashes between them. */
  readonly path: string
  readonly content: Uint8Array
}

export interface RunRequest {
  readonly attemptId: string
  readonly jobId: string
  readonly leaseId: string
  /** `sha256:` digest, prepared before. */
  readonly image: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly limits: JobLimits
  /** What it finds in `/job/in` when it begins. */
  readonly inputs?: readonly InputFile[]
  /** The job goes on elsewhere or later from what it saved, so it is asked to save when it has to stop. Left out: it does not. */
  readonly checkpoints?: boolean
  /** Names by which the runtime knows the GPUs that the job may use. Empty: it sees none. */
  readonly gpuUuids: readonly string[]
}

/**
 * `exited`: the job ended by itself, see `exitCode`. `timeout`: `limits.wallSeconds` passed. `memory`: `limits.memoryBytes` was not enough.
 * `output-missing`: exit code 0 without a regular file at {@link RESULT_PATH}. `output-too-large`: more than `limits.outputBytes`, or more than
 * the workspace may hold. `log-too-large`: it flooded its log. `stopped`: the caller's signal aborted.
 */
type RunEnd = 'exited' | 'timeout' | 'memory' | 'output-missing' | 'output-too-large' | 'log-too-large' | 'stopped'

export interface RunResult {
  readonly end: RunEnd
  readonly exitCode: number
  /** Empty unless the job exited with code 0 and left a result. */
  readonly output: Uint8Array
  /** SHA-256 of `output`, hex. */
  readonly outputSha256: string
  /** The last lines of stdout and stderr, control characters escaped. */
  readonly logTail: string
}

export interface PrepareRequest {
  readonly runtime: JobRuntime
  /** Whether the job is going to get a GPU; without it, it does not. */
  readonly gpu?: boolean
  /** False while nothing may be loaded: a runtime that would have to then rejects with `network.metered`. Left out, it always may. */
  readonly mayFetch?: () => boolean
  /** Fetches the blob with this `sha256:` digest. The runtime checks the digest itself. */
  readonly fetchArchive: (digest: string, signal: AbortSignal) => Promise<Uint8Array>
}

/** Bytes of the image that are here; `totalBytes` is `null` while unknown. */
export interface PrepareProgress {
  readonly receivedBytes: number
  readonly totalBytes: number | null
}

/** A job whose own code runs. No call rejects; `false` means that it cannot be done here, or not at present. */
export interface RunningJob {
  /** Stands still where it is, with all its memory; its time limit stands still too. An abort ends it all the same. */
  readonly freeze: () => Promise<boolean>
  readonly thaw: () => Promise<boolean>
  /** Leaves it this share of the processor time that it may use at most, above 0 and up to 1, for as long as nothing else is said. */
  readonly throttle: (share: number) => Promise<boolean>
}

/** What an attempt goes on from; `keptAt` in epoch milliseconds, when it came to this machine. */
export interface ResumedFrom {
  readonly sha256: string
  readonly bytes: number
  readonly keptAt: number
}

export interface RunHooks {
  /** The job's own code runs from now on. */
  readonly onStarted: (job: RunningJob) => void
  /** One line of output, escaped and capped. */
  readonly onLog: (line: string) => void
  /** The same, as the job wrote it; the bytes may change afterwards. */
  readonly onOutput?: (bytes: Uint8Array) => void
  /** The job finds in its folder what it saved earlier. */
  readonly onResumed?: (from: ResumedFrom) => void
  /** It has to stop, and has next to no processor time left while it saves its work. */
  readonly onSlowed?: () => void
}

export type Availability = { readonly available: true; readonly version: string } | { readonly available: false; readonly reason: string }

/** Somewhere a job can run. Docker and WebAssembly are the two we have. */
export interface Runtime {
  readonly name: RuntimeName
  /** Whether jobs can run here, and if not, what to do about it. Never rejects. */
  readonly probe: (signal: AbortSignal) => Promise<Availability>
  /** Makes `runtime.image` ready to run. Errors: `runtime.image` if it is not provably that image or must not run, `runtime.unavailable`. */
  readonly prepare: (request: PrepareRequest, onProgress: (progress: PrepareProgress) => void, signal: AbortSignal) => Promise<void>
  /**
   * Runs one attempt and leaves nothing behind. An abort of `signal` stops the job at once and ends it as `stopped`.
   * Errors: `runtime.image` if the image was not prepared or must not run, `runtime.unavailable`, `runtime.failed`.
   */
  readonly run: (request: RunRequest, hooks: RunHooks, signal: AbortSignal) => Promise<RunResult>
  /**
   * Goes on with an attempt that outlived the agent that started it, or collects what it left, as {@link Runtime.run} would have.
   * `null` if there is nothing to go on with, or it is past its time; what is left of it waits for a sweep. Errors: as `run`.
   */
  readonly adopt?: (request: RunRequest, hooks: RunHooks, signal: AbortSignal) => Promise<RunResult | null>
  /** Removes what these attempts, and others that are over, left behind after a crash. Returns the attempts something was removed of. */
  readonly sweep: (knownAttemptIds: readonly string[], signal: AbortSignal) => Promise<string[]>
  /** Tries again to remove what could not be removed, until `signal` aborts. */
  readonly upkeep?: (signal: AbortSignal) => Promise<void>
}

/** `sha256:` digest of some bytes. */
export const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** Completes a {@link RunResult} with the hash of its output. */
export const runResult = (result: Omit<RunResult, 'outputSha256'>): RunResult => ({ ...result, outputSha256: digestOf(result.output).slice('sha256:'.length) })
