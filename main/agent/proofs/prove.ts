import { encodeUtf8 } from '../../../shared/domain/encoding.ts'
import { EnergyProof, type SolarShare, energyProofType } from '../../../shared/domain/energy-proof.ts'
import { type EnvelopeSigner, signEnvelope } from '../../../shared/domain/dsse.ts'
import type { Lease } from '../../../shared/contract/job.ts'
import type { Envelope } from '../../../shared/contract/wire.ts'
import { type Signer, sha256Hex } from '../../kernel/signing.ts'
import type { AttemptFacts } from '../attempt.ts'
import type { ChainHead, PlacedProof } from './proofs.store.ts'

export interface ProofInput {
  readonly proofId: string
  readonly lease: Lease
  readonly facts: AttemptFacts
  readonly chain: ChainHead
  readonly nodeId: string
  readonly evidence: Signer['evidence']
  /** What the owner's own sun gave; `null` if nobody knows. */
  readonly solar: SolarShare | null
}

/** The body of the next proof in the node's chain. */
export const buildProof = ({ proofId, lease, facts, chain, nodeId, evidence, solar }: ProofInput): EnergyProof =>
  EnergyProof.parse({
    ...(solar ? { v: 2, solarJ: solar.joules, solarBasis: solar.basis } : { v: 1 }),
    proofId,
    nodeId,
    jobId: lease.jobId,
    attemptId: lease.attemptId,
    leaseId: lease.leaseId,
    seq: chain.seq + 1,
    prev: chain.head,
    startedAt: facts.startedAt,
    endedAt: facts.endedAt,
    durationMs: facts.durationMs,
    sleepMs: facts.sleepMs,
    ...facts.measurement,
    runtime: { name: lease.spec.runtime.name, image: lease.spec.runtime.image },
    exitCode: facts.exitCode,
    outputSha256: facts.outputSha256,
    evidence,
  })

/** Serialises once and signs exactly those bytes (DSSE). `head` is the hex SHA-256 of the signed body: the next proof's `prev`. */
export async function signProof(proof: EnergyProof, signer: EnvelopeSigner): Promise<PlacedProof> {
  const body = encodeUtf8(JSON.stringify(proof))
  const envelope = await signEnvelope(energyProofType(proof), body, signer)
  return { proofId: proof.proofId, seq: proof.seq, head: sha256Hex(body), envelope }
}

/** A proof that this node signed and kept. */
export interface OwnProof {
  readonly proof: EnergyProof
  readonly body: Uint8Array
  readonly bodySha256: string
  /** Thumbprint of the key that signed it. */
  readonly keyId: string | null
}

/** Reads back a proof that this node signed and kept. */
export function openOwnProof({ payload, signatures }: Envelope): OwnProof {
  const body = Buffer.from(payload, 'base64')
  return { proof: EnergyProof.parse(JSON.parse(body.toString('utf8'))), body, bodySha256: sha256Hex(body), keyId: signatures[0]?.keyid ?? null }
}

/** The very same bytes under another key: for whoever knows the proof already, it is still that proof. */
export async function resignProof({ proof, body, bodySha256 }: OwnProof, signer: EnvelopeSigner): Promise<PlacedProof> {
  return { proofId: proof.proofId, seq: proof.seq, head: bodySha256, envelope: await signEnvelope(energyProofType(proof), body, signer) }
}
