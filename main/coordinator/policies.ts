import type { Policy } from '../../shared/contract/decision.ts'
import { detectionPolicy, movePolicy, pausePolicy } from './incidents/policies.ts'
import { spotCheckPolicy } from './proofs/challenge-policy.ts'
import { planPolicy } from './plan-policy.ts'

/** Every policy that decides, in the version that decides now. */
export const POLICIES: readonly Policy[] = [planPolicy, detectionPolicy, movePolicy, pausePolicy, spotCheckPolicy]
