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
  const type = encodeUtf8(payloadType)
  return concatBytes(encodeUtf8(`DSSEv1 ${type.length} `), type, encodeUtf8(` ${body.length} `), body)
}

/** Signs `body` as `payloadType`, with one signature. */
export async function signEnvelope(payloadType: string, body: Uint8Array, signer: EnvelopeSigner): Promise<Envelope> {
  const signature = await signer.sign(preAuthEncoding(payloadType, body))
  return { payload: encodeBase64(body), payloadType, signatures: [{ keyid: signer.keyId, sig: encodeBase64(signature) }] }
}

/** The JSON inside an envelope, for showing: nothing about it has been checked. `null` if it holds none. */
export function payloadOf({ payload }: Envelope): unknown {
  const bytes = decodeBase64(payload)
  try {
    return JSON.parse((bytes && decodeUtf8(bytes)) ?? 'null')
  } catch {
    return null
  }
}

export interface UnverifiedEnvelope {
  readonly body: Uint8Array<ArrayBuffer>
  readonly signedBytes: Uint8Array<ArrayBuffer>
  readonly keyId: string
  readonly signature: Uint8Array<ArrayBuffer>
}

/**
 * Takes an envelope apart without trusting it; a string says why it cannot be used.
 * Refuses other payload types, more than one signature, and base64 that is not canonical.
 */
export function unpackEnvelope(envelope: Envelope, payloadType: string, maxBytes = 1_048_576): UnverifiedEnvelope | string {
  const [first, ...others] = envelope.signatures
  if (envelope.payloadType !== payloadType) return `its type is “${envelope.payloadType}”, not “${payloadType}”`
  if (!first || others.length > 0) return `it carries ${envelope.signatures.length} signatures instead of one`
  const body = decodeBase64(envelope.payload)
  const signature = decodeBase64(first.sig)
  if (!body || !signature) return 'its base64 is not canonical'
  if (body.length > maxBytes) return `its body is longer than ${maxBytes} bytes`
  return { body, signedBytes: preAuthEncoding(payloadType, body), keyId: first.keyid, signature }
}
