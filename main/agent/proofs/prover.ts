import type { Lease } from '../../../shared/contract/job.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Ids } from '../../kernel/ids.ts'
import type { Signer } from '../../kernel/signing.ts'
import type { AttemptFacts } from '../attempt.ts'
import type { ChainHead, ProofsStore, StoredProof } from './proofs.store.ts'
import { buildProof, signProof } from './prove.ts'

/** A finished attempt, proven. */
export interface ProvenResult {
  readonly lease: Lease
  readonly facts: AttemptFacts
  readonly output: Uint8Array
  readonly proof: StoredProof
}

export interface ProverDeps {
  readonly proofs: ProofsStore
  readonly signer: Signer
  readonly ids: Ids
  readonly clock: Pick<Clock, 'now'>
  /** Stores the proof together with its output and everything else that must be durable with it. */
  readonly commit: (result: ProvenResult) => void
}

export interface Prover {
  /** Signs the next proof of the chain and commits it. */
  readonly prove: (lease: Lease, facts: AttemptFacts, output: Uint8Array) => Promise<void>
  /** Takes over where the coordinator says the chain stands, e.g. after it was restored from a backup. */
  readonly adopt: (head: ChainHead) => void
}

/** One proof at a time: two with the same number would be a fork. */
export function createProver({ proofs, signer, ids, clock, commit }: ProverDeps): Prover {
  let head: ChainHead = proofs.head()
  let last: Promise<unknown> = Promise.resolve()
  const proveNext = async (lease: Lease, facts: AttemptFacts, output: Uint8Array): Promise<void> => {
    const proofId = ids.next()
    const proof = buildProof({ proofId, lease, facts, chain: head, node: signer })
    const { envelope, bodySha256 } = await signProof(proof, signer)
    const stored: StoredProof = {
      proofId,
      leaseId: lease.leaseId,
      seq: proof.seq,
      head: bodySha256,
      envelope,
      sampleLog: facts.sampleLog,
      createdAt: clock.now(),
    }
    commit({ lease, facts, output, proof: stored })
    head = { seq: stored.seq, head: stored.head }
  }
  return {
    prove: (lease, facts, output) => {
      const next = last.then(
        () => proveNext(lease, facts, output),
        () => proveNext(lease, facts, output),
      )
      last = next
      return next
    },
    adopt: (remote) => {
      head = remote
    },
  }
}
