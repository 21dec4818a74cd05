import { z } from 'zod'
import { Base64, Envelope, KeyId, PublicJwk } from '../../shared/contract/wire.ts'
import { currentKey, followRotation, followRotations, type KeyHistory, MAX_ROTATIONS } from '../../shared/domain/rotation.ts'
import { WindfallError } from '../../shared/errors.ts'
import { type Signer, createSigner } from './signing.ts'
import type { Tpm } from './tpm.ts'
import type { TpmKey } from './tpm-session.ts'
import { nodeVerifyPort } from './verify-port.ts'

/** A private key as it is kept: in PEM, or as blobs that only one TPM can open. */
export const StoredKey = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('software'), pem: z.string() }),
  z.strictObject({ kind: z.literal('tpm'), publicJwk: PublicJwk, publicArea: Base64, privateArea: Base64 }),
])
export type StoredKey = z.infer<typeof StoredKey>

/** Everything about a node's keys, written at once so that a crash leaves one state or the next. */
export const DeviceKeyRecord = z.strictObject({
  v: z.literal(1),
  nodeId: KeyId,
  firstKey: PublicJwk,
  current: StoredKey,
  /** Statements from the first key to the current one. */
  rotations: z.array(Envelope).max(MAX_ROTATIONS),
  /** A key whose statement the coordinator may know, or not yet. */
  next: z.strictObject({ key: StoredKey, statement: Envelope }).nullable(),
})
export type DeviceKeyRecord = z.infer<typeof DeviceKeyRecord>

export interface NextSigner {
  readonly signer: Signer
  readonly statement: Envelope
}

/** A record that was checked, with what signs. */
export interface OpenRecord {
  readonly record: DeviceKeyRecord
  readonly history: KeyHistory
  readonly signer: Signer
  readonly next: NextSigner | null
}

export const storedTpmKey = ({ publicJwk, publicArea, privateArea }: TpmKey): StoredKey => ({
  kind: 'tpm',
  publicJwk,
  publicArea: Buffer.from(publicArea).toString('base64'),
  privateArea: Buffer.from(privateArea).toString('base64'),
})

export function signerOf(key: StoredKey, tpm: Pick<Tpm, 'signer'>): Signer {
  if (key.kind === 'software') return createSigner(key.pem)
  const { publicJwk, publicArea, privateArea } = key
  return tpm.signer({ publicJwk, publicArea: Buffer.from(publicArea, 'base64'), privateArea: Buffer.from(privateArea, 'base64') })
}

/** The record of a node that has never replaced its key. */
export function firstRecord(current: StoredKey, { keyId, publicJwk }: Signer): DeviceKeyRecord {
  return { v: 1, nodeId: keyId, firstKey: publicJwk, current, rotations: [], next: null }
}

const damaged = (where: string, why: string, cause?: unknown) =>
  new WindfallError(
    'config.invalid',
    `The device key in ${where} is damaged: ${why}. Restore it from a backup, or move it away to start as a new node. It is not replaced by itself.`,
    { cause },
  )

function parseRecord(text: string, tpm: Pick<Tpm, 'signer'>): DeviceKeyRecord {
  // A software key that was never replaced is kept as bare PEM, as the first versions kept every key.
  if (!text.startsWith('{')) return firstRecord({ kind: 'software', pem: text }, createSigner(text))
  const record = DeviceKeyRecord.parse(JSON.parse(text))
  signerOf(record.current, tpm)
  return record
}

/** Reads what {@link writeRecord} wrote and checks that its keys and statements belong together. Error: `config.invalid`; `where` is for the owner. */
export async function readRecord(text: string, { tpm, where }: { readonly tpm: Pick<Tpm, 'signer'>; readonly where: string }): Promise<OpenRecord> {
  const record = attempt(() => parseRecord(text, tpm), where)
  const history = await followRotations(record, record.rotations, nodeVerifyPort)
  if (typeof history === 'string') throw damaged(where, history)
  const signer = signerOf(record.current, tpm)
  if (signer.keyId !== currentKey(history).keyId) throw damaged(where, 'its key changes lead to another key')
  return { record, history, signer, next: await openNext(record, { history, tpm, where }) }
}

function attempt<T>(read: () => T, where: string): T {
  try {
    return read()
  } catch (error) {
    throw damaged(where, 'it cannot be read', error)
  }
}

interface Around {
  readonly history: KeyHistory
  readonly tpm: Pick<Tpm, 'signer'>
  readonly where: string
}

async function openNext({ next }: DeviceKeyRecord, { history, tpm, where }: Around): Promise<NextSigner | null> {
  if (!next) return null
  const signer = attempt(() => signerOf(next.key, tpm), where)
  const followed = await followRotation(history, next.statement, nodeVerifyPort)
  if (typeof followed === 'string' || currentKey(followed).keyId !== signer.keyId) throw damaged(where, 'the key that waits does not follow the present one')
  return { signer, statement: next.statement }
}

/** Bare PEM while that says everything, else JSON. */
export function writeRecord(record: DeviceKeyRecord): string {
  const { current, rotations, next } = record
  return current.kind === 'software' && rotations.length === 0 && !next ? current.pem : JSON.stringify(record)
}
