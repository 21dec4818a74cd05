/** A receipt bundle taken apart for judging, and the words a judgement is given in. */
import { type Anchor, type CarbonReceipt, type ReceiptBundle, type ReceiptPredicate, rotationsOf, type TreeHead } from './carbon-receipt.ts'
import type { EnergyProof } from './energy-proof.ts'
import type { VerifyPort } from './keys.ts'
import { type Keyring, type Opened, openProof, openReceipt, openTreeHead, readBundle, readKeys } from './open-bundle.ts'
import { followRotations, type KeyHistory } from './rotation.ts'
import type { VerificationStep } from './verification.ts'

/** Texts of the memos in a finalized, successful transaction; `null` if there is no such transaction. */
export type ReadMemos = (anchor: Anchor) => Promise<readonly string[] | null>

export interface VerifyOptions {
  readonly crypto: VerifyPort
  /** Thumbprints of the coordinator's receipt key and log key. A single one speaks for the receipt key alone. */
  readonly pinnedKeys?: readonly string[] | undefined
  /** Looks the anchor up on its chain; without it the chain is not asked. */
  readonly anchor?: ReadMemos | undefined
}

export type Finding = Pick<VerificationStep, 'outcome' | 'detail'>

export const passed = (detail: string): Finding => ({ outcome: 'passed', detail })
export const skipped = (detail: string): Finding => ({ outcome: 'skipped', detail })
export const failed = (detail: string): Finding => ({ outcome: 'failed', detail })
export const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
export const judged = (problem: string | null, detail: string): Finding => (problem === null ? passed(detail) : failed(sentence(problem)))
export const short = (keyId: string): string => `${keyId.slice(0, 8)}…`

/** A bundle whose receipt is readable and signed; the parts that other steps judge may still be broken. */
export interface Case {
  readonly bundle: ReceiptBundle
  readonly receipt: Opened<CarbonReceipt>
  readonly proofs: readonly (Opened<EnergyProof> | string)[]
  readonly head: Opened<TreeHead> | string
  /** The node's keys as the bundle's statements give them; `null` if it carries none. */
  readonly history: KeyHistory | string | null
  readonly options: VerifyOptions
}

async function historyOf(bundle: ReceiptBundle, { nodeId }: ReceiptPredicate, { keyring, crypto }: { readonly keyring: Keyring; readonly crypto: VerifyPort }) {
  const rotations = rotationsOf(bundle)
  if (rotations.length === 0) return null
  const firstKey = keyring.get(nodeId)
  return firstKey ? followRotations({ nodeId, firstKey }, rotations, crypto) : 'the first key of the node is not in the file'
}

/** Takes a bundle apart; a string says why there is nothing to judge. Error: `receipt.unreadable`. */
export async function openCase(input: unknown, options: VerifyOptions): Promise<Case | string> {
  const { crypto } = options
  const bundle = readBundle(input)
  if (typeof bundle === 'string') return bundle
  const keyring = await readKeys(bundle, crypto)
  if (typeof keyring === 'string') return keyring
  const receipt = await openReceipt(bundle.receipt, keyring, crypto)
  if (typeof receipt === 'string') return `the receipt cannot be read: ${receipt}`
  if (receipt.signatureProblem) return `the receipt is not authentic: ${receipt.signatureProblem}`
  const proofs = await Promise.all(bundle.proofs.map((envelope) => openProof(envelope, keyring, crypto)))
  const head = await openTreeHead(bundle.inclusion.treeHead, keyring, crypto)
  const history = await historyOf(bundle, receipt.value.predicate, { keyring, crypto })
  return { bundle, receipt, proofs, head, history: withKeys(history, keyring), options }
}

/** A verifier needs no statement to find a key: each is in the file's list, too. */
function withKeys(history: KeyHistory | string | null, keyring: Keyring): KeyHistory | string | null {
  if (history === null || typeof history === 'string') return history
  return history.keys.every(({ keyId }) => keyring.has(keyId)) ? history : 'a key the node has used is not in the file'
}

export const readable = <T>(opened: readonly (Opened<T> | string)[]): readonly Opened<T>[] => opened.filter((one) => typeof one !== 'string')
export const proofsOf = ({ proofs }: Case): readonly EnergyProof[] => readable(proofs).map(({ value }) => value)
export const predicateOf = ({ receipt }: Case): ReceiptPredicate => receipt.value.predicate
