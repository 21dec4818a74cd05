import type { Lease } from '../../../shared/contract/job.ts'
import type { Envelope } from '../../../shared/contract/wire.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Ids } from '../../kernel/ids.ts'
import type { Signer } from '../../kernel/signing.ts'
import type { AttemptFacts } from '../attempt.ts'
import type { ChainHead, PlacedProof, ProofsStore, StoredProof } from './proofs.store.ts'
import { buildProof, openOwnProof, signProof } from './prove.ts'

/** A finished attempt, proven. */
export interface ProvenResult {
  readonly lease: Lease
  readonly facts: AttemptFacts
  readonly output: Uint8Array
  readonly proof: StoredProof
}

/** A proof that was signed anew for another place in the chain. */
export interface MovedProof extends PlacedProof {
  /** Id of the proof it replaces. */
  readonly replaces: string
}

export interface ProverDeps {
  readonly proofs: Pick<ProofsStore, 'head'>
  readonly signer: Signer
  readonly ids: Ids
  readonly clock: Pick<Clock, 'now'>
  /** Stores the proof together with its output and everything else that must be durable with it. */
  readonly commit: (result: ProvenResult) => void
  /** Proofs that the coordinator has not answered yet, oldest first. */
  readonly waiting: () => readonly Envelope[]
  /** Replaces waiting proofs wherever they are kept: all of them, or none. */
  readonly replace: (moved: readonly MovedProof[]) => void
}

export interface Prover {
  /** Signs the next proof of the chain and commits it. */
  readonly prove: (lease: Lease, facts: AttemptFacts, output: Uint8Array) => Promise<void>
  /**
   * Takes over where the coordinator says the chain stands, which is elsewhere than here after it refused a proof or one of the two was
   * restored from a backup. Proofs that still wait are signed anew unless they continue from there already.
   */
  readonly realign: (head: ChainHead) => Promise<void>
}

/** One proof at a time: two with the same number would be a fork. */
export function createProver(deps: ProverDeps): Prover {
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const turn = last.then(work, work)
    last = turn
    return turn
  }
  return {
    prove: (lease, facts, output) => inTurn(() => proveNext(deps, { lease, facts, output })),
    realign: (head) => inTurn(() => realign(deps, head)),
  }
}

async function proveNext({ proofs, signer, ids, clock, commit }: ProverDeps, result: Omit<ProvenResult, 'proof'>): Promise<void> {
  const { lease, facts } = result
  const proof = buildProof({ proofId: ids.next(), lease, facts, chain: proofs.head(), node: signer })
  const signed = await signProof(proof, signer)
  commit({ ...result, proof: { ...signed, leaseId: lease.leaseId, sampleLog: facts.sampleLog, createdAt: clock.now() } })
}

async function realign({ signer, ids, waiting, replace }: ProverDeps, head: ChainHead): Promise<void> {
  const opened = waiting().map(openOwnProof)
  // What the coordinator calls the newest proof may wait for its answer still: it goes out again as it is, and so does all before it.
  const unknown = opened.slice(opened.findIndex(({ bodySha256 }) => bodySha256 === head.head) + 1)
  const moved: MovedProof[] = []
  let last = head
  for (const { proof, bodySha256 } of unknown) {
    if (proof.seq === last.seq + 1 && proof.prev === last.head) {
      last = { seq: proof.seq, head: bodySha256 }
      continue
    }
    const signed = await signProof({ ...proof, proofId: ids.next(), seq: last.seq + 1, prev: last.head }, signer)
    moved.push({ ...signed, replaces: proof.proofId })
    last = signed
  }
  if (moved.length > 0) replace(moved)
}
