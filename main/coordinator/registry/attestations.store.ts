import type { AttestationVerdict, TpmEvidence } from '../../../shared/contract/attestation.ts'
import type { Db, Tx } from '../persistence/database.ts'

export interface Attestation {
  readonly nodeId: string
  /** From 1 on. */
  readonly version: number
  /** Epoch milliseconds. */
  readonly at: number
  readonly keyId: string
  readonly verdict: AttestationVerdict
  readonly reason: string
  readonly evidence: TpmEvidence
}

/** All SQL on table `node_attestation`, which is only ever appended to. */
export function createAttestationsStore(db: Db | Tx) {
  return {
    async add({ nodeId, version, at, keyId, verdict, reason, evidence }: Attestation): Promise<void> {
      await db
        .insertInto('node_attestation')
        .values({ node_id: nodeId, version, recorded_at: at, key_id: keyId, verdict, reason, evidence: JSON.stringify(evidence) })
        .execute()
    },
    async newest(nodeId: string): Promise<Attestation | null> {
      const row = await db.selectFrom('node_attestation').selectAll().where('node_id', '=', nodeId).orderBy('version', 'desc').limit(1).executeTakeFirst()
      if (!row) return null
      const { version, recorded_at, key_id, verdict, reason, evidence } = row
      return { nodeId, version, at: recorded_at, keyId: key_id, verdict, reason, evidence: JSON.parse(evidence) as TpmEvidence }
    },
  }
}
