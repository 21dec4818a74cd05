import type { Lease } from '../../shared/contract/job.ts'
import { encodeBase64 } from '../../shared/domain/encoding.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Ids } from '../kernel/ids.ts'
import type { Signer } from '../kernel/signing.ts'
import { type MovedProof, type ProvenResult, type Prover, type ProverDeps, createProver } from './proofs/prover.ts'
import type { AgentStores } from './stores.ts'
import type { OutboxItem } from './sync/outbox.store.ts'

export interface StoredProverDeps {
  readonly stores: Pick<AgentStores, 'proofs' | 'outbox' | 'jobs' | 'atomically'>
  readonly nodeId: string
  readonly signer: Signer
  readonly ids: Ids
  readonly clock: Clock
  readonly solar?: ProverDeps['solar']
  /** Puts what an attempt has saved into the outbox. */
  readonly handOver: (lease: Lease) => void
}

/** A prover whose proofs are as durable as the messages that carry them. */
export const createStoredProver = (deps: StoredProverDeps): Prover =>
  createProver({
    ...deps,
    proofs: deps.stores.proofs,
    commit: (result) => storeResult(deps, result),
    next: () => deps.stores.outbox.nextProof()?.envelope ?? null,
    replace: (moved) => replaceNext(deps, moved),
  })

/** The proof, the message that carries it, what it speaks of and the job's new state: all of them, or none. */
function storeResult({ stores, ids, clock, handOver }: StoredProverDeps, { lease, facts, left, proof }: ProvenResult): void {
  const { measurement } = facts
  stores.atomically(() => {
    stores.proofs.add(proof)
    const isOutput = left instanceof Uint8Array
    if (!isOutput) handOver(lease)
    const about = { leaseId: lease.leaseId, token: lease.token, proofId: proof.proofId, envelope: proof.envelope }
    const item: OutboxItem = isOutput
      ? { kind: 'proof', ...about, output: encodeBase64(left) }
      : { kind: 'given-back', ...about, reason: left.reason, message: left.message }
    stores.outbox.add(ids.next(), item, clock.now())
    stores.jobs.update(lease.leaseId, {
      state: 'submitted',
      endedAt: Date.parse(facts.endedAt),
      joules: measurement.boardJ,
      method: measurement.method,
      uncertaintyPct: measurement.uncertaintyPct,
      proofId: proof.proofId,
      ...(isOutput ? {} : { code: left.reason, message: left.message }),
    })
  })
}

/** Signed anew for another place in the chain: the node's copy, the message that waits and the job's view of it change together. */
function replaceNext({ stores }: StoredProverDeps, { replaces, ...proof }: MovedProof): void {
  stores.atomically(() => {
    const waiting = stores.outbox.nextProof()
    if (waiting?.proofId !== replaces) return
    stores.proofs.replace(replaces, proof)
    stores.outbox.replaceProof(waiting.id, proof)
    stores.jobs.update(waiting.leaseId, { proofId: proof.proofId, state: 'submitted', code: null, message: null })
  })
}
