import type { Lease } from '../../../shared/contract/job.ts'
import type { Envelope } from '../../../shared/contract/wire.ts'
import type { SolarShare } from '../../../shared/domain/energy-proof.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Ids } from '../../kernel/ids.ts'
import type { Signer } from '../../kernel/signing.ts'
import type { AttemptFacts, GivenBack } from '../attempt.ts'
import type { ChainHead, PlacedProof, ProofsStore, StoredProof } from './proofs.store.ts'
import { placeNext, placedAfter } from './placing.ts'
import { buildProof, openOwnProof, resignProof, signProof } from './prove.ts'

/** An attempt that left something, proven. */
export interface ProvenResult {
  readonly lease: Lease
  readonly facts: AttemptFacts
  /** Its output, or why it was given back. */
  readonly left: Uint8Array | GivenBack
  readonly proof: StoredProof
}

/** A proof that was signed anew: for another place in the chain, or with another key. */
export interface MovedProof extends PlacedProof {
  /** Id of the proof it replaces, which is its own if only the key is another. */
  readonly replaces: string
}

export interface ProverDeps {
  readonly proofs: Pick<ProofsStore, 'head' | 'isSince'>
  /** Thumbprint of the node's first key, whichever key signs now. */
  readonly nodeId: string
  readonly signer: Signer
  readonly ids: Ids
  readonly clock: Pick<Clock, 'now'>
  /** Stores the proof together with its output and everything else that must be durable with it. */
  readonly commit: (result: ProvenResult) => void
  /** What the owner's own sun gave to an attempt that used `boardJ`; `null` if nobody knows. Asked once. */
  readonly solar?: ((attemptId: string, boardJ: number) => SolarShare | null) | undefined
  /** The oldest proof that the coordinator has not answered yet, which is the next to go out; `null` if none waits. */
  readonly next: () => Envelope | null
  /** Replaces that proof wherever it is kept: everywhere, or nowhere. */
  readonly replace: (moved: MovedProof) => void
}

export interface Prover {
  /** Signs the next proof of the chain and commits it. */
  readonly prove: (lease: Lease, facts: AttemptFacts, left: ProvenResult['left']) => Promise<void>
  /**
   * Makes the next proof continue from where the coordinator's chain stands, which is elsewhere than here after it refused a proof or one
   * of the two was restored from a backup. It is signed anew unless it continues from there already and the present key signed it. What
   * waits behind it is left alone until its turn comes, so that a proof is signed once for its place, however many before it are refused.
   * Returns where the chain stands once the coordinator has accepted it, which is `head` if none waits.
   */
  readonly realign: (head: ChainHead) => Promise<ChainHead>
}

/** One proof at a time: two with the same number would be a fork. */
export function createProver(deps: ProverDeps): Prover {
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work)
    last = turn
    return turn
  }
  return {
    prove: (lease, facts, left) => inTurn(() => proveNext(deps, { lease, facts, left })),
    realign: (head) => inTurn(() => realign(deps, head)),
  }
}

async function proveNext({ proofs, nodeId, signer: live, ids, clock, commit, solar: solarOf }: ProverDeps, result: Omit<ProvenResult, 'proof'>): Promise<void> {
  const { lease, facts } = result
  // The key may be replaced while it signs: what the proof says of it and the signature come from the same one.
  const signer = { ...live }
  const solar = solarOf?.(lease.attemptId, facts.measurement.boardJ) ?? null
  const proof = buildProof({ proofId: ids.next(), lease, facts, chain: proofs.head(), nodeId, evidence: signer.evidence, solar })
  const signed = await signProof(proof, signer)
  commit({ ...result, proof: { ...signed, leaseId: lease.leaseId, createdAt: clock.now() } })
}

async function realign({ proofs, signer: live, ids, next, replace }: ProverDeps, head: ChainHead): Promise<ChainHead> {
  const signer = { ...live }
  const envelope = next()
  if (!envelope) return head
  const own = openOwnProof(envelope)
  const { proofId } = own.proof
  const { place, head: standsAt } = placeNext(own, head, { signer, isSince: proofs.isSince })
  const signed =
    place === 'keeps'
      ? null
      : place === 'resigned'
        ? await resignProof(own, signer)
        : await signProof(placedAfter(own, head, { proofId: ids.next(), signer }), signer)
  if (signed) replace({ ...signed, replaces: proofId })
  return standsAt ?? { seq: head.seq + 1, head: signed ? signed.head : own.bodySha256 }
}
