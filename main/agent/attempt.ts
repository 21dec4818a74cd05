import type { Measurement } from '../../shared/domain/energy-proof.ts'

/** What the meter knows when an attempt ends. Times are ISO 8601 UTC; durations are milliseconds on a clock that never jumps. */
export interface MeteredRun {
  readonly measurement: Measurement
  readonly startedAt: string
  readonly endedAt: string
  readonly durationMs: number
  readonly sleepMs: number
}

/** A metered run that left something: an output, or a checkpoint that its job goes on from. */
export interface AttemptFacts extends MeteredRun {
  readonly exitCode: number
  readonly outputSha256: string
}

/** Why a run was given back before its job was done: a stable code, and a sentence for its owner and its requester. */
export interface GivenBack {
  readonly reason: string
  readonly message: string
}
