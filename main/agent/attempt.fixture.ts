import { Measurement } from '../../shared/domain/energy-proof.ts'
import { testProof } from '../../shared/domain/receipt-bundle.fake.ts'
import { z } from 'zod'
import type { AttemptFacts } from './attempt.ts'

/** What a metered run of forty minutes at 250 W leaves behind, for tests. */
export function fakeFacts(change: Partial<AttemptFacts> = {}): AttemptFacts {
  const { startedAt, endedAt, durationMs, sleepMs, exitCode, outputSha256, ...rest } = testProof()
  const measurement = z.object(Measurement.shape).parse(rest)
  return { measurement, startedAt, endedAt, durationMs, sleepMs, exitCode, outputSha256, ...change }
}
