import { createHash } from 'node:crypto'
import type { JobLimits, JobRuntime } from '../../../shared/contract/job.ts'
import type { RuntimeName } from '../../../shared/contract/wire.ts'

/** The one file a job hands back. Its SHA-256 is what the proof, the receipt and the requester's check speak of. */
export const RESULT_PATH = '/job/out/result'

export interface RunRequest {
  readonly attemptId: string
  readonly jobId: string
  readonly leaseId: string
  /** `sha256:` digest, prepared before. */
  readonly image: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly limits: JobLimits
  /** Empty: the job sees no GPU. */
  readonly gpuUuids: readonly string[]
}

/**
 * `exited`: the job ended by itself, see `exitCode`. `timeout`: `limits.wallSeconds` passed. `memory`: `limits.memoryBytes` was not enough.
 * `output-missing`: exit code 0 without a regular file at {@link RESULT_PATH}. `output-too-large`: more than `limits.outputBytes`, or more than
 * the workspace may hold. `stopped`: the caller's signal aborted.
 */
type RunEnd = 'exited' | 'timeout' | 'memory' | 'output-missing' | 'output-too-large' | 'stopped'

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
  /** Fetches the blob with this `sha256:` digest. The runtime checks the digest itself. */
  readonly fetchArchive: (digest: string, signal: AbortSignal) => Promise<Uint8Array>
}

/** Bytes of the image that are here; `totalBytes` is `null` while unknown. */
export interface PrepareProgress {
  readonly receivedBytes: number
  readonly totalBytes: number | null
}

export interface RunHooks {
  /** The job's own code runs from now on. */
  readonly onStarted: () => void
  /** One line of output, escaped and capped. */
  readonly onLog: (line: string) => void
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
  /** Removes what these attempts left behind after a crash. Returns the attempts something was removed of. */
  readonly sweep: (knownAttemptIds: readonly string[], signal: AbortSignal) => Promise<string[]>
}

/** `sha256:` digest of some bytes. */
export const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** Completes a {@link RunResult} with the hash of its output. */
export const runResult = (result: Omit<RunResult, 'outputSha256'>): RunResult => ({ ...result, outputSha256: digestOf(result.output).slice('sha256:'.length) })
