/**
 * The keys that sign releases, and how they change: the program holds a set of keys, and each further set is named by a statement that
 * enough keys of the set before it and enough of its own have signed. The statements form a chain of hashes.
 */
import { z } from 'zod'
import { type Envelope, IsoTime, type PublicJwk, Sha256Hex } from '../contract/wire.ts'
import { cosignEnvelope, type CosignedEnvelope, type EnvelopeSigner, unpackCosigned } from './dsse.ts'
import { encodeHex, encodeUtf8 } from './encoding.ts'
import { readJsonBytes } from './json-bytes.ts'
import { keyIdOf, type VerifyPort, weakKeyProblem } from './keys.ts'

export const RELEASE_KEYS_TYPE = 'application/vnd.windfall.release-keys.v1+json'
/** So often may the keys of releases change: every program has to follow all changes since it was built. */
export const MAX_KEY_CHANGES = 32
const MAX_BODY_BYTES = 4_096

export const ReleaseKey = z.strictObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string().length(43) })
export type ReleaseKey = z.infer<typeof ReleaseKey>

const set = {
  /** How many of the keys have to sign. */
  threshold: z.number().int().min(1).max(5),
  keys: z.array(ReleaseKey).min(1).max(8),
}
const isSound = ({ threshold, keys }: { threshold: number; keys: readonly ReleaseKey[] }): boolean =>
  threshold <= keys.length && new Set(keys.map(({ x }) => x)).size === keys.length
const UNSOUND = 'has fewer keys than have to sign, or one of them twice'

/** The set of keys that signs now. */
export const TrustedKeys = z
  .strictObject({
    /** How many changes lie behind it. */
    index: z.number().int().min(0).max(MAX_KEY_CHANGES),
    ...set,
    /** SHA-256 of the body of the last change; `null` before the first. */
    head: Sha256Hex.nullable(),
  })
  .refine(isSound, UNSOUND)
export type TrustedKeys = z.infer<typeof TrustedKeys>

const KeyChange = z
  .strictObject({
    v: z.literal(1),
    /** 1 for the first change, without gaps. */
    index: z.number().int().min(1).max(MAX_KEY_CHANGES),
    ...set,
    prev: Sha256Hex.nullable(),
    /** When it was made, by the clock of whoever made it; nothing is decided by it. */
    at: IsoTime,
  })
  .refine(isSound, UNSOUND)
type KeyChange = z.infer<typeof KeyChange>

/** Takes an envelope apart whatever the number of its signatures; a string says why it cannot be used. */
export const unpackSigned = (envelope: Envelope, payloadType: string, maxBytes: number): CosignedEnvelope | string =>
  unpackCosigned(envelope, { payloadType, signatures: envelope.signatures.length, maxBytes })

/** The ids of those keys that have signed, each once. A key that must not be used has signed nothing. */
export async function signersAmong(keys: readonly PublicJwk[], { signedBytes, signatures }: CosignedEnvelope, crypto: VerifyPort): Promise<readonly string[]> {
  const signed = keys.map(async (jwk) => {
    if (weakKeyProblem(jwk)) return []
    const keyId = await keyIdOf(jwk, crypto.sha256)
    const own = signatures.filter((signature) => signature.keyId === keyId)
    const holds = await Promise.all(own.map(({ signature }) => crypto.verify(jwk, signedBytes, signature)))
    return holds.includes(true) ? [keyId] : []
  })
  return (await Promise.all(signed)).flat()
}

function readChange(unpacked: CosignedEnvelope): KeyChange | string {
  const { data, error } = KeyChange.safeParse(readJsonBytes(unpacked.body))
  return data ?? `its content does not have the right form (${error.issues[0]?.message})`
}

/** The set after one more change; a string says why that change does not continue it. The new keys are judged before any signature is looked at. */
async function follow(trusted: TrustedKeys, unpacked: CosignedEnvelope, crypto: VerifyPort): Promise<TrustedKeys | string> {
  const change = readChange(unpacked)
  if (typeof change === 'string') return change
  const weakness = change.keys.map(weakKeyProblem).find((problem) => problem !== null)
  if (weakness) return `a new key must not be used: ${weakness}`
  if (change.index !== trusted.index + 1) return `it is number ${change.index} where number ${trusted.index + 1} is expected`
  if (change.prev !== trusted.head) return 'it does not name the change before it'
  for (const [who, { keys, threshold }] of [['the keys it replaces', trusted] as const, ['its own keys', change] as const]) {
    const signers = await signersAmong(keys, unpacked, crypto)
    if (signers.length < threshold) return `${signers.length} of ${who} have signed it, and ${threshold} have to`
  }
  return { index: change.index, threshold: change.threshold, keys: change.keys, head: encodeHex(await crypto.sha256(unpacked.body)) }
}

/**
 * Follows all changes ever made, oldest first, from the set that is trusted; a string says why not. Changes that lie behind it are not
 * looked at again, but the last of them has to be the same, and none may be missing: keys that were replaced never come back.
 */
export async function followKeyChanges(trusted: TrustedKeys, changes: readonly Envelope[], crypto: VerifyPort): Promise<TrustedKeys | string> {
  if (changes.length < trusted.index) return `it knows ${changes.length} changes of keys, and ${trusted.index} are known here`
  let current = trusted
  for (const [at, envelope] of changes.entries()) {
    if (at + 1 < trusted.index) continue
    const unpacked = unpackSigned(envelope, RELEASE_KEYS_TYPE, MAX_BODY_BYTES)
    if (typeof unpacked === 'string') return `change ${at + 1} of keys: ${unpacked}`
    if (at + 1 === trusted.index) {
      if (encodeHex(await crypto.sha256(unpacked.body)) !== trusted.head) return `change ${at + 1} of keys is not the one that is known here`
      continue
    }
    const next = await follow(current, unpacked, crypto)
    if (typeof next === 'string') return `change ${at + 1} of keys: ${next}`
    current = next
  }
  return current
}

/** The set that is to sign next, and since when. `at` is a UTC time. */
export interface NextKeys extends Pick<TrustedKeys, 'threshold' | 'keys'> {
  readonly at: string
}

/** The statement that continues `trusted`, signed by each signer: enough of the outgoing keys and enough of the incoming ones have to be among them. */
export function signKeyChange(trusted: TrustedKeys, { threshold, keys, at }: NextKeys, signers: readonly EnvelopeSigner[]): Promise<Envelope> {
  const change: KeyChange = { v: 1, index: trusted.index + 1, threshold, keys: [...keys], prev: trusted.head, at }
  return cosignEnvelope(RELEASE_KEYS_TYPE, encodeUtf8(JSON.stringify(change)), signers)
}
