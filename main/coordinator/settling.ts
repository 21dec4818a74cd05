import type { OutputOf } from '../../shared/contract/define.ts'
import type { coordinatorContract } from '../../shared/contract/coordinator.ts'
import { type WindfallError, messageOf, toProblem } from '../../shared/errors.ts'
import type { CoordinatorEvents } from './events.ts'
import { type BatchToSettle, reopenBatch, settleBatch } from './proofs/batch.ts'
import { type RunAnswer, giveBackRun } from './proofs/give-back.ts'
import type { BatchInput, HandedIn } from './proofs/handed-in.ts'
import { isRefusal, isToldAlready, refuse } from './proofs/open-proof.ts'
import type { ProofDeps } from './proofs/ports.ts'
import { claimedBy, recordRefusal } from './proofs/submission.ts'
import { type ProofAnswer, submitProof } from './proofs/submit.ts'

/** What a node handed in and, if this process has checked its signature already, what was signed. */
export interface Taken {
  readonly nodeId: string
  readonly handedIn: HandedIn
  readonly body: Uint8Array | null
}

/** Whether somebody waits for the answer, and what is awaited between two of many proofs, so that they leave room for everything else. */
type Manner = Pick<BatchToSettle, 'isAwaited' | 'rest'>

type BatchAnswer = OutputOf<typeof coordinatorContract.submitProofs>
export type Settled = ProofAnswer | RunAnswer | BatchAnswer

export interface SettlingDeps {
  readonly proofs: ProofDeps
  readonly events: Pick<CoordinatorEvents, 'proofAccepted' | 'proofRefused'>
  /** Tells connected nodes that something was recorded for them. */
  readonly hint: () => Promise<void>
}

/** Settles what a node handed in, logs how it went and tells the node. A refusal that nobody waits for is told to the node's owner, whatever its reason. */
export async function settleTaken(deps: SettlingDeps, taken: Taken, { isAwaited, rest }: Manner): Promise<Settled> {
  const { events, hint } = deps
  const { nodeId, handedIn } = taken
  try {
    if (handedIn.kind === 'batch') return await settleAll(deps, { nodeId, input: handedIn.input }, { isAwaited, rest })
    const answer = await settleOne(deps.proofs, taken, handedIn)
    events.proofAccepted(nodeId, answer.jobId, 'receiptId' in answer ? answer.receiptId : null)
    return answer
  } catch (error) {
    events.proofRefused(nodeId, toProblem(error).code, messageOf(error))
    if (!isAwaited && isRefusal(error) && !isToldAlready(error)) await tellUnheard(deps.proofs, taken, error)
    throw error
  } finally {
    await hint()
  }
}

const settleOne = (deps: ProofDeps, { nodeId, body }: Taken, one: Exclude<HandedIn, { kind: 'batch' }>): Promise<ProofAnswer | RunAnswer> =>
  one.kind === 'proof' ? submitProof(deps, nodeId, { ...one.input, body }) : giveBackRun(deps, nodeId, { ...one.input, body })

async function settleAll(
  { proofs, events }: SettlingDeps,
  { nodeId, input }: { readonly nodeId: string; readonly input: BatchInput },
  manner: Manner,
): Promise<BatchAnswer> {
  const verdicts = await settleBatch(proofs, { nodeId, items: reopenBatch(input), ...manner })
  for (const verdict of verdicts) {
    if (verdict.state === 'accepted') events.proofAccepted(nodeId, verdict.jobId, verdict.receiptId)
    if (verdict.state === 'refused') events.proofRefused(nodeId, verdict.code, verdict.message)
  }
  return { verdicts: [...verdicts] }
}

/** A refusal that was not told where it was found, such as that of a key which was replaced meanwhile. */
async function tellUnheard(deps: ProofDeps, { nodeId, handedIn }: Taken, { code, message }: WindfallError): Promise<void> {
  if (handedIn.kind !== 'batch') await recordRefusal(deps, refuse(code, message), { ...handedIn.input, ...claimedBy(handedIn.input), nodeId })
}
