import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import type { Envelope } from '../../../shared/contract/wire.ts'
import type { EnergyProof } from '../../../shared/domain/energy-proof.ts'
import { priceOf } from '../../../shared/domain/pay.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { fromIso } from '../../../shared/units.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { type ChainHead, type ProofFacts, type StoredProof, judgeProof, repeatedProof } from './accept.ts'
import { type OpenedProof, type Refusal, openProof, refuse } from './open-proof.ts'
import type { Earning, IssueReceipt, ProofDeps, ProvenAttempt, ProvingNode } from './ports.ts'
import { createProofsStore } from './proofs.store.ts'

export type ProofInput = InputOf<typeof coordinatorContract.submitProof>
export type ProofAnswer = OutputOf<typeof coordinatorContract.submitProof>

/** Where the proof chain of a node stands. */
export const chainHead = (db: Db, nodeId: string): Promise<ChainHead> => createProofsStore(db).head(nodeId)

interface Submission extends OpenedProof {
  readonly node: ProvingNode
  readonly input: ProofInput
  readonly output: ProofFacts['output']
}

const answerOf = ({ proofId, jobId, receiptId }: StoredProof): ProofAnswer => ({ proofId, jobId, receiptId })

/** Everything about a submission that other writers may change meanwhile; read again in the transaction that acts on it. */
async function gather(deps: ProofDeps, tx: Tx, submission: Submission): Promise<ProofFacts> {
  const { node, input, proof, bodySha256, output } = submission
  const proofs = createProofsStore(tx)
  const claim = { nodeId: node.nodeId, leaseId: input.leaseId, token: input.token }
  const [chain, stored, attempt] = [await proofs.head(node.nodeId), await proofs.like({ proofId: proof.proofId, bodySha256 }), await deps.attempt(tx, claim)]
  return { now: deps.clock.now(), leaseId: input.leaseId, proof, bodySha256, output, chain, stored, attempt, capabilities: node.capabilities }
}

interface Claim {
  readonly node: ProvingNode
  readonly leaseId: string
  readonly token: number
  readonly proofId: string
  readonly jobId: string
}

/** Records a refusal where the node's owner can see it, in a transaction of its own, and throws it. */
async function refuseSubmission(deps: ProofDeps, { code, message, endsAttempt }: Refusal, claim: Claim): Promise<never> {
  const { node, proofId } = claim
  await transact(deps.db, async (tx) => {
    const attempt = await deps.attempt(tx, { nodeId: node.nodeId, leaseId: claim.leaseId, token: claim.token })
    const jobId = attempt?.jobId ?? claim.jobId
    if (endsAttempt && attempt?.standing === 'current') await deps.rejectResult(tx, { leaseId: claim.leaseId, reason: code, message })
    if ((await createProofsStore(tx).addRefusal({ nodeId: node.nodeId, proofId, code, at: deps.clock.now() })) === 'duplicate') return
    await deps.decide(tx, 'proof.refused', { nodeId: node.nodeId, proofId, jobId, leaseId: claim.leaseId, code })
    await deps.recordEvent(tx, node.nodeId, { kind: 'proof-refused', proofId, jobId, code, message: message.slice(0, 500) })
  })
  throw new WindfallError(code, message)
}

/** Not a refusal: the work counts as soon as the present key stands by it. */
const replacedKey = () =>
  new WindfallError('conflict', 'The proof is signed by a key that this node has replaced. Sign it with the present key and submit it again.')

const isReplaced = ({ keyId, history }: ProvingNode, { signatures }: Envelope): boolean => {
  const signedBy = signatures[0]?.keyid
  return signedBy !== keyId && history.keys.some((key) => key.keyId === signedBy)
}

type Judgement = { readonly answer: ProofAnswer } | { readonly refusal: Refusal } | { readonly attempt: ProvenAttempt }

/** What a submission deserves as things stand in this transaction. */
async function judge(deps: ProofDeps, tx: Tx, submission: Submission): Promise<Judgement> {
  const { nodeId, keyId } = submission.node
  if ((await deps.currentKey(tx, nodeId)) !== keyId) throw replacedKey()
  const facts = await gather(deps, tx, submission)
  const repeated = repeatedProof(facts)
  if (repeated) return { answer: answerOf(repeated) }
  const refusal = judgeProof(facts)
  if (refusal || !facts.attempt) return { refusal: refusal ?? refuse('proof.lease', 'The lease has ended.') }
  await deps.beginVerification(tx, submission.input.leaseId)
  return { attempt: facts.attempt }
}

/** One transaction: the proof, the receipt, the money, the job and what its owner is told; or none of them. */
const commit = (deps: ProofDeps, submission: Submission, issue: IssueReceipt): Promise<{ answer: ProofAnswer } | { refusal: Refusal }> =>
  transact(deps.db, async (tx) => {
    const judged = await judge(deps, tx, submission)
    return 'attempt' in judged ? { answer: await book(deps, tx, { submission, attempt: judged.attempt, issue }) } : judged
  })

async function book(
  deps: ProofDeps,
  tx: Tx,
  { submission, attempt, issue }: { submission: Submission; attempt: ProvenAttempt; issue: IssueReceipt },
): Promise<ProofAnswer> {
  const { proof, bodySha256, input, node, output } = submission
  const { jobId, requesterId, leaseId, spec } = attempt
  const { receiptId, bundle } = await issue(tx)
  await createProofsStore(tx).add({ proof, bodySha256, envelope: input.envelope, receiptId, at: deps.clock.now() })
  await deps.planChallenge(tx, proof.proofId, node.nodeId)
  const priceMicroUsd = priceOf(spec.price, paidMsOf(proof, deps.clock.now() - attempt.leasedAt))
  await deps.completeJob(tx, { leaseId, outputSha256: output.sha256, receiptId, priceMicroUsd })
  const earning = await deps.settle(tx, { requesterId, jobId, nodeId: node.nodeId, receiptId, priceMicroUsd })
  await deps.decide(tx, 'proof.accepted', { nodeId: node.nodeId, proofId: proof.proofId, jobId, receiptId, priceMicroUsd: String(priceMicroUsd) })
  await deps.recordEvent(tx, node.nodeId, { kind: 'proof-accepted', proofId: proof.proofId, jobId, receiptId })
  await deps.recordEvent(tx, node.nodeId, { kind: 'receipt', receiptId, bundle })
  await deps.recordEvent(tx, node.nodeId, earningFact(earning, { jobId, receiptId }))
  return { proofId: proof.proofId, jobId, receiptId }
}

/** Run time that is paid: the least of what the node's two clocks say and of what has passed on ours since the job was handed out. */
const paidMsOf = ({ durationMs, startedAt, endedAt }: EnergyProof, sinceLeaseMs: number): number =>
  Math.max(0, Math.min(durationMs, fromIso(endedAt) - fromIso(startedAt), sinceLeaseMs))

const earningFact = ({ earningId, state, microUsd }: Earning, of: { jobId: string; receiptId: string }) =>
  ({ kind: 'earning', earningId, ...of, state, microUsd: String(microUsd) }) as const

/**
 * Checks a proof and, if it holds, completes its job: once, however often and however concurrently it is submitted.
 * The same proof for the same lease gets the stored answer. Errors: every `proof.*` code; `conflict` for a key that was replaced; what the grid lookup throws.
 */
export async function submitProof(deps: ProofDeps, nodeId: string, input: ProofInput): Promise<ProofAnswer> {
  const node = await deps.node(nodeId)
  if (!node) throw new WindfallError('auth.refused', 'This node is not enrolled.')
  const claim = { node, leaseId: input.leaseId, token: input.token }
  if (isReplaced(node, input.envelope)) throw replacedKey()
  const opened = openProof(input.envelope, node)
  if ('code' in opened)
    return refuseSubmission(deps, opened, { ...claim, proofId: `unreadable-${sha256Hex(input.envelope.payload).slice(0, 16)}`, jobId: 'unknown' })
  const bytes = Buffer.from(input.output, 'base64')
  const submission: Submission = { ...opened, node, input, output: { sha256: sha256Hex(bytes), bytes: bytes.length } }
  const named = { ...claim, proofId: opened.proof.proofId, jobId: opened.proof.jobId }
  const judged = await transact(deps.db, (tx) => judge(deps, tx, submission))
  if ('answer' in judged) return judged.answer
  if ('refusal' in judged) return refuseSubmission(deps, judged.refusal, named)
  await deps.saveOutput(bytes)
  try {
    const issue = await deps.prepareReceipt({ ...opened, envelope: input.envelope, node, attempt: judged.attempt })
    const outcome = await commit(deps, submission, issue)
    return 'answer' in outcome ? outcome.answer : await refuseSubmission(deps, outcome.refusal, named)
  } catch (error) {
    // The agent keeps the proof and submits it again; until then its requester can read what it waits for.
    if (error instanceof WindfallError && error.retry)
      await transact(deps.db, (tx) => deps.awaitReceipt(tx, { leaseId: input.leaseId, reason: error.code, message: error.message }))
    throw error
  }
}
