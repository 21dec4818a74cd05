import { Envelope } from '../../../shared/contract/wire.ts'
import type { Sqlite } from '../../kernel/sqlite.ts'

/** Where the node's proof chain stands: the sequence number of the last proof and the SHA-256 of its body. */
export interface ChainHead {
  readonly seq: number
  readonly head: string | null
}

export interface StoredProof extends ChainHead {
  readonly proofId: string
  readonly leaseId: string
  readonly head: string
  readonly envelope: Envelope
  /** The samples behind the numbers, kept for challenges. */
  readonly sampleLog: Uint8Array
  readonly createdAt: number
}

export type ProofsStore = ReturnType<typeof createProofsStore>

/** All SQL on table `proof`: the node's own copy of everything it ever signed. */
export function createProofsStore(db: Sqlite) {
  const insert = db.prepare<[number, string, string, string, string, Uint8Array, number]>(
    'INSERT INTO proof (seq, proof_id, lease_id, body_sha256, envelope, sample_log, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const last = db.prepare<[], { seq: number; body_sha256: string }>('SELECT seq, body_sha256 FROM proof ORDER BY seq DESC LIMIT 1')
  const byId = db.prepare<[string], { envelope: string }>('SELECT envelope FROM proof WHERE proof_id = ?')
  return {
    add: (proof: StoredProof): void => {
      insert.run(proof.seq, proof.proofId, proof.leaseId, proof.head, JSON.stringify(proof.envelope), proof.sampleLog, proof.createdAt)
    },
    head: (): ChainHead => {
      const row = last.get()
      return row ? { seq: row.seq, head: row.body_sha256 } : { seq: 0, head: null }
    },
    envelope: (proofId: string): Envelope | null => {
      const row = byId.get(proofId)
      return row ? Envelope.parse(JSON.parse(row.envelope)) : null
    },
  }
}
