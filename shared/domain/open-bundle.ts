/** From the bytes of a `.wfreceipt` file to values that can be judged. Nothing here is trusted yet. */
import { z } from 'zod'
import { type Envelope, PublicJwk } from '../contract/wire.ts'
import { WindfallError } from '../errors.ts'
import { BUNDLE_TYPE, BUNDLE_TYPE_V2, CarbonReceipt, RECEIPT_PAYLOAD_TYPE, ReceiptBundle, rotationsOf, TREE_HEAD_TYPE, TreeHead } from './carbon-receipt.ts'
import { unpackEnvelope } from './dsse.ts'
import { encodeHex, encodeUtf8, equalBytes } from './encoding.ts'
import { type EnergyProof, proofFormatOf } from './energy-proof.ts'
import { readJsonBytes } from './json-bytes.ts'
import { keyIdOf, type VerifyPort, weakKeyProblem } from './keys.ts'

/** Larger files are not read at all. */
export const MAX_BUNDLE_BYTES = 16 * 1_048_576

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const unreadable = (why: string) =>
  new WindfallError('receipt.unreadable', `This is not a receipt file: ${why}. Ask whoever gave it to you for the .wfreceipt file.`)

/** The bytes of a `.wfreceipt` file: compact JSON, members in the order of the format, nothing before or after. */
export const serializeBundle = (bundle: ReceiptBundle): Uint8Array<ArrayBuffer> => encodeUtf8(JSON.stringify(ReceiptBundle.parse(bundle)))

function readJson(bytes: Uint8Array): unknown {
  if (bytes.length > MAX_BUNDLE_BYTES) throw unreadable(`it is larger than ${MAX_BUNDLE_BYTES / 1_048_576} MiB`)
  const value = readJsonBytes(bytes)
  if (value === undefined) throw unreadable('it is not JSON text')
  return value
}

const firstIssue = (error: z.ZodError): string => `${error.issues[0]?.path.join('.') || 'it'}: ${error.issues[0]?.message ?? 'not valid'}`

/**
 * Reads a bundle from file bytes or from a value that was already JSON; a string says why it is not a valid one.
 * File bytes must be exactly what {@link serializeBundle} makes of their content, so that no byte of a file is without meaning.
 * Error: `receipt.unreadable` if it is no bundle at all.
 */
export function readBundle(input: unknown): ReceiptBundle | string {
  const value = input instanceof Uint8Array ? readJson(input) : input
  if (!isRecord(value)) throw unreadable('it is not a JSON object')
  if (value['bundle'] !== BUNDLE_TYPE && value['bundle'] !== BUNDLE_TYPE_V2)
    throw unreadable(`it does not say that it is a “${BUNDLE_TYPE}” or a “${BUNDLE_TYPE_V2}”`)
  const { success, data, error } = ReceiptBundle.safeParse(value)
  if (!success) return `the file does not have the form of a receipt (${firstIssue(error)})`
  // Written out only now: before its form is known, a value may be nested too deep for that.
  if (input instanceof Uint8Array && !equalBytes(encodeUtf8(JSON.stringify(data)), input))
    return 'the file is not the compact JSON it was written as: something in it was added, repeated or rewritten'
  return data
}

/** Keys by thumbprint; a string says which key must be refused. */
export type Keyring = ReadonlyMap<string, PublicJwk>

/** Every key of the bundle, none weak, none twice, none unused. */
export async function readKeys(bundle: ReceiptBundle, { sha256 }: VerifyPort): Promise<Keyring | string> {
  const envelopes = [bundle.receipt, bundle.inclusion.treeHead, ...bundle.proofs, ...rotationsOf(bundle)]
  const signers = new Set(envelopes.flatMap(({ signatures }) => signatures.map(({ keyid }) => keyid)))
  const keyring = new Map<string, PublicJwk>()
  for (const [index, jwk] of bundle.keys.entries()) {
    const weakness = weakKeyProblem(jwk)
    if (weakness) return `key ${index + 1} must not be used: ${weakness}`
    const keyId = await keyIdOf(jwk, sha256)
    if (keyring.has(keyId)) return `key ${index + 1} is in the file twice`
    if (!signers.has(keyId)) return `key ${index + 1} belongs to no signature in the file`
    keyring.set(keyId, jwk)
  }
  return keyring
}

/** The content of an envelope that has the right form, and whether its signature holds. */
export interface Opened<T> {
  readonly keyId: string
  readonly body: Uint8Array<ArrayBuffer>
  /** SHA-256 of the body, hexadecimal. */
  readonly sha256: string
  readonly value: T
  /** Why the signature does not hold; `null` if it does. */
  readonly signatureProblem: string | null
}

interface Kind<S extends z.ZodType> {
  readonly payloadType: string
  readonly schema: S
}

const opener =
  <S extends z.ZodType>({ payloadType, schema }: Kind<S>) =>
  async (envelope: Envelope, keyring: Keyring, crypto: VerifyPort): Promise<Opened<z.output<S>> | string> => {
    const unpacked = unpackEnvelope(envelope, payloadType)
    if (typeof unpacked === 'string') return unpacked
    const { body, signedBytes, keyId, signature } = unpacked
    const parsed = schema.safeParse(readJsonBytes(body))
    if (!parsed.success) return `its content does not have the right form (${firstIssue(parsed.error)})`
    const key = keyring.get(keyId)
    const holds = key !== undefined && (await crypto.verify(key, signedBytes, signature))
    const signatureProblem = holds ? null : key ? 'its signature does not fit its content' : `the key ${keyId} that signed it is not in the file`
    return { keyId, body, sha256: encodeHex(await crypto.sha256(body)), value: parsed.data, signatureProblem }
  }

export const openReceipt = opener({ payloadType: RECEIPT_PAYLOAD_TYPE, schema: CarbonReceipt })
export const openProof: ReturnType<typeof opener<z.ZodType<EnergyProof>>> = (envelope, ...rest) => opener(proofFormatOf(envelope))(envelope, ...rest)
export const openTreeHead = opener({ payloadType: TREE_HEAD_TYPE, schema: TreeHead })
