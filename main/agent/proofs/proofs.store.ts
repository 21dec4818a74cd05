import type { Envelope } from '../../../shared/contract/wire.ts'
import type { Sqlite } from '../../kernel/sqlite.ts'

/** Where the node's proof chain stands: the sequence number of the last proof and the SHA-256 of its body. */
export interface ChainHead {
  readonly seq: number
  readonly head: string | null
}

/** A signed proof and its place in the chain. */
export interface PlacedProof extends ChainHead {
  readonly proofId: string
  readonly head: string
  readonly envelope: Envelope
}

export interface StoredProof extends PlacedProof {
  readonly leaseId: string
  readonly createdAt: number
}

export type ProofsStore = ReturnType<typeof createProofsStore>

/**
 * All SQL on table `proof`: the node's own copy of every proof it stands by. Numbers may repeat: a proof that was refused leaves its
 * place to the next one.
 */
export function createProofsStore(db: Sqlite) {
  const insert = db.prepare<[number, string, string, string, string, number]>(
    'INSERT INTO proof (seq, proof_id, lease_id, body_sha256, envelope, created_at) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const replace = db.prepare<[number, string, string, string, string]>(
    'UPDATE proof SET seq = ?, proof_id = ?, body_sha256 = ?, envelope = ? WHERE proof_id = ?',
  )
  const attempt = db.prepare<[string], { attempt_id: string }>(
    'SELECT job.attempt_id FROM proof JOIN job ON job.lease_id = proof.lease_id WHERE proof.proof_id = ?',
  )
  const since = db.prepare<[string, string], { n: number }>(
    'SELECT n FROM proof WHERE n >= (SELECT n FROM proof WHERE proof_id = ?) AND body_sha256 = ? LIMIT 1',
  )
  const last = db.prepare<[], { seq: number; body_sha256: string }>('SELECT seq, body_sha256 FROM proof ORDER BY n DESC LIMIT 1')
  return {
    add: (proof: StoredProof): void => {
      insert.run(proof.seq, proof.proofId, proof.leaseId, proof.head, JSON.stringify(proof.envelope), proof.createdAt)
    },
    /** Puts a proof that was signed anew in the place of the one it replaces. */
    replace: (replaced: string, proof: PlacedProof): void => {
      replace.run(proof.seq, proof.proofId, proof.head, JSON.stringify(proof.envelope), replaced)
    },
    /** Whether the proof with this body, by its hex SHA-256, is `proofId` or was made after it. */
    isSince: (proofId: string, bodySha256: string): boolean => since.get(proofId, bodySha256) !== undefined,
    /** The attempt a proof is about, under whose id its samples are kept; `null` if this node never signed it. */
    attemptOf: (proofId: string): string | null => attempt.get(proofId)?.attempt_id ?? null,
    head: (): ChainHead => {
      const row = last.get()
      return row ? { seq: row.seq, head: row.body_sha256 } : { seq: 0, head: null }
    },
  }
}
