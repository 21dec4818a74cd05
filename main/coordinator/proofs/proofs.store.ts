import { sql } from 'kysely'
import type { UnpaidCause } from '../../../shared/contract/proof.ts'
import type { Envelope } from '../../../shared/contract/wire.ts'
import type { EnergyProof } from '../../../shared/domain/energy-proof.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { compiledOnce, inOrderOf } from '../persistence/compiled.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { updateRows } from '../persistence/many-rows.ts'
import { insertRow } from '../persistence/one-row.ts'
import type { ChainHead, StoredProof } from './accept.ts'

/** An accepted proof, whose job it proves and since when it counts (epoch milliseconds). */
export interface KeptProof {
  readonly proof: EnergyProof
  readonly proofId: string
  readonly nodeId: string
  readonly jobId: string
  readonly receiptId: string | null
  readonly unpaid: UnpaidCause | null
  readonly requesterId: string
  /** Hex SHA-256 of the signed body. */
  readonly bodySha256: string
  readonly acceptedAt: number
}

/** It was signed, checked and stored as it is: nothing in it has changed since. */
const bodyOf = (envelope: string): EnergyProof => JSON.parse(Buffer.from((JSON.parse(envelope) as Envelope).payload, 'base64').toString('utf8')) as EnergyProof

/** A proof that was just accepted; `at` in epoch milliseconds. Its receipt comes when its job ends. */
interface AcceptedProof {
  readonly proof: EnergyProof
  readonly bodySha256: string
  readonly envelope: Envelope
  /** Where it ran. */
  readonly zone: string
  /** Run time that is paid. */
  readonly paidMs: number
  /** Of which result of its job it is a run. */
  readonly copy: number
  readonly at: number
}

/** An accepted proof of a job that has not ended, or is not settled. */
export type WaitingRun = Omit<AcceptedProof, 'at'>

const waitingRuns = compiledOnce((db) =>
  db
    .selectFrom('proof')
    .innerJoin('attempt', 'attempt.id', 'proof.attempt_id')
    .select(['proof.body_sha256', 'proof.envelope', 'proof.zone', 'proof.paid_ms', 'proof.copy', 'attempt.token'])
    .where('proof.receipt_id', 'is', null)
    .where('proof.unpaid', 'is', null)
    .where('proof.job_id', '=', ''),
)

/** The runs of a job that wait for its end. */
function waiting(db: Db | Tx) {
  const runs = () => db.selectFrom('proof').where('proof.receipt_id', 'is', null).where('proof.unpaid', 'is', null)
  return {
    /** In the order in which they ran. */
    async waitingOf(jobId: string): Promise<WaitingRun[]> {
      const rows = await waitingRuns(db, [jobId])
      return inOrderOf(rows, ({ token }) => token).map(({ body_sha256, envelope, zone, paid_ms, copy }) => ({
        proof: bodyOf(envelope),
        bodySha256: body_sha256,
        envelope: JSON.parse(envelope) as Envelope,
        zone: zone ?? '',
        paidMs: paid_ms ?? 0,
        copy,
      }))
    },
    async receipted(proofIds: readonly string[], receiptId: string): Promise<void> {
      const rows = proofIds.map((id) => ({ id, receipt_id: receiptId }))
      await updateRows(db, { of: 'proof', types: { id: 'text', receipt_id: 'text' }, rows })
    },
    async leaveUnpaid(proofIds: readonly string[], cause: UnpaidCause): Promise<void> {
      await db.updateTable('proof').set({ unpaid: cause }).where('id', 'in', proofIds).execute()
    },
    /** Jobs that their requesters cancelled, of which a run is still to be paid. */
    async owing(): Promise<string[]> {
      const cancelled = runs().innerJoin('job', 'job.id', 'proof.job_id').select('proof.job_id as jobId').where('job.state', '=', 'cancelled')
      return (await cancelled.distinct().execute()).map(({ jobId }) => jobId)
    },
  }
}

/** All SQL on tables `proof` and `proof_refusal`. The database itself refuses a second proof of one id, one place in a chain or one attempt. */
export const createProofsStore = (db: Db | Tx) => ({ ...waiting(db), ...proofs(db) })

const lastOf = compiledOnce((db) => db.selectFrom('proof').select(['seq', 'body_sha256']).where('node_id', '=', '').orderBy('seq', 'desc').limit(sql.lit(1)))
const alike = compiledOnce((db) =>
  db
    .selectFrom('proof')
    .innerJoin('attempt', 'attempt.id', 'proof.attempt_id')
    .select(['proof.id as proofId', 'proof.seq', 'proof.body_sha256 as bodySha256', 'proof.lease_id as leaseId', 'proof.job_id as jobId'])
    .select(['proof.receipt_id as receiptId', 'attempt.state'])
    .where((e) => e.or([e('proof.body_sha256', '=', ''), e('proof.id', '=', '')])),
)
const sinceOf = compiledOnce((db) => db.selectFrom('proof').select('envelope').where('node_id', '=', '').where('accepted_at', '>', 0))

function proofs(db: Db | Tx) {
  const kept = () =>
    db
      .selectFrom('proof')
      .innerJoin('job', 'job.id', 'proof.job_id')
      .select(['proof.id as proofId', 'proof.node_id as nodeId', 'proof.job_id as jobId', 'proof.receipt_id as receiptId'])
      .select(['proof.unpaid', 'job.requester_id as requesterId', 'proof.body_sha256 as bodySha256', 'proof.accepted_at as acceptedAt', 'proof.envelope'])
  return {
    /** Error: `not-found`. */
    async accepted(proofId: string): Promise<KeptProof> {
      const found = await kept().where('proof.id', '=', proofId).executeTakeFirst()
      if (!found) throw new WindfallError('not-found', `There is no proof ${proofId}.`)
      const { envelope, ...proof } = found
      return { ...proof, proof: bodyOf(envelope) }
    },
    /** Proofs of one requester's jobs, newest first; `after` is the id of the last one seen. */
    async page({ requesterId, after, limit }: { requesterId: string; after: string | null; limit: number }): Promise<KeptProof[]> {
      const last = after === null ? undefined : await db.selectFrom('proof').select(['id', 'accepted_at']).where('id', '=', after).executeTakeFirst()
      const mine = kept().where('job.requester_id', '=', requesterId)
      const following = last
        ? mine.where((e) =>
            e.or([e('proof.accepted_at', '<', last.accepted_at), e.and([e('proof.accepted_at', '=', last.accepted_at), e('proof.id', '<', last.id)])]),
          )
        : mine
      const rows = await following.orderBy('proof.accepted_at', 'desc').orderBy('proof.id', 'desc').limit(limit).execute()
      return rows.map(({ envelope, ...proof }) => ({ ...proof, proof: bodyOf(envelope) }))
    },
    async head(nodeId: string): Promise<ChainHead> {
      const [last] = await lastOf(db, [nodeId])
      return { seq: last?.seq ?? 0, head: last?.body_sha256 ?? null }
    },
    /** The same bytes first, else another proof of the same name. */
    async like({ proofId, bodySha256 }: { proofId: string; bodySha256: string }): Promise<StoredProof | null> {
      const rows = await alike(db, [bodySha256, proofId])
      return rows.find((row) => row.bodySha256 === bodySha256) ?? rows[0] ?? null
    },
    /** What this node has proven since, which is all that can be about a time after `at`; epoch milliseconds. */
    async since(nodeId: string, at: number): Promise<EnergyProof[]> {
      const rows = await sinceOf(db, [nodeId, at])
      return rows.map(({ envelope }) => bodyOf(envelope))
    },
    async add({ proof, bodySha256, envelope, zone, paidMs, copy, at }: AcceptedProof): Promise<void> {
      const { proofId, nodeId, seq, jobId, attemptId, leaseId } = proof
      const place = { id: proofId, node_id: nodeId, seq, body_sha256: bodySha256, job_id: jobId, attempt_id: attemptId, lease_id: leaseId }
      const rest = { zone, paid_ms: paidMs, copy, receipt_id: null, unpaid: null, envelope: JSON.stringify(envelope), accepted_at: at }
      await insertRow(db, { into: 'proof', row: { ...place, ...rest } })
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
