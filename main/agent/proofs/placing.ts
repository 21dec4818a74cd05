/** Where the next proof goes in the node's chain, once the coordinator has said where that stands. Pure. */
import type { EnergyProof } from '../../../shared/domain/energy-proof.ts'
import type { Signer } from '../../kernel/signing.ts'
import type { ChainHead } from './proofs.store.ts'
import type { OwnProof } from './prove.ts'

type SigningKey = Pick<Signer, 'keyId' | 'evidence'>

interface Knowing {
  readonly signer: SigningKey
  /** Whether the proof with this body, by its hex SHA-256, is `proofId` or was made after it. */
  readonly isSince: (proofId: string, bodySha256: string) => boolean
}

export interface Placement {
  /** `keeps`: it goes out as it is · `resigned`: what it says stays, under the present key · `moved`: it says another place, see {@link placedAfter}. */
  readonly place: 'keeps' | 'resigned' | 'moved'
  /** Where the chain stands once it was accepted; `null`: behind it. */
  readonly head: ChainHead | null
}

/** Nothing it says has to change: neither its place nor how well it is signed. */
const continues = ({ proof, keyId }: Pick<OwnProof, 'proof' | 'keyId'>, last: ChainHead, signer: SigningKey): boolean =>
  proof.seq === last.seq + 1 && proof.prev === last.head && (keyId === signer.keyId || proof.evidence === signer.evidence)

export function placeNext(own: Pick<OwnProof, 'proof' | 'keyId'>, head: ChainHead, { signer, isSince }: Knowing): Placement {
  const inPlace = continues(own, head, signer)
  // What the coordinator calls the newest proof may wait for its answer still: what it says stays as it is, and so does all before it.
  const isKnown = !inPlace && head.head !== null && isSince(own.proof.proofId, head.head)
  const stays = own.keyId === signer.keyId ? 'keeps' : 'resigned'
  return { place: inPlace || isKnown ? stays : 'moved', head: isKnown ? head : null }
}

/** The same measurement in the place behind `last`, under another id. */
export const placedAfter = (
  { proof }: Pick<OwnProof, 'proof'>,
  last: ChainHead,
  { proofId, signer }: { readonly proofId: string; readonly signer: Pick<SigningKey, 'evidence'> },
): EnergyProof => ({ ...proof, proofId, seq: last.seq + 1, prev: last.head, evidence: signer.evidence })
