/**
 * Replacing a device key without becoming another node. A node's id is the thumbprint of its first key for ever; each further key is
 * named by a statement that the key before it and the new key itself have both signed. The statements form a chain of hashes.
 */
import { z } from 'zod'
import { type Envelope, IsoTime, KeyId, PublicJwk, Sha256Hex } from '../contract/wire.ts'
import { cosignEnvelope, type EnvelopeSigner, unpackCosigned } from './dsse.ts'
import { encodeHex, encodeUtf8 } from './encoding.ts'
import { readJsonBytes } from './json-bytes.ts'
import { keyIdOf, type VerifyPort, weakKeyProblem } from './keys.ts'

export const KEY_ROTATION_TYPE = 'application/vnd.windfall.key-rotation.v1+json'
/** So often may a node change its key: every receipt carries the statements up to the key it rests on. */
export const MAX_ROTATIONS = 64
const MAX_BODY_BYTES = 2_048

export const KeyRotation = z.strictObject({
  v: z.literal(1),
  nodeId: KeyId,
  /** 1 for the first replacement, without gaps. */
  index: z.number().int().positive(),
  newKey: PublicJwk,
  /** SHA-256 of the body of the statement before; `null` for the first. */
  prev: Sha256Hex.nullable(),
  /** When the node's owner asked for it, by the clock of that machine; nothing is decided by it. */
  at: IsoTime,
})
export type KeyRotation = z.infer<typeof KeyRotation>

export interface NodeKey {
  /** RFC 7638 thumbprint. */
  readonly keyId: string
  readonly publicJwk: PublicJwk
}

/** All keys of one node up to the one that signs now. */
export interface KeyHistory {
  readonly nodeId: string
  /** Oldest first; never empty. */
  readonly keys: readonly NodeKey[]
  /** Hex SHA-256 of the body of the last statement; `null` before the first. */
  readonly head: string | null
}

export interface FirstKey {
  readonly nodeId: string
  readonly firstKey: PublicJwk
}

/** The key that signs now. Error: `RangeError` for a history without keys, which {@link startHistory} never makes. */
export function currentKey({ keys }: KeyHistory): NodeKey {
  const last = keys.at(-1)
  if (!last) throw new RangeError('a node has at least its first key')
  return last
}

/** A node that has not replaced its key; a string says why this key cannot be its first. */
export async function startHistory({ nodeId, firstKey }: FirstKey, { sha256 }: Pick<VerifyPort, 'sha256'>): Promise<KeyHistory | string> {
  const problem = weakKeyProblem(firstKey)
  if (problem) return `the first key must not be used: ${problem}`
  if ((await keyIdOf(firstKey, sha256)) !== nodeId) return 'the first key does not belong to this node id'
  return { nodeId, keys: [{ keyId: nodeId, publicJwk: firstKey }], head: null }
}

function readStatement(body: Uint8Array): KeyRotation | string {
  const { data, error } = KeyRotation.safeParse(readJsonBytes(body))
  return data ?? `its content does not have the right form (${error.issues[0]?.path.join('.') || 'it'}: ${error.issues[0]?.message})`
}

function placeProblem({ nodeId, keys, head }: KeyHistory, statement: KeyRotation): string | null {
  if (statement.nodeId !== nodeId) return 'it is about another node'
  if (keys.length > MAX_ROTATIONS) return `a node may change its key ${MAX_ROTATIONS} times and no more`
  if (statement.index !== keys.length) return `it is number ${statement.index} where number ${keys.length} is expected`
  return statement.prev === head ? null : 'it does not name the statement before it'
}

/**
 * The history with one more statement; a string says why that statement does not continue it. The new key is judged before
 * any signature is looked at, and a key that was replaced never comes back.
 */
export async function followRotation(history: KeyHistory, envelope: Envelope, crypto: VerifyPort): Promise<KeyHistory | string> {
  const unpacked = unpackCosigned(envelope, { payloadType: KEY_ROTATION_TYPE, signatures: 2, maxBytes: MAX_BODY_BYTES })
  if (typeof unpacked === 'string') return unpacked
  const { body, signedBytes, signatures } = unpacked
  const statement = readStatement(body)
  if (typeof statement === 'string') return statement
  const weakness = weakKeyProblem(statement.newKey)
  if (weakness) return `the new key must not be used: ${weakness}`
  const misplaced = placeProblem(history, statement)
  if (misplaced) return misplaced
  const incoming = { keyId: await keyIdOf(statement.newKey, crypto.sha256), publicJwk: statement.newKey }
  if (history.keys.some(({ keyId }) => keyId === incoming.keyId)) return 'it brings back a key this node has used before'
  for (const [index, signer] of [currentKey(history), incoming].entries()) {
    const role = index === 0 ? 'key it replaces' : 'new key'
    const found = signatures[index]
    if (found?.keyId !== signer.keyId) return `it is not signed by the ${role}`
    if (!(await crypto.verify(signer.publicJwk, signedBytes, found.signature))) return `the signature of the ${role} does not fit its content`
  }
  return { nodeId: history.nodeId, keys: [...history.keys, incoming], head: encodeHex(await crypto.sha256(body)) }
}

/** Follows all statements of a node, oldest first, from its first key; a string says which one must be refused and why. */
export async function followRotations(first: FirstKey, statements: readonly Envelope[], crypto: VerifyPort): Promise<KeyHistory | string> {
  let history = await startHistory(first, crypto)
  for (const [index, envelope] of statements.entries()) {
    if (typeof history === 'string') return history
    const next: KeyHistory | string = await followRotation(history, envelope, crypto)
    history = typeof next === 'string' ? `key change ${index + 1} must be refused: ${next}` : next
  }
  return history
}

/** What the present and the next key of a node sign so that the next one takes over. `at` is a UTC time. */
export interface NextKey {
  readonly at: string
  readonly incoming: EnvelopeSigner & { readonly publicJwk: PublicJwk }
}

/** The statement that continues `history`, signed by the outgoing key and then by the incoming one. */
export function signRotation({ nodeId, keys, head }: KeyHistory, outgoing: EnvelopeSigner, { at, incoming }: NextKey): Promise<Envelope> {
  const statement: KeyRotation = { v: 1, nodeId, index: keys.length, newKey: incoming.publicJwk, prev: head, at }
  return cosignEnvelope(KEY_ROTATION_TYPE, encodeUtf8(JSON.stringify(statement)), [outgoing, incoming])
}
