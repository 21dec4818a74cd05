import type { Envelope, PublicJwk } from '../../../shared/contract/wire.ts'
import { unpackEnvelope } from '../../../shared/domain/dsse.ts'
import { type EnergyProof, proofFormatOf } from '../../../shared/domain/energy-proof.ts'
import { readJsonBytes } from '../../../shared/domain/json-bytes.ts'
import { type FailureCode, WindfallError } from '../../../shared/errors.ts'
import { sha256Hex, verifyInPool } from '../../kernel/signing.ts'

export interface Refusal {
  readonly code: FailureCode
  /** For the node's owner: what is wrong and what follows from it. */
  readonly message: string
  /** The result itself is wrong: another try with this attempt cannot help. */
  readonly endsAttempt: boolean
}

export const refuse = (code: FailureCode, message: string, endsAttempt = false): Refusal => ({ code, message, endsAttempt })

/** Beside `proof.*`, what says something about the node or its lease and not about the coordinator. */
const LAST_WORDS: ReadonlySet<FailureCode> = new Set<FailureCode>(['conflict', 'auth.refused', 'lease.lost', 'input.invalid', 'input.too-large'])

/** Whether an error is a last word on what was handed in. Anything else, such as books or a configuration that need a person, never loses a proof. */
export const isRefusal = (error: unknown): error is WindfallError =>
  error instanceof WindfallError && (error.code.startsWith('proof.') || LAST_WORDS.has(error.code))

/** What is wrong with a proof itself is told to the owner of its node where it is found. */
export const isToldAlready = ({ code }: Pick<Refusal, 'code'>): boolean => code.startsWith('proof.')

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
  const value = readJsonBytes(body)
  if (value === undefined) return refuse('proof.malformed', 'The signed body is not JSON, or names a member twice.')
  const { success, data, error } = schema.safeParse(value)
  return success ? data : refuse('proof.malformed', `The proof does not follow the format: ${error.issues[0]?.path.join('.')} ${error.issues[0]?.message}.`)
}

/** Takes a proof out of its envelope if the node that submits it signed it with its current key, which is checked in the thread pool. */
export async function openProof(envelope: Envelope, { nodeId, keyId, publicJwk }: ProofSigner): Promise<OpenedProof | Refusal> {
  const { payloadType } = proofFormatOf(envelope)
  const unpacked = unpackEnvelope(envelope, payloadType, MAX_BODY_BYTES)
  if (typeof unpacked === 'string') return refuse('proof.malformed', `The envelope cannot be used: ${unpacked}.`)
  const opened = readVerified(envelope, unpacked.body, nodeId)
  if ('code' in opened) return opened
  if (unpacked.keyId !== keyId) return refuse('proof.signature', 'The proof is signed by another key than that of this node.')
  const isSigned = await verifyInPool(publicJwk, unpacked.signedBytes, unpacked.signature)
  return isSigned ? opened : refuse('proof.signature', 'The signature does not match the proof.')
}

/**
 * The body of an envelope that this node signed with its current key, whatever it says; `null` if it is no such envelope. While that is checked the body
 * is all that is held: what many messages at once hold on to has to be moved about by the engine again and again.
 */
export function verifiedBody(envelope: Envelope, { keyId, publicJwk }: ProofSigner): Promise<Uint8Array | null> {
  const unpacked = unpackEnvelope(envelope, proofFormatOf(envelope).payloadType, MAX_BODY_BYTES)
  if (typeof unpacked === 'string' || unpacked.keyId !== keyId) return Promise.resolve(null)
  const { body } = unpacked
  return verifyInPool(publicJwk, unpacked.signedBytes, unpacked.signature).then((holds) => (holds ? body : null))
}

/** Reads a proof whose signature has been checked. */
export function readVerified(envelope: Envelope, body: Uint8Array, nodeId: string): OpenedProof | Refusal {
  const proof = readBody(body, proofFormatOf(envelope))
  if ('code' in proof) return proof
  if (proof.nodeId !== nodeId) return refuse('proof.wrong-node', 'The proof was made for another node than the one that submits it.')
  return { proof, bodySha256: sha256Hex(body) }
}
