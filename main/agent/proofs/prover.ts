import type { Lease } from '../../../shared/contract/job.ts'
import type { Envelope } from '../../../shared/contract/wire.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Ids } from '../../kernel/ids.ts'
import type { Signer } from '../../kernel/signing.ts'
import type { AttemptFacts } from '../attempt.ts'
import type { ChainHead, PlacedProof, ProofsStore, StoredProof } from './proofs.store.ts'
import { buildProof, openOwnProof, type OwnProof, resignProof, signProof } from './prove.ts'

/** A finished attempt, proven. */
export interface ProvenResult {
  readonly lease: Lease
  readonly facts: AttemptFacts
  readonly output: Uint8Array
  readonly proof: StoredProof
}

/** A proof that was signed anew: for another place in the chain, or with another key. */
export interface MovedProof extends PlacedProof {
  /** Id of the proof it replaces, which is its own if only the key is another. */
  readonly replaces: string
}

export interface ProverDeps {
  readonly proofs: Pick<ProofsStore, 'head'>
  /** Thumbprint of the node's first key, whichever key signs now. */
  readonly nodeId: string
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
   * restored from a backup. Proofs that still wait are signed anew unless they continue from there already and the present key signed them.
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

async function proveNext({ proofs, nodeId, signer: live, ids, clock, commit }: ProverDeps, result: Omit<ProvenResult, 'proof'>): Promise<void> {
  const { lease, facts } = result
  // The key may be replaced while it signs: what the proof says of it and the signature come from the same one.
  const signer = { ...live }
  const proof = buildProof({ proofId: ids.next(), lease, facts, chain: proofs.head(), nodeId, evidence: signer.evidence })
  const signed = await signProof(proof, signer)
  commit({ ...result, proof: { ...signed, leaseId: lease.leaseId, createdAt: clock.now() } })
}

async function realign({ signer: live, ids, waiting, replace }: ProverDeps, head: ChainHead): Promise<void> {
  const signer = { ...live }
  const opened = waiting().map(openOwnProof)
  // What the coordinator calls the newest proof may wait for its answer still: what it says stays as it is, and so does all before it.
  const known = opened.findIndex(({ bodySha256 }) => bodySha256 === head.head) + 1
  const moved: MovedProof[] = []
  let last = head
  for (const [index, own] of opened.entries()) {
    const { proof, bodySha256, keyId } = own
    const stays = index < known || continues(own, last, signer)
    const signed = stays ? keyId !== signer.keyId && (await resignProof(own, signer)) : await signProof(placedAfter(own, last, { ids, signer }), signer)
    if (signed) moved.push({ ...signed, replaces: proof.proofId })
    if (index >= known) last = signed || { seq: proof.seq, head: bodySha256 }
  }
  if (moved.length > 0) replace(moved)
}

/** Nothing it says has to change: neither its place nor how well it is signed. */
const continues = ({ proof, keyId }: OwnProof, last: ChainHead, signer: Signer): boolean =>
  proof.seq === last.seq + 1 && proof.prev === last.head && (keyId === signer.keyId || proof.evidence === signer.evidence)

const placedAfter = ({ proof }: OwnProof, last: ChainHead, { ids, signer }: Pick<ProverDeps, 'ids' | 'signer'>) => ({
  ...proof,
  proofId: ids.next(),
  seq: last.seq + 1,
  prev: last.head,
  evidence: signer.evidence,
})
