/** The steps of a receipt check and their outcome, as the CLI prints them and the window shows them. */
import { z } from 'zod'

/** In the order they run; the first that fails names the verdict. */
export const VERIFICATION_STEPS = [
  'envelope',
  'coordinator-key',
  'rotations',
  'proofs',
  'chain',
  'arithmetic',
  'half-hours',
  'inclusion',
  'tree-head',
  'anchor',
  'plausibility',
] as const

export const VerificationStep = z.strictObject({
  step: z.enum(VERIFICATION_STEPS),
  outcome: z.enum(['passed', 'failed', 'skipped']),
  /** One sentence a person can read. */
  detail: z.string(),
})
export type VerificationStep = z.infer<typeof VerificationStep>

export const Verification = z.strictObject({
  valid: z.boolean(),
  failedStep: z.enum(VERIFICATION_STEPS).nullable(),
  steps: z.array(VerificationStep),
})
export type Verification = z.infer<typeof Verification>
