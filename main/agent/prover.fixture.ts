/** A prover over a real database, with a key that a test replaces at any moment. */
import type { Envelope } from '../../shared/contract/wire.ts'
import { unpackEnvelope } from '../../shared/domain/dsse.ts'
import { ENERGY_PROOF_TYPE } from '../../shared/domain/energy-proof.ts'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { createIds } from '../kernel/ids.ts'
import { type Signer, createSigner, generateKeyPem, verifySignature } from '../kernel/signing.ts'
import { openSqlite } from '../kernel/sqlite.ts'
import { fakeFacts } from './attempt.fixture.ts'
import { createJobsStore } from './jobs/jobs.store.ts'
import { fakeLease } from './jobs/lease.fixture.ts'
import * as initial from './migrations/0001-initial.ts'
import * as metering from './migrations/0002-metering.ts'
import { type ChainHead, type PlacedProof, createProofsStore } from './proofs/proofs.store.ts'
import { type MovedProof, type ProvenResult, createProver } from './proofs/prover.ts'

/** The key that signs at first. */
export const signer = createSigner(generateKeyPem())
const OUTPUT = new Uint8Array([1])
/** The node has replaced its key before: it is named after another one. */
export const NODE_ID = createSigner(generateKeyPem()).keyId

/** Signing takes a different time each time, as with a chip that signs. */
const slow = (one: Signer): Signer => ({
  ...one,
  sign: async (bytes) => {
    for (let turns = (bytes[bytes.length - 1] ?? 0) % 7; turns > 0; turns--) await Promise.resolve()
    return one.sign(bytes)
  },
})

export const isSignedBy = (key: Signer, envelope: Envelope): boolean => {
  const opened = unpackEnvelope(envelope, ENERGY_PROOF_TYPE)
  return typeof opened !== 'string' && opened.keyId === key.keyId && verifySignature(key.publicJwk, opened.signedBytes, opened.signature)
}

/** `fails` says which commits do not reach the disk. */
export function createTestProver(fails: (commit: number) => boolean = () => false) {
  const db = openSqlite(':memory:', [initial, metering])
  const proofs = createProofsStore(db)
  const jobs = createJobsStore(db)
  const clock = createFakeClock()
  const committed: ProvenResult[] = []
  const moves: MovedProof[] = []
  const waiting: PlacedProof[] = []
  let commits = 0
  let current = slow(signer)
  const present: Signer = {
    ...signer,
    get keyId() {
      return current.keyId
    },
    get evidence() {
      return current.evidence
    },
    get sign() {
      return current.sign
    },
  }
  const renew = (evidence: Signer['evidence'] = 'software') => {
    current = slow({ ...createSigner(generateKeyPem()), evidence })
    return current
  }
  const prover = createProver({
    proofs,
    nodeId: NODE_ID,
    signer: present,
    ids: createIds(clock),
    clock,
    commit: (result) => {
      if (fails(commits++)) throw new Error('disk full')
      proofs.add(result.proof)
      committed.push(result)
      waiting.push(result.proof)
    },
    next: () => waiting[0]?.envelope ?? null,
    replace: (moved) => {
      moves.push(moved)
      waiting[0] = moved
      proofs.replace(moved.replaces, moved)
    },
  })
  const prove = (id: string) => {
    const lease = fakeLease({ leaseId: id, jobId: `job-${id}`, attemptId: `attempt-${id}` })
    jobs.add(lease, clock.now())
    return prover.prove(lease, fakeFacts(), OUTPUT)
  }
  const answer = () => waiting.shift()
  /** Lets every proof have its turn and be accepted; the coordinator says that the chain stands at `head`. */
  const deliver = async (head: ChainHead) => {
    let at = head
    for (; waiting.length > 0; answer()) at = await prover.realign(at)
    return at
  }
  return { prover, prove, proofs, committed, moves, answer, deliver, renew }
}
