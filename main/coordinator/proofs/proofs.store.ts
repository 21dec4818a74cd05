import type { Envelope } from '../../../shared/contract/wire.ts'
import type { EnergyProof } from '../../../shared/domain/energy-proof.ts'
import type { Db, Tx } from '../persistence/database.ts'
import type { ChainHead, StoredProof } from './accept.ts'

export interface AcceptedProof {
  readonly proof: EnergyProof
  readonly bodySha256: string
  readonly envelope: Envelope
  readonly receiptId: string
  readonly at: number
}

/** All SQL on tables `proof` and `proof_refusal`. The database itself refuses a second proof of one id, one place in a chain or one attempt. */
export function createProofsStore(db: Db | Tx) {
  const stored = () =>
    db.selectFrom('proof').select(['id as proofId', 'seq', 'body_sha256 as bodySha256', 'lease_id as leaseId', 'job_id as jobId', 'receipt_id as receiptId'])
  return {
    async head(nodeId: string): Promise<ChainHead> {
      const last = await db.selectFrom('proof').select(['seq', 'body_sha256']).where('node_id', '=', nodeId).orderBy('seq', 'desc').limit(1).executeTakeFirst()
      return { seq: last?.seq ?? 0, head: last?.body_sha256 ?? null }
    },
    /** The same bytes first, else another proof of the same name. */
    async like({ proofId, bodySha256 }: { proofId: string; bodySha256: string }): Promise<StoredProof | null> {
      const same = await stored().where('body_sha256', '=', bodySha256).executeTakeFirst()
      return same ?? (await stored().where('id', '=', proofId).executeTakeFirst()) ?? null
    },
    async add({ proof, bodySha256, envelope, receiptId, at }: AcceptedProof): Promise<void> {
      const { proofId, nodeId, seq, jobId, attemptId, leaseId } = proof
      const place = { id: proofId, node_id: nodeId, seq, body_sha256: bodySha256, job_id: jobId, attempt_id: attemptId, lease_id: leaseId }
      await db
        .insertInto('proof')
        .values({ ...place, receipt_id: receiptId, envelope: JSON.stringify(envelope), accepted_at: at })
        .execute()
    },
    /** A refusal is news once, however often the agent tries again. */
    async addRefusal(refusal: { nodeId: string; proofId: string; code: string; at: number }): Promise<'inserted' | 'duplicate'> {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('proof_refusal')
        .values({ node_id: refusal.nodeId, proof_id: refusal.proofId, code: refusal.code, refused_at: refusal.at })
        .onConflict((conflict) => conflict.columns(['node_id', 'proof_id', 'code']).doNothing())
        .executeTakeFirst()
      return numInsertedOrUpdatedRows === 0n ? 'duplicate' : 'inserted'
    },
  }
}
