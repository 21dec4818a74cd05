import type { Policy } from '../../shared/contract/decision.ts'
import { detectionPolicy, movePolicy, pausePolicy } from './incidents/policies.ts'
import { spotCheckPolicy } from './proofs/challenge-policy.ts'
import { matchPolicy } from './match-policy.ts'
import { planPolicy } from './plan-policy.ts'
import { canaryPolicy } from './quorum/canary-policy.ts'
import { replicationPolicy } from './quorum/replication.ts'
import { quarantinePolicy } from './registry/quarantine-policy.ts'
import { signalPolicy } from './registry/signal-policy.ts'

/** Every policy that decides, in the version that decides now. */
export const POLICIES: readonly Policy[] = [
  planPolicy,
  matchPolicy,
  detectionPolicy,
  movePolicy,
  pausePolicy,
  spotCheckPolicy,
  quarantinePolicy,
  signalPolicy,
  replicationPolicy,
  canaryPolicy,
]
