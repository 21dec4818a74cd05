import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import type { ChainHead, StoredProof } from './accept.ts'
import { type Refusal, isRefusal, refuse } from './open-proof.ts'
import type { ProofDeps, ProvenAttempt } from './ports.ts'
import { createProofsStore } from './proofs.store.ts'
import { type Settle, prepareSettling } from './settling.ts'
import { type MaybeVerified, type Submission, claimOf, judge, keepProof, openSubmission, refuseSubmission } from './submission.ts'

export type ProofInput = InputOf<typeof coordinatorContract.submitProof>
export type ProofAnswer = OutputOf<typeof coordinatorContract.submitProof> & { readonly receiptId: string }

/** Where the proof chain of a node stands. */
export const chainHead = (db: Db, nodeId: string): Promise<ChainHead> => createProofsStore(db).head(nodeId)

type Outcome = { readonly answer: ProofAnswer } | { readonly refusal: Refusal }

const answerAgain = ({ proofId, jobId, leaseId, receiptId }: StoredProof): Outcome =>
  receiptId === null
    ? { refusal: refuse('proof.replayed', `Proof ${proofId} was already accepted for a run that was given back under lease ${leaseId}. A proof counts once.`) }
    : { answer: { proofId, jobId, receiptId } }

const begin = (deps: ProofDeps, submission: Submission): Promise<Outcome | { readonly attempt: ProvenAttempt }> =>
  transact(deps.db, async (tx) => {
    const judged = await judge(deps, tx, submission)
    if ('repeated' in judged) return answerAgain(judged.repeated)
    if ('attempt' in judged) await deps.beginVerification(tx, submission.leaseId)
    return judged
  })

/** One transaction: the proof, the receipts of all runs, the money, the job and what owners are told; or none of them. */
const commit = (deps: ProofDeps, submission: Submission, settle: Settle): Promise<Outcome> =>
  transact(deps.db, async (tx) => {
    const judged = await judge(deps, tx, submission)
    if ('repeated' in judged) return answerAgain(judged.repeated)
    if ('refusal' in judged) return judged
    await deps.beginVerification(tx, submission.leaseId)
    return { answer: await complete(deps, tx, { submission, settle, ...judged }) }
  })

async function complete(
  deps: ProofDeps,
  tx: Tx,
  of: { readonly submission: Submission; readonly attempt: ProvenAttempt; readonly paidMs: number; readonly settle: Settle },
): Promise<ProofAnswer> {
  const { proof, leaseId, node } = of.submission
  const { proofId, jobId } = proof
  await keepProof(deps, tx, of)
  const paid = await of.settle(tx)
  await deps.completeJob(tx, { leaseId, outputSha256: proof.outputSha256, ...paid })
  const receiptId = paid.receiptIds.at(-1) ?? ''
  await deps.decide(tx, 'proof.accepted', { nodeId: node.nodeId, proofId, jobId, receiptId, priceMicroUsd: String(paid.priceMicroUsd) })
  return { proofId, jobId, receiptId }
}

/**
 * Checks a proof and, if it holds, completes its job: once, however often and however concurrently it is submitted. With it every run of the job that
 * was given back before is receipted and paid. The same proof for the same lease gets the stored answer. Errors: every `proof.*` code; `conflict` for
 * a key that was replaced; what the grid lookup throws.
 */
export async function submitProof(deps: ProofDeps, nodeId: string, input: ProofInput & MaybeVerified): Promise<ProofAnswer> {
  const bytes = Buffer.from(input.output, 'base64')
  const submission = await openSubmission(deps, nodeId, { ...input, left: { kind: 'output', sha256: sha256Hex(bytes), bytes: bytes.length } })
  const begun = await begin(deps, submission)
  if ('answer' in begun) return begun.answer
  if ('refusal' in begun) return refuseSubmission(deps, begun.refusal, claimOf(submission))
  const { attempt } = begun
  await deps.saveOutput(bytes)
  try {
    const last = { ...submission, zone: attempt.plan.zone }
    const outcome = await commit(deps, submission, await prepareSettling(deps, attempt, last))
    return 'answer' in outcome ? outcome.answer : await refuseSubmission(deps, outcome.refusal, claimOf(submission))
  } catch (error) {
    // The agent keeps the proof and submits it again; until then its requester can read what it waits for.
    if (!isRefusal(error) && error instanceof WindfallError)
      await transact(deps.db, (tx) => deps.awaitReceipt(tx, { leaseId: input.leaseId, reason: error.code, message: error.message }))
    throw error
  }
}
