import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { fromIso } from '../../../shared/units.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import type { ChainHead, StoredProof } from './accept.ts'
import { type Refusal, isRefusal, refuse } from './open-proof.ts'
import type { ProofDeps, ProvenAttempt, Weighed } from './ports.ts'
import { createProofsStore } from './proofs.store.ts'
import { type Settle, prepareSettling } from './settling.ts'
import { type MaybeVerified, type Submission, claimOf, judge, keepProof, openSubmission, refuseSubmission, seemsToHold } from './submission.ts'
import { leaveUnpaid } from './unpaid.ts'

export type ProofInput = InputOf<typeof coordinatorContract.submitProof>
export type ProofAnswer = OutputOf<typeof coordinatorContract.submitProof>

/** Where the proof chain of a node stands. */
export const chainHead = (db: Db, nodeId: string): Promise<ChainHead> => createProofsStore(db).head(nodeId)

type Outcome = { readonly answer: ProofAnswer } | { readonly refusal: Refusal }

const answerAgain = ({ proofId, jobId, leaseId, receiptId, state }: StoredProof): Outcome =>
  state === 'given-back' && receiptId === null
    ? { refusal: refuse('proof.replayed', `Proof ${proofId} was already accepted for a run that was given back under lease ${leaseId}. A proof counts once.`) }
    : { answer: { proofId, jobId, receiptId } }

const begin = (deps: ProofDeps, submission: Submission): Promise<Outcome | { readonly attempt: ProvenAttempt }> =>
  transact(deps.db, async (tx) => {
    const judged = await judge(deps, tx, submission)
    if ('repeated' in judged) return answerAgain(judged.repeated)
    if ('attempt' in judged) await deps.beginVerification(tx, submission.leaseId)
    return judged
  })

interface Proven {
  readonly submission: Submission
  readonly attempt: ProvenAttempt
  readonly paidMs: number
}

/** Writes what follows from a proof that holds, in the transaction that keeps it. */
type Conclude = (tx: Tx, proven: Proven) => Promise<ProofAnswer>

/** One transaction: the proof, the receipts of all runs, the money, the job and what owners are told; or none of them. */
const commit = (deps: ProofDeps, submission: Submission, conclude: Conclude): Promise<Outcome> =>
  transact(deps.db, async (tx) => {
    const judged = await judge(deps, tx, submission)
    if ('repeated' in judged) return answerAgain(judged.repeated)
    if ('refusal' in judged) return judged
    await keepProof(deps, tx, { submission, ...judged })
    return { answer: await conclude(tx, { submission, ...judged }) }
  })

const complete =
  (deps: ProofDeps, { record, outputSha256 }: Extract<Weighed, { is: 'counts' }>, settle: Settle): Conclude =>
  async (tx, { submission: { proof, leaseId, node } }) => {
    const { proofId, jobId } = proof
    await record(tx)
    const paid = await settle(tx)
    await deps.completeJob(tx, { jobId, nodeId: node.nodeId }, { leaseId, outputSha256, begunAt: fromIso(proof.startedAt), ...paid })
    const receiptId = paid.receiptIds.at(-1) ?? ''
    await deps.decide(tx, 'proof.accepted', { nodeId: node.nodeId, proofId, jobId, receiptId, priceMicroUsd: String(paid.priceMicroUsd) })
    return { proofId, jobId, receiptId }
  }

/** The proof holds, and what the job comes to is not known by it: it waits for others, or nobody knows. */
const putBy =
  (deps: ProofDeps, { is, record }: Extract<Weighed, { is: 'held' | 'undecided' }>): Conclude =>
  async (tx, { submission: { proof, leaseId, node } }) => {
    const { proofId, jobId } = proof
    await deps.beginVerification(tx, leaseId)
    // Its runs are paid once it counts, each as those of the others.
    await deps.accrue(tx, { jobId, because: `${is}-${leaseId}`, parts: [] })
    await deps.recordEvent(tx, node.nodeId, { kind: 'proof-accepted', proofId, jobId, receiptId: null })
    if (is === 'undecided') await leaveUnpaid(deps, tx, { jobId, cause: 'undecided' })
    await record(tx)
    await deps.decide(tx, `result.${is}`, { nodeId: node.nodeId, proofId, jobId, leaseId })
    return { proofId, jobId, receiptId: null }
  }

/** Looks up what concluding takes, which may be slow. */
async function prepare(deps: ProofDeps, submission: Submission, { attempt, output }: { readonly attempt: ProvenAttempt; readonly output: Uint8Array }) {
  const { node, proof } = submission
  const weighed = await deps.compare({ ...attempt, nodeId: node.nodeId, proofId: proof.proofId, output })
  if (weighed.is !== 'counts') return putBy(deps, weighed)
  const last = { ...submission, zone: attempt.plan.zone, copy: attempt.copy }
  return complete(deps, weighed, await prepareSettling(deps, attempt, { last, copies: weighed.copies }))
}

/** What takes longer to look up is under verification meanwhile, for everybody to see. Otherwise one transaction says it all. */
const SLOW_MS = 200

async function orBegin<T>(deps: ProofDeps, submission: Submission, lookingUp: Promise<T>): Promise<T> {
  const over = new AbortController()
  const begun = deps.clock.sleep(SLOW_MS, over.signal).then((isSlow) => (isSlow ? begin(deps, submission) : null))
  const [found] = await Promise.all([lookingUp.finally(() => over.abort()), begun])
  return found
}

/**
 * Checks a proof and, if it holds, completes its job: once, however often and however concurrently it is submitted. With it every run of the job that
 * was given back before is receipted and paid. A result that others have to agree with waits for them, with `null` for its receipt. The same proof for
 * the same lease gets the stored answer. Errors: every `proof.*` code; `conflict` for a key that was replaced; what the grid lookup throws.
 */
export async function submitProof(deps: ProofDeps, nodeId: string, input: ProofInput & MaybeVerified): Promise<ProofAnswer> {
  const bytes = Buffer.from(input.output, 'base64')
  const submission = await openSubmission(deps, nodeId, { ...input, left: { kind: 'output', sha256: sha256Hex(bytes), bytes: bytes.length } })
  const begun = (await seemsToHold(deps, submission)) ?? (await begin(deps, submission))
  if ('answer' in begun) return begun.answer
  if ('refusal' in begun) return refuseSubmission(deps, begun.refusal, claimOf(submission))
  await deps.saveOutput(bytes)
  try {
    const outcome = await commit(deps, submission, await orBegin(deps, submission, prepare(deps, submission, { attempt: begun.attempt, output: bytes })))
    return 'answer' in outcome ? outcome.answer : await refuseSubmission(deps, outcome.refusal, claimOf(submission))
  } catch (error) {
    // The agent keeps the proof and submits it again; until then its requester can read what it waits for.
    if (!isRefusal(error) && error instanceof WindfallError) {
      await begin(deps, submission)
      await transact(deps.db, (tx) => deps.awaitReceipt(tx, { leaseId: input.leaseId, reason: error.code, message: error.message }))
    }
    throw error
  }
}
