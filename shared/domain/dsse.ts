/** DSSE v1: signed bytes that travel as they are. https://github.com/secure-systems-lab/dsse/blob/v1.0.2/protocol.md */
import type { Envelope } from '../contract/wire.ts'
import { concatBytes, decodeBase64, decodeUtf8, encodeBase64, encodeUtf8 } from './encoding.ts'

/** What makes an envelope: a key and its RFC 7638 thumbprint. */
export interface EnvelopeSigner {
  readonly keyId: string
  readonly sign: (bytes: Uint8Array) => Promise<Uint8Array>
}

/** Pre-authentication encoding, the bytes that are signed: `"DSSEv1" SP len(type) SP type SP len(body) SP body`. */
export function preAuthEncoding(payloadType: string, body: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes(encodeUtf8(`DSSEv1 ${encodeUtf8(payloadType).length} ${payloadType} ${body.length} `), body)
}

/** Signs `body` as `payloadType` with each signer, in that order. */
export async function cosignEnvelope(payloadType: string, body: Uint8Array, signers: readonly EnvelopeSigner[]): Promise<Envelope> {
  const signed = preAuthEncoding(payloadType, body)
  // A signer may stand for whichever key is current: name and signature are taken from it at the same moment.
  const signatures = signers.map(async ({ keyId, sign }) => ({ keyid: keyId, sig: encodeBase64(await sign(signed)) }))
  return { payload: encodeBase64(body), payloadType, signatures: await Promise.all(signatures) }
}

/** Signs `body` as `payloadType`, with one signature. */
export const signEnvelope = (payloadType: string, body: Uint8Array, signer: EnvelopeSigner): Promise<Envelope> => cosignEnvelope(payloadType, body, [signer])

/** The JSON inside an envelope, for showing: nothing about it has been checked. `null` if it holds none. */
export function payloadOf({ payload }: Envelope): unknown {
  const bytes = decodeBase64(payload)
  try {
    return JSON.parse((bytes && decodeUtf8(bytes)) ?? 'null')
  } catch {
    return null
  }
}

interface UnverifiedBody {
  readonly body: Uint8Array<ArrayBuffer>
  readonly signedBytes: Uint8Array<ArrayBuffer>
}

interface UnverifiedSignature {
  readonly keyId: string
  readonly signature: Uint8Array<ArrayBuffer>
}

export interface UnverifiedEnvelope extends UnverifiedBody, UnverifiedSignature {}

export interface CosignedEnvelope extends UnverifiedBody {
  readonly signatures: readonly UnverifiedSignature[]
}

interface Expected {
  readonly payloadType: string
  /** How many signatures it must carry. */
  readonly signatures: number
  readonly maxBytes: number
}

/**
 * Takes an envelope with several signatures apart without trusting it; a string says why it cannot be used.
 * Refuses other payload types, another number of signatures, and base64 that is not canonical.
 */
export function unpackCosigned(envelope: Envelope, { payloadType, signatures: count, maxBytes }: Expected): CosignedEnvelope | string {
  if (envelope.payloadType !== payloadType) return `its type is “${envelope.payloadType}”, not “${payloadType}”`
  if (envelope.signatures.length !== count) return `it carries ${envelope.signatures.length} signatures instead of ${count === 1 ? 'one' : count}`
  const body = decodeBase64(envelope.payload)
  const signatures = envelope.signatures.map(({ keyid, sig }) => ({ keyId: keyid, signature: decodeBase64(sig) }))
  const decoded = signatures.flatMap(({ keyId, signature }) => (signature ? [{ keyId, signature }] : []))
  if (!body || decoded.length !== count) return 'its base64 is not canonical'
  if (body.length > maxBytes) return `its body is longer than ${maxBytes} bytes`
  return { body, signedBytes: preAuthEncoding(payloadType, body), signatures: decoded }
}

/** {@link unpackCosigned} for the usual case: exactly one signature. */
export function unpackEnvelope(envelope: Envelope, payloadType: string, maxBytes = 1_048_576): UnverifiedEnvelope | string {
  const unpacked = unpackCosigned(envelope, { payloadType, signatures: 1, maxBytes })
  if (typeof unpacked === 'string') return unpacked
  const [first] = unpacked.signatures
  return first ? { body: unpacked.body, signedBytes: unpacked.signedBytes, ...first } : 'it carries no signature'
}
