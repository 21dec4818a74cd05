import type { ProofSummary, ProofView } from '../../../shared/contract/proof.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import type { Db } from '../persistence/database.ts'
import { viewOf } from './challenge-view.ts'
import { createChallengesStore } from './challenges.store.ts'
import { type KeptProof, createProofsStore } from './proofs.store.ts'

const summaryOf = ({ proof, ...kept }: KeptProof): Omit<ProofSummary, 'challenge'> => ({
  proofId: kept.proofId,
  nodeId: kept.nodeId,
  jobId: kept.jobId,
  receiptId: kept.receiptId,
  unpaid: kept.unpaid,
  acceptedAt: toIso(kept.acceptedAt),
  method: proof.method,
  boardJ: proof.boardJ,
  uncertaintyPct: proof.uncertaintyPct,
})

/** A proof of one of the requester's own jobs. Error: `not-found`. */
export async function requireProof(db: Db, { requesterId, proofId }: { readonly requesterId: string; readonly proofId: string }): Promise<KeptProof> {
  const kept = await createProofsStore(db).accepted(proofId)
  if (kept.requesterId !== requesterId) throw new WindfallError('not-found', `There is no proof ${proofId}.`)
  return kept
}

/** The proof and every challenge of it. Error: `not-found`. */
export async function proofView(db: Db, asked: { readonly requesterId: string; readonly proofId: string }): Promise<Omit<ProofView, 'signals'>> {
  const kept = await requireProof(db, asked)
  const challenges = (await createChallengesStore(db).ofProof(asked.proofId)).map(viewOf)
  return { ...summaryOf(kept), challenge: challenges[0]?.state ?? null, bodySha256: kept.bodySha256, proof: kept.proof, challenges }
}

/** One page of proofs, newest first. `next` is the `after` of the following page, `null` at the end. */
export async function listProofs(
  db: Db,
  page: { readonly requesterId: string; readonly after: string | null; readonly limit: number },
): Promise<{ items: ProofSummary[]; next: string | null }> {
  const found = await createProofsStore(db).page({ ...page, limit: page.limit + 1 })
  const kept = found.slice(0, page.limit)
  const states = await createChallengesStore(db).statesOf(kept.map(({ proofId }) => proofId))
  const items = kept.map((one) => ({ ...summaryOf(one), challenge: states.get(one.proofId) ?? null }))
  return { items, next: found.length > page.limit ? (items.at(-1)?.proofId ?? null) : null }
}
