/**
 * What is simulated: the product's own decisions, by the name of what they are about. A fault is put around one of them here, so that the product needs no
 * switch for it; see `faults-on-purpose.ts`.
 */
import { placeNext } from '../../../main/agent/proofs/placing.ts'
import { endsItem } from '../../../main/agent/sync/outbox-rules.ts'
import { createTenure } from '../../../main/agent/sync/tenure.ts'
import { mayStart } from '../../../main/agent/jobs/may-start.ts'
import { createRenewals } from '../../../main/coordinator/jobs/leases.ts'
import { failureRuling, mayResume, moveOf, renewalRuling, standingOf } from '../../../main/coordinator/jobs/rulings.ts'
import { takeInTurn } from '../../../main/coordinator/jobs/taking.ts'
import { createTokens } from '../../../main/coordinator/jobs/tokens.ts'
import { nextStep } from '../../../main/coordinator/payouts/machine.ts'
import { isHeld } from '../../../main/coordinator/persistence/transact.ts'
import { judgeProof, repeatedProof } from '../../../main/coordinator/proofs/accept.ts'
import { createPresenceBook } from '../../../main/coordinator/registry/presence.ts'
import { watchSteps } from '../../../main/kernel/clock-steps.ts'
import { ruleOver } from '../../../main/coordinator/replicas/shard-machine.ts'

/** What the world around those decisions does right, and a fault may do wrong. */
interface Manners {
  /** Whether an answer goes out only after what it is about is durable. */
  readonly answersAfterCommit: boolean
  /** Whether money moves in the transaction that completes a job. */
  readonly paysWithTheJob: boolean
}

const PRODUCT = {
  createPresenceBook,
  createRenewals,
  createTenure,
  createTokens,
  endsItem,
  failureRuling,
  isHeld,
  judgeProof,
  mayResume,
  mayStart,
  moveOf,
  nextStep,
  placeNext,
  renewalRuling,
  repeatedProof,
  ruleOver,
  standingOf,
  takeInTurn,
  watchSteps,
}

export type Rules = typeof PRODUCT & Manners

export const RULES: Rules = { ...PRODUCT, answersAfterCommit: true, paysWithTheJob: true }
