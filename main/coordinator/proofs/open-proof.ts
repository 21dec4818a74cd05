import type { Envelope, PublicJwk } from '../../../shared/contract/wire.ts'
import { unpackEnvelope } from '../../../shared/domain/dsse.ts'
import { decodeUtf8 } from '../../../shared/domain/encoding.ts'
import { type EnergyProof, proofFormatOf } from '../../../shared/domain/energy-proof.ts'
import type { FailureCode } from '../../../shared/errors.ts'
import { sha256Hex, verifySignature } from '../../kernel/signing.ts'

export interface Refusal {
  readonly code: FailureCode
  /** For the node's owner: what is wrong and what follows from it. */
  readonly message: string
  /** The result itself is wrong: another try with this attempt cannot help. */
  readonly endsAttempt: boolean
}

export const refuse = (code: FailureCode, message: string, endsAttempt = false): Refusal => ({ code, message, endsAttempt })

export interface OpenedProof {
  readonly proof: EnergyProof
  /** Hex SHA-256 of the signed body. */
  readonly bodySha256: string
}

export interface ProofSigner {
  readonly nodeId: string
  readonly keyId: string
  readonly publicJwk: PublicJwk
}

const MAX_BODY_BYTES = 1_048_576

function readBody(body: Uint8Array, { schema }: Pick<ReturnType<typeof proofFormatOf>, 'schema'>): EnergyProof | Refusal {
  try {
    const read = schema.safeParse(JSON.parse(decodeUtf8(body) ?? ''))
    return read.success
      ? read.data
      : refuse('proof.malformed', `The proof does not follow the format: ${read.error.issues[0]?.path.join('.')} ${read.error.issues[0]?.message}.`)
  } catch {
    return refuse('proof.malformed', 'The signed body is not JSON.')
  }
}

/** Takes a proof out of its envelope if the node that submits it signed it with its current key. */
export function openProof(envelope: Envelope, { nodeId, keyId, publicJwk }: ProofSigner): OpenedProof | Refusal {
  const format = proofFormatOf(envelope)
  const unpacked = unpackEnvelope(envelope, format.payloadType, MAX_BODY_BYTES)
  if (typeof unpacked === 'string') return refuse('proof.malformed', `The envelope cannot be used: ${unpacked}.`)
  const proof = readBody(unpacked.body, format)
  if ('code' in proof) return proof
  if (proof.nodeId !== nodeId) return refuse('proof.wrong-node', 'The proof was made for another node than the one that submits it.')
  if (unpacked.keyId !== keyId) return refuse('proof.signature', 'The proof is signed by another key than that of this node.')
  if (!verifySignature(publicJwk, unpacked.signedBytes, unpacked.signature)) return refuse('proof.signature', 'The signature does not match the proof.')
  return { proof, bodySha256: sha256Hex(unpacked.body) }
}
