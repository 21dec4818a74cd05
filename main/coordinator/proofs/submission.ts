/** What every way to hand in a proof has in common: opening it, judging it, and saying why it does not count. */
import { z } from 'zod'
import { type Envelope, Id } from '../../../shared/contract/wire.ts'
import { payloadOf } from '../../../shared/domain/dsse.ts'
import type { EnergyProof } from '../../../shared/domain/energy-proof.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { fromIso } from '../../../shared/units.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import { type Tx, transact } from '../persistence/database.ts'
import { type Left, type ProofFacts, type StoredProof, SKEW_MS, judgeProof, repeatedProof } from './accept.ts'
import { type OpenedProof, type Refusal, openProof, readVerified, refuse } from './open-proof.ts'
import type { ProofDeps, ProvenAttempt, ProvingNode } from './ports.ts'
import { createProofsStore } from './proofs.store.ts'
import { leaveUnpaid } from './unpaid.ts'

export interface Submission extends OpenedProof {
  readonly node: ProvingNode
  readonly leaseId: string
  readonly token: number
  readonly envelope: Envelope
  readonly left: Left
}

/** What was signed, if the signature was checked with the node's key when it arrived. */
export interface MaybeVerified {
  readonly body?: Uint8Array | null
}

interface Claim extends Pick<Submission, 'leaseId' | 'token'> {
  readonly nodeId: string
  readonly proofId: string
  readonly jobId: string
}

/** Everything about a submission that other writers may change meanwhile; read again in the transaction that acts on it. */
async function gather(deps: ProofDeps, tx: Tx, submission: Submission): Promise<ProofFacts> {
  const { node, leaseId, token, proof, bodySha256, left } = submission
  const proofs = createProofsStore(tx)
  const [chain, stored] = [await proofs.head(node.nodeId), await proofs.like({ proofId: proof.proofId, bodySha256 })]
  const attempt = await deps.attempt(tx, { nodeId: node.nodeId, leaseId, token })
  const slackMs = attempt ? deps.clockSlackMs(attempt.leasedAt) : 0
  const beside = attempt ? await proofs.since(node.nodeId, Math.max(fromIso(proof.startedAt), attempt.leasedAt - slackMs) - SKEW_MS) : []
  // What was given back before counts where another run is; what led to results that wait is receipted apart from it.
  const before = attempt && left.kind === 'checkpoint' ? await proofs.waitingOf(attempt.jobId) : []
  const runs = before.filter(({ copy }) => copy === attempt?.copy).map((run) => run.proof)
  return { now: deps.clock.now(), slackMs, leaseId, proof, bodySha256, left, runs, chain, stored, attempt, capabilities: node.capabilities, beside }
}

export const claimOf = ({ node: { nodeId }, leaseId, token, proof: { proofId, jobId } }: Submission): Claim => ({ nodeId, leaseId, token, proofId, jobId })

const unreadable = ({ payload }: Envelope) => ({ proofId: `unreadable-${sha256Hex(payload).slice(0, 16)}`, jobId: 'unknown' })

const Claimed = z.object({ proofId: Id, jobId: Id })

/** Which proof of which job an envelope says it holds: nothing about that has been checked. What cannot be read is named after its bytes. */
export const claimedBy = ({ envelope }: { readonly envelope: Envelope }): Pick<Claim, 'proofId' | 'jobId'> =>
  Claimed.safeParse(payloadOf(envelope)).data ?? unreadable(envelope)

/** Records a refusal where the node's owner can see it, once, in a transaction of its own. */
export async function recordRefusal(deps: ProofDeps, { code, message, endsAttempt }: Refusal, claim: Claim): Promise<void> {
  const { nodeId, proofId, leaseId, token } = claim
  await transact(deps.db, async (tx) => {
    const attempt = await deps.attempt(tx, { nodeId, leaseId, token })
    const jobId = attempt?.jobId ?? claim.jobId
    if (endsAttempt && attempt?.standing === 'current') {
      // What led to a wrong result may be wrong as well, and the job begins again without it.
      await leaveUnpaid(deps, tx, { jobId, cause: 'wrong', copy: attempt.copy })
      await deps.accrue(tx, { jobId, because: `without-${leaseId}`, parts: [] })
      await deps.rejectResult(tx, { leaseId, reason: code, message })
    }
    // A replay is another one for every lease that it is tried for, and so is a wrong result, whatever its proof is called.
    const news = code === 'proof.replayed' || endsAttempt ? `${proofId} for ${leaseId}` : proofId
    if ((await createProofsStore(tx).addRefusal({ nodeId, proofId: news, code, at: deps.clock.now() })) === 'duplicate') return
    await deps.decide(tx, 'proof.refused', { nodeId, proofId, jobId, leaseId, code })
    await deps.refused(tx, { nodeId, jobId, code })
    await deps.recordEvent(tx, nodeId, { kind: 'proof-refused', proofId, jobId, code, message: message.slice(0, 500) })
  })
}

/** Records a refusal and throws it. */
export async function refuseSubmission(deps: ProofDeps, refusal: Refusal, claim: Claim): Promise<never> {
  await recordRefusal(deps, refusal, claim)
  throw new WindfallError(refusal.code, refusal.message)
}

/** Not a refusal: the work counts as soon as the present key stands by it. */
const replacedKey = () =>
  new WindfallError('conflict', 'The proof is signed by a key that this node has replaced. Sign it with the present key and submit it again.')

const isReplaced = ({ keyId, history }: ProvingNode, { signatures }: Envelope): boolean => {
  const signedBy = signatures[0]?.keyid
  return signedBy !== keyId && history.keys.some((key) => key.keyId === signedBy)
}

/** Opens what a node hands in. Errors: `auth.refused`, `conflict` for a key that was replaced, `proof.*` for one that cannot be read. */
export async function openSubmission(
  deps: ProofDeps,
  nodeId: string,
  { leaseId, token, envelope, left, body = null }: Pick<Submission, 'leaseId' | 'token' | 'envelope' | 'left'> & MaybeVerified,
): Promise<Submission> {
  const node = await deps.node(nodeId)
  if (!node) throw new WindfallError('auth.refused', 'This node is not enrolled.')
  if (isReplaced(node, envelope)) throw replacedKey()
  const opened = body ? readVerified(envelope, body, nodeId) : await openProof(envelope, node)
  if ('proof' in opened) return { ...opened, node, leaseId, token, envelope, left }
  return refuseSubmission(deps, opened, { nodeId, leaseId, token, ...unreadable(envelope) })
}

interface Believed {
  readonly attempt: ProvenAttempt
  readonly paidMs: number
}

type Judgement = { readonly repeated: StoredProof } | { readonly refusal: Refusal } | Believed

/** What a submission deserves as things stand in this transaction. Error: `conflict` for a key that was replaced. */
export async function judge(deps: ProofDeps, tx: Tx, submission: Submission): Promise<Judgement> {
  const { nodeId, keyId } = submission.node
  if ((await deps.currentKey(tx, nodeId)) !== keyId) throw replacedKey()
  const facts = await gather(deps, tx, submission)
  const repeated = repeatedProof(facts)
  if (repeated) return { repeated }
  const refusal = judgeProof(facts)
  if (refusal || !facts.attempt) return { refusal: refusal ?? refuse('proof.lease', 'The lease has ended.') }
  return { attempt: facts.attempt, paidMs: paidMsOf(facts.proof, facts.now - facts.attempt.leasedAt + facts.slackMs) }
}

/**
 * A look beside all transactions, by the lease and the chain alone: `null` for what does not seem to hold, which a transaction has to judge. What seems to
 * is judged by the one that acts on it.
 */
export async function seemsToHold(deps: ProofDeps, { node, leaseId, token, proof, bodySha256, left }: Submission): Promise<Pick<Believed, 'attempt'> | null> {
  const { nodeId, capabilities } = node
  const attempt = await deps.attempt(deps.db, { nodeId, leaseId, token })
  if (!attempt) return null
  const [chain, slackMs] = [await createProofsStore(deps.db).head(nodeId), deps.clockSlackMs(attempt.leasedAt)]
  const given = { leaseId, proof, bodySha256, left, attempt, capabilities, chain, slackMs, now: deps.clock.now() }
  return judgeProof({ ...given, stored: null, beside: [], runs: [] }) === null ? { attempt } : null
}

/** Run time that is paid: the least of what the node's two clocks say and of what has passed on ours since the job was handed out. */
export const paidMsOf = ({ durationMs, startedAt, endedAt }: EnergyProof, sinceLeaseMs: number): number =>
  Math.floor(Math.max(0, Math.min(durationMs, fromIso(endedAt) - fromIso(startedAt), sinceLeaseMs)))

/** Keeps an accepted proof. Its receipt comes when its job ends. */
export async function keepProof(
  deps: ProofDeps,
  tx: Tx,
  { submission, attempt, paidMs }: { readonly submission: Submission; readonly attempt: ProvenAttempt; readonly paidMs: number },
): Promise<void> {
  const { proof, bodySha256, envelope, node } = submission
  await createProofsStore(tx).add({ proof, bodySha256, envelope, zone: attempt.plan.zone, paidMs, copy: attempt.copy, at: deps.clock.now() })
  await deps.proven(tx, proof)
  const unlikely = await deps.weigh(tx, { proof, spec: attempt.spec, requesterId: attempt.requesterId })
  await deps.planChallenge(tx, { proofId: proof.proofId, nodeId: node.nodeId, isUnlikely: unlikely.length > 0 })
}
