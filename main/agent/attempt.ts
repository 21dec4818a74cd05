import type { Measurement } from '../../shared/domain/energy-proof.ts'

/** What the meter knows when an attempt ends. Times are ISO 8601 UTC; durations are milliseconds on a clock that never jumps. */
export interface MeteredRun {
  readonly measurement: Measurement
  readonly startedAt: string
  readonly endedAt: string
  readonly durationMs: number
  readonly sleepMs: number
}

/** A metered run that ended by itself and left an output. */
export interface AttemptFacts extends MeteredRun {
  readonly exitCode: number
  readonly outputSha256: string
}
