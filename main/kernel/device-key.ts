import type { DeviceKey } from '../../shared/contract/device.ts'
import type { Envelope, PublicJwk } from '../../shared/contract/wire.ts'
import { currentKey, MAX_ROTATIONS, signRotation } from '../../shared/domain/rotation.ts'
import { WindfallError } from '../../shared/errors.ts'
import { toIso } from '../../shared/units.ts'
import type { Clock } from './clock.ts'
import {
  type DeviceKeyRecord,
  type NextSigner,
  type OpenRecord,
  type StoredKey,
  firstRecord,
  readRecord,
  signerOf,
  storedTpmKey,
  writeRecord,
} from './device-key-record.ts'
import { type SecretVault, loadIntoVault } from './secret-vault.ts'
import { type Signer, generateKeyPem } from './signing.ts'
import type { Tpm } from './tpm.ts'

type Evidence = Signer['evidence']

export interface DeviceKeyOptions {
  readonly vault: SecretVault
  /** The data directory, where earlier versions left the key in a plain file. */
  readonly directory: string
  readonly tpm: Tpm
  readonly clock: Pick<Clock, 'now'>
  /** What kind of key a new node makes; a node that has one must have this kind. */
  readonly evidence?: Evidence | undefined
}

/** The keys of this node: which one signs, what it is called for ever, and how one key follows the other. */
export interface DeviceKeys {
  /** Thumbprint of the first key. It stays, whichever key signs. */
  readonly nodeId: string
  /** Signs with the key that is current at each moment. */
  readonly signer: Signer
  /** What a coordinator that does not know the current key needs to believe that it is this node's. */
  readonly history: () => { readonly firstKey: PublicJwk; readonly rotations: readonly Envelope[] }
  /** The key that takes over once the coordinator has its statement. */
  readonly next: () => NextSigner | null
  /** Makes that key and keeps it with its statement; one of this kind that waits already is given again. Errors: `conflict`, `config.invalid`. */
  readonly prepare: (evidence: Evidence) => Promise<NextSigner>
  /** The coordinator has the statement: the key that waits becomes the current one. */
  readonly adopt: () => Promise<void>
  /** Notes why the key that waits has not taken over yet, for {@link describe}. */
  readonly postpone: (reason: string) => void
  /** As the owner sees it. */
  readonly describe: () => DeviceKey
}

const NAME = 'device-key'

/**
 * Opens the node's keys, or makes the first one for a new node. A key that cannot be read is an error, never replaced.
 * Error: `config.invalid`, with what the owner can do.
 */
export async function openDeviceKeys(options: DeviceKeyOptions): Promise<DeviceKeys> {
  const { vault, directory, tpm, evidence } = options
  const kept = await loadIntoVault(vault, directory, NAME)
  const text = kept ?? (await makeFirst(options))
  const opened = await readRecord(text, { tpm, where: vault.keptIn })
  if (evidence !== undefined && evidence !== opened.signer.evidence && !opened.next) throw otherKind(evidence, opened.signer)
  return createDeviceKeys(options, opened)
}

const otherKind = (asked: Evidence, { evidence }: Signer) =>
  new WindfallError(
    'config.invalid',
    `This node has a ${evidence === 'tpm' ? 'key in the TPM' : 'key in software'}, not one ${asked === 'tpm' ? 'in the TPM' : 'in software'}. Start without --signer, then change the key with: windfall key rotate${asked === 'tpm' ? ' --tpm' : ''}`,
  )

async function makeFirst({ vault, tpm, evidence = 'software' }: DeviceKeyOptions): Promise<string> {
  const key = await makeKey(evidence, tpm)
  const text = writeRecord(firstRecord(key, signerOf(key, tpm)))
  await vault.save(NAME, text)
  return text
}

const makeKey = async (evidence: Evidence, tpm: Pick<Tpm, 'create'>): Promise<StoredKey> =>
  evidence === 'tpm' ? storedTpmKey(await tpm.create()) : { kind: 'software', pem: generateKeyPem() }

function createDeviceKeys(options: DeviceKeyOptions, first: OpenRecord): DeviceKeys {
  const { vault, tpm } = options
  let opened = first
  let waitsFor = 'It takes over as soon as the coordinator knows it.'
  let last: Promise<unknown> = Promise.resolve()
  /** One change at a time; what is kept is durable before anything acts on it. */
  const change = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }
  const keep = async (record: DeviceKeyRecord): Promise<void> => {
    const text = writeRecord(record)
    const next = await readRecord(text, { tpm, where: vault.keptIn })
    await vault.save(NAME, text)
    opened = next
  }
  return {
    nodeId: first.record.nodeId,
    signer: liveSigner(() => opened.signer),
    history: () => ({ firstKey: opened.record.firstKey, rotations: opened.record.rotations }),
    next: () => opened.next,
    prepare: (evidence) =>
      change(async () => {
        if (!opened.next) await prepareNext(options, { opened, evidence, keep })
        return nextOf(opened, evidence)
      }),
    adopt: () => change(async () => (opened.next ? keep(adopted(opened.record)) : undefined)),
    postpone: (reason) => {
      waitsFor = reason.slice(0, 500)
    },
    describe: () => describe(options, opened, waitsFor),
  }
}

function nextOf({ next }: OpenRecord, evidence: Evidence): NextSigner {
  if (next?.signer.evidence === evidence) return next
  throw new WindfallError('conflict', 'Another new key already waits to take over. Change the key again once it has.')
}

interface Preparing {
  readonly opened: OpenRecord
  readonly evidence: Evidence
  readonly keep: (record: DeviceKeyRecord) => Promise<void>
}

async function prepareNext({ tpm, clock }: DeviceKeyOptions, { opened, evidence, keep }: Preparing): Promise<void> {
  const { record, history, signer } = opened
  if (history.keys.length > MAX_ROTATIONS)
    throw new WindfallError('conflict', `This node has changed its key ${MAX_ROTATIONS} times, which is as often as one may. Its key stays as it is.`)
  const key = await makeKey(evidence, tpm)
  const statement = await signRotation(history, signer, { incoming: signerOf(key, tpm), at: toIso(clock.now()) })
  await keep({ ...record, next: { key, statement } })
}

const adopted = ({ next, ...record }: DeviceKeyRecord): DeviceKeyRecord =>
  next ? { ...record, current: next.key, rotations: [...record.rotations, next.statement], next: null } : { ...record, next }

/** Whoever holds this signer follows every change of key, and `{ ...signer }` holds on to the present one. */
const liveSigner = (current: () => Signer): Signer => ({
  get alg() {
    return current().alg
  },
  get keyId() {
    return current().keyId
  },
  get publicJwk() {
    return current().publicJwk
  },
  get evidence() {
    return current().evidence
  },
  get sign() {
    return current().sign
  },
  get attest() {
    return current().attest
  },
})

function describe({ vault }: DeviceKeyOptions, { history, signer, next }: OpenRecord, waitsFor: string): DeviceKey {
  const { alg, evidence } = signer
  const inTpm = evidence === 'tpm'
  return {
    keyId: currentKey(history).keyId,
    alg,
    evidence,
    keptIn: inTpm ? 'the TPM of this machine' : vault.keptIn,
    sealed: inTpm || vault.sealed,
    rotations: history.keys.length - 1,
    next: next && { keyId: next.signer.keyId, alg: next.signer.alg, evidence: next.signer.evidence, message: waitsFor },
  }
}
