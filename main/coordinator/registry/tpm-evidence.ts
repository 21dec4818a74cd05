import { createHash, timingSafeEqual } from 'node:crypto'
import type { AttestationVerdict, TpmEvidence } from '../../../shared/contract/attestation.ts'
import type { PublicJwk } from '../../../shared/contract/wire.ts'
import { rawFromDer } from '../../kernel/der-signature.ts'
import { verifySignature } from '../../kernel/signing.ts'

export interface Verdict {
  readonly verdict: AttestationVerdict
  readonly reason: string
}

/** TPMA_OBJECT bits: never leaves the TPM, was made in it, signs only what the TPM says, and signs at all. TCG “TPM 2.0 Library”, part 2, §8.3. */
const [FIXED_TPM, OWN_ORIGIN, RESTRICTED, SIGN] = [1 << 1, 1 << 5, 1 << 16, 1 << 18]
const GENERATED = 0xff544347
const [CERTIFY, QUOTE] = [0x8017, 0x8018]

interface EccKey {
  readonly attributes: number
  readonly publicJwk: PublicJwk
  /** nameAlg ‖ digest of the public area, part 1, §16. */
  readonly name: Buffer
}

/** An ECDSA key on P-256 with SHA-256, as its TPM2B_PUBLIC holds it: no other kind is asked for, so nothing else is read. `null` for anything else. */
function readEccKey(base64: string): EccKey | null {
  const bytes = Buffer.from(base64, 'base64')
  const area = bytes.subarray(2)
  const isLaidOut =
    bytes.length === 90 &&
    bytes.readUInt16BE(0) === 88 &&
    area.subarray(0, 4).toString('hex') === '0023000b' &&
    area.subarray(8, 22).toString('hex') === '000000100018000b000300100020' &&
    area.readUInt16BE(54) === 32
  if (!isLaidOut) return null
  const [x, y] = [area.subarray(22, 54).toString('base64url'), area.subarray(56, 88).toString('base64url')]
  const name = Buffer.concat([Buffer.from([0x00, 0x0b]), createHash('sha256').update(area).digest()])
  return { attributes: area.readUInt32BE(4), publicJwk: { kty: 'EC', crv: 'P-256', x, y }, name }
}

interface Statement {
  readonly type: number
  readonly extraData: Buffer
  /** What it is about, by its type. */
  readonly attested: Buffer
}

/** TPMS_ATTEST, part 2, §10.12.8; `null` if the TPM did not make it, or it ends too early. */
function readStatement(bytes: Buffer): Statement | null {
  try {
    if (bytes.readUInt32BE(0) !== GENERATED) return null
    const signerEnd = 8 + bytes.readUInt16BE(6)
    const dataEnd = signerEnd + 2 + bytes.readUInt16BE(signerEnd)
    // Clock, resets, restarts, whether the clock is safe, and the firmware's version.
    const attested = bytes.subarray(dataEnd + 17 + 8)
    return { type: bytes.readUInt16BE(4), extraData: bytes.subarray(signerEnd + 2, dataEnd), attested }
  } catch {
    return null
  }
}

/** What a key of a TPM has signed; `null` unless it has. */
function signedBy(key: PublicJwk, statement: string, signature: string): Statement | null {
  const [bytes, raw] = [Buffer.from(statement, 'base64'), rawFromDer(Buffer.from(signature, 'base64'))]
  return raw && verifySignature(key, bytes, raw) ? readStatement(bytes) : null
}

const has = (attributes: number, bits: number): boolean => (attributes & bits) === bits
const isEqual = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b)

function problemOf(evidence: TpmEvidence, publicJwk: PublicJwk, nonce: Uint8Array): string | null {
  const [ak, key] = [readEccKey(evidence.attestationKey), readEccKey(evidence.nodeKey)]
  if (!ak || !key) return 'a key in it is none that can be read'
  if (!has(ak.attributes, FIXED_TPM | OWN_ORIGIN | RESTRICTED | SIGN)) return 'its attestation key could sign what did not come from a TPM'
  if (!has(key.attributes, FIXED_TPM | OWN_ORIGIN | SIGN)) return 'the key of the node could have been made elsewhere, or leave the TPM'
  if (publicJwk.kty !== 'EC' || publicJwk.x !== key.publicJwk.x || publicJwk.y !== (key.publicJwk as typeof publicJwk).y)
    return 'it is about another key than the one that signs for this node'
  const certified = signedBy(ak.publicJwk, evidence.certified, evidence.certifiedSignature)
  if (certified?.type !== CERTIFY) return 'what it says of the key was not signed by its attestation key'
  const name = certified.attested.subarray(2, 2 + key.name.length)
  if (certified.attested.length < 2 || !isEqual(name, key.name)) return 'its attestation key answers for another key'
  const quote = signedBy(ak.publicJwk, evidence.quote, evidence.quoteSignature)
  if (quote?.type !== QUOTE) return 'its answer was not signed by its attestation key'
  return isEqual(quote.extraData, nonce) ? null : 'its answer is to another question'
}

/** What TPM statements are worth that came with a node's enrolment; they are hostile. */
export function judgeTpmEvidence(evidence: TpmEvidence, { publicJwk, nonce }: { readonly publicJwk: PublicJwk; readonly nonce: Uint8Array }): Verdict {
  const problem = problemOf(evidence, publicJwk, nonce)
  return problem === null
    ? {
        verdict: 'consistent',
        reason:
          'It says, as a TPM does, that the key was made in it and cannot leave. That it is a TPM and no program would take the certificate of its maker.',
      }
    : { verdict: 'invalid', reason: `The evidence does not hold: ${problem}.` }
}
