import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import { type Tx, transact } from '../persistence/database.ts'
import type { ProofDeps, ProvenAttempt } from './ports.ts'
import { createProofsStore } from './proofs.store.ts'
import { pricesByNode } from './settling.ts'
import { type MaybeVerified, type Submission, claimOf, judge, keepProof, openSubmission, refuseSubmission } from './submission.ts'

export type RunInput = InputOf<typeof coordinatorContract.giveBack>
export type RunAnswer = OutputOf<typeof coordinatorContract.giveBack>

/**
 * Checks the proof of a run that was given back and, if it holds, keeps it until the job has ended; the job goes on from what the run saved, which
 * has to be here already. Paid when the job completes or its requester cancels it; unpaid if it fails, expires, or comes to a wrong result. The same
 * proof for the same lease gets the stored answer. Errors: every `proof.*` code, `conflict` for a key that was replaced.
 */
export async function giveBackRun(deps: ProofDeps, nodeId: string, input: RunInput & MaybeVerified): Promise<RunAnswer> {
  const submission = await openSubmission(deps, nodeId, { ...input, left: { kind: 'checkpoint' } })
  const { proofId, jobId } = submission.proof
  const refusal = await transact(deps.db, async (tx) => {
    const judged = await judge(deps, tx, submission)
    if ('attempt' in judged) await keepRun(deps, tx, { submission, input, ...judged })
    return 'refusal' in judged ? judged.refusal : null
  })
  return refusal ? refuseSubmission(deps, refusal, claimOf(submission)) : { proofId, jobId }
}

async function keepRun(
  deps: ProofDeps,
  tx: Tx,
  run: { readonly submission: Submission; readonly input: RunInput; readonly attempt: ProvenAttempt; readonly paidMs: number },
): Promise<void> {
  const { proof, node, leaseId } = run.submission
  const { proofId, jobId, attemptId } = proof
  const { reason, message } = run.input
  await keepProof(deps, tx, run)
  // What led to results that wait is another matter.
  const runs = (await createProofsStore(tx).waitingOf(jobId)).filter(({ copy }) => copy === run.attempt.copy)
  const ranMs = runs.reduce((sum, { paidMs }) => sum + paidMs, 0)
  const nodeIds = [...new Set(runs.map((one) => one.proof.nodeId))]
  await deps.accrue(tx, { jobId, because: proofId, parts: pricesByNode(run.attempt, runs, nodeIds) })
  await deps.giveBack(tx, { leaseId, reason, message, ranMs })
  await deps.decide(tx, 'run.accepted', { nodeId: node.nodeId, proofId, jobId, attemptId, reason, paidMs: run.paidMs })
  await deps.recordEvent(tx, node.nodeId, { kind: 'proof-accepted', proofId, jobId, receiptId: null })
}
