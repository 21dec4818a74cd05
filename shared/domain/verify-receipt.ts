/** Checks a receipt bundle from `formats` version 1 alone: no network, no knowledge of the coordinator beyond a pinned key. */
import { anchorMemo } from './anchor-memo.ts'
import type { Anchor, CarbonReceipt, ReceiptBundle, TreeHead } from './carbon-receipt.ts'
import { decodeBase64 } from './encoding.ts'
import type { EnergyProof } from './energy-proof.ts'
import { splitProblem } from './half-hours.ts'
import type { VerifyPort } from './keys.ts'
import { leafHash, verifyInclusion } from './merkle.ts'
import { type Opened, openProof, openReceipt, openTreeHead, readBundle, readKeys } from './open-bundle.ts'
import { implausibilities } from './plausibility.ts'
import { arithmeticProblem, chainProblem } from './receipt-arithmetic.ts'
import { VERIFICATION_STEPS, type Verification, type VerificationStep } from './verification.ts'

/** Texts of the memos in a finalized, successful transaction; `null` if there is no such transaction. */
export type ReadMemos = (anchor: Anchor) => Promise<readonly string[] | null>

export interface VerifyOptions {
  readonly crypto: VerifyPort
  /** Thumbprints of the coordinator's receipt key and log key. A single one speaks for the receipt key alone. */
  readonly pinnedKeys?: readonly string[] | undefined
  /** Looks the anchor up on its chain; without it the chain is not asked. */
  readonly anchor?: ReadMemos | undefined
}

const CLUSTERS: readonly string[] = ['mainnet-beta', 'devnet', 'testnet', 'localnet']

type StepName = VerificationStep['step']
type Finding = Pick<VerificationStep, 'outcome' | 'detail'>

const passed = (detail: string): Finding => ({ outcome: 'passed', detail })
const skipped = (detail: string): Finding => ({ outcome: 'skipped', detail })
const failed = (detail: string): Finding => ({ outcome: 'failed', detail })
const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
const judged = (problem: string | null, detail: string): Finding => (problem === null ? passed(detail) : failed(sentence(problem)))
const short = (keyId: string): string => `${keyId.slice(0, 8)}…`

/** A bundle whose receipt is readable and signed; the parts that other steps judge may still be broken. */
interface Case {
  readonly bundle: ReceiptBundle
  readonly receipt: Opened<CarbonReceipt>
  readonly proofs: readonly (Opened<EnergyProof> | string)[]
  readonly head: Opened<TreeHead> | string
  readonly options: VerifyOptions
}

async function openCase(input: unknown, options: VerifyOptions): Promise<Case | string> {
  const bundle = readBundle(input)
  if (typeof bundle === 'string') return bundle
  const keyring = await readKeys(bundle, options.crypto)
  if (typeof keyring === 'string') return keyring
  const receipt = await openReceipt(bundle.receipt, keyring, options.crypto)
  if (typeof receipt === 'string') return `the receipt cannot be read: ${receipt}`
  if (receipt.signatureProblem) return `the receipt is not authentic: ${receipt.signatureProblem}`
  const proofs = await Promise.all(bundle.proofs.map((envelope) => openProof(envelope, keyring, options.crypto)))
  return { bundle, receipt, proofs, head: await openTreeHead(bundle.inclusion.treeHead, keyring, options.crypto), options }
}

const readable = <T>(opened: readonly (Opened<T> | string)[]): readonly Opened<T>[] => opened.filter((one) => typeof one !== 'string')
const proofsOf = ({ proofs }: Case): readonly EnergyProof[] => readable(proofs).map(({ value }) => value)
const predicateOf = ({ receipt }: Case) => receipt.value.predicate

function judgeCoordinatorKey({ receipt, head, options }: Case): Finding {
  const pinned = options.pinnedKeys ?? []
  const logKey = typeof head === 'string' ? null : head.keyId
  if (receipt.keyId === receipt.value.predicate.nodeId) return failed('The receipt is signed by the node it is about, not by a coordinator.')
  if (pinned.length === 0) return skipped(`Not pinned: the receipt is signed by ${short(receipt.keyId)}, but nothing here says whose key that is.`)
  if (!pinned.includes(receipt.keyId)) return failed(`The receipt is signed by ${short(receipt.keyId)}, which is not the key you trust.`)
  if (logKey === null || pinned.includes(logKey)) return passed(`The receipt and its log are signed by the keys you trust (${short(receipt.keyId)}).`)
  if (pinned.length > 1) return failed(`The log is signed by ${short(logKey)}, which is not a key you trust.`)
  return passed(`The receipt is signed by the key you trust (${short(receipt.keyId)}). The key of its log (${short(logKey)}) is not pinned.`)
}

function proofProblem(proof: Opened<EnergyProof> | string | undefined, file: Case, index: number): string | null {
  const { predicate, subject } = file.receipt.value
  const named = predicate.proofs[index]
  if (proof === undefined || named === undefined) return `the receipt names ${predicate.proofs.length} proofs, the file holds ${file.proofs.length}`
  if (typeof proof === 'string') return `proof ${index + 1} cannot be read: ${proof}`
  if (proof.signatureProblem) return `proof ${index + 1} is not authentic: ${proof.signatureProblem}`
  if (proof.sha256 !== named.sha256 || proof.value.proofId !== named.proofId) return `proof ${index + 1} is not the one the receipt names`
  if (proof.keyId !== proof.value.nodeId || proof.keyId !== predicate.nodeId) return `proof ${index + 1} is not signed by the node the receipt is about`
  if (proof.value.jobId !== predicate.jobId) return `proof ${index + 1} is about another job`
  return proof.value.runtime.image === `sha256:${subject[1].digest.sha256}` ? null : `proof ${index + 1} ran another image than the receipt states`
}

function judgeProofs(file: Case): Finding {
  const count = Math.max(file.proofs.length, predicateOf(file).proofs.length)
  for (let index = 0; index < count; index++) {
    const problem = proofProblem(file.proofs[index], file, index)
    if (problem) return failed(sentence(problem))
  }
  const output = proofsOf(file).at(-1)?.outputSha256
  if (output !== file.receipt.value.subject[0].digest.sha256) return failed('The output of the last proof is not the output the receipt states.')
  return passed(
    `${count === 1 ? 'The energy proof is' : `All ${count} energy proofs are`} signed by node ${short(predicateOf(file).nodeId)} and named by the receipt.`,
  )
}

function judgeHalfHours(file: Case): Finding {
  const problem = proofsOf(file)
    .map(({ intervals }) => splitProblem(intervals))
    .find((found) => found !== null)
  return judged(problem ?? null, 'Energy is split at every UTC half-hour, without gaps.')
}

async function judgeInclusion({ bundle, receipt, head, options }: Case): Promise<Finding> {
  if (typeof head === 'string') return failed(sentence(`the tree head cannot be read: ${head}`))
  const { leafIndex, treeSize } = bundle.inclusion
  const rootHash = decodeBase64(head.value.rootHash)
  const hashes = bundle.inclusion.hashes.map(decodeBase64)
  if (rootHash?.length !== 32 || !hashes.every((hash) => hash?.length === 32)) return failed('A hash of the log is not 32 bytes of canonical base64.')
  if (treeSize !== head.value.treeSize) return failed(`The proof is for a log of ${treeSize} receipts, the tree head for one of ${head.value.treeSize}.`)
  const { sha256 } = options.crypto
  const included = await verifyInclusion(sha256, {
    leafHash: await leafHash(sha256, receipt.body),
    leafIndex,
    treeSize,
    hashes: hashes.filter((hash) => hash !== null),
    rootHash,
  })
  return included
    ? passed(`The receipt is number ${leafIndex + 1} of ${treeSize} in the log.`)
    : failed('The receipt is not in the log that the tree head describes.')
}

function judgeTreeHead({ head }: Case): Finding {
  if (typeof head === 'string') return failed(sentence(`the tree head cannot be read: ${head}`))
  if (head.signatureProblem) return failed(sentence(`the tree head is not authentic: ${head.signatureProblem}`))
  if (head.keyId !== head.value.logId) return failed('The tree head is not signed by the log it names.')
  return passed(`Log ${short(head.value.logId)} signed this tree head at ${head.value.at}.`)
}

async function judgeAnchor({ bundle: { anchor }, head, options }: Case): Promise<Finding> {
  if (anchor === null) return skipped('The log was not yet anchored on chain when this file was written.')
  if (!CLUSTERS.includes(anchor.cluster)) return failed(`There is no Solana cluster “${anchor.cluster}”.`)
  if (typeof head === 'string' || anchor.memo !== anchorMemo(head.value)) return failed('The anchor is not for the tree head in this file.')
  if (!options.anchor)
    return skipped(
      `Not looked up: transaction ${short(anchor.signature)} on ${anchor.cluster} should hold this tree head, and no signature here covers its name.`,
    )
  const memos = await options.anchor(anchor)
  if (memos === null) return failed(`There is no finalized transaction ${short(anchor.signature)} on ${anchor.cluster}.`)
  return memos.includes(anchor.memo)
    ? passed(`Transaction ${short(anchor.signature)} on ${anchor.cluster} holds this tree head.`)
    : failed('The transaction on chain does not hold this tree head.')
}

function judgePlausibility(file: Case): Finding {
  const first = proofsOf(file).flatMap((proof) => implausibilities(proof))[0]
  return first ? failed(first.message) : passed('Time, power and energy are within what the metered devices can do.')
}

interface Step {
  /** Steps that must not have failed for this one to mean anything. */
  readonly needs: readonly StepName[]
  readonly judge: (file: Case) => Finding | Promise<Finding>
}

const STEPS: Readonly<Record<Exclude<StepName, 'envelope'>, Step>> = {
  'coordinator-key': { needs: [], judge: judgeCoordinatorKey },
  proofs: { needs: [], judge: judgeProofs },
  chain: {
    needs: ['proofs'],
    judge: (file) =>
      judged(chainProblem(readable(file.proofs).map(({ value, sha256 }) => ({ proof: value, sha256 }))), "The fields of the node's chain fit together."),
  },
  arithmetic: {
    needs: ['proofs'],
    judge: (file) => judged(arithmeticProblem(predicateOf(file), proofsOf(file)), 'Every figure follows from the metered energy and the stated intensity.'),
  },
  'half-hours': { needs: ['proofs'], judge: judgeHalfHours },
  inclusion: { needs: [], judge: judgeInclusion },
  'tree-head': { needs: ['inclusion'], judge: judgeTreeHead },
  anchor: { needs: ['inclusion', 'tree-head'], judge: judgeAnchor },
  plausibility: { needs: ['proofs'], judge: judgePlausibility },
}

async function judgeStep(step: StepName, file: Case | string, before: readonly VerificationStep[]): Promise<Finding> {
  if (step === 'envelope')
    return typeof file === 'string' ? failed(sentence(file)) : passed(`The receipt is signed by ${short(file.receipt.keyId)} and unchanged.`)
  const broken = before.find(({ step: name, outcome }) => outcome === 'failed' && (name === 'envelope' || STEPS[step].needs.includes(name)))
  if (broken || typeof file === 'string') return skipped(`Not judged, because “${broken?.step ?? 'envelope'}” failed.`)
  return STEPS[step].judge(file)
}

/**
 * Runs the ten steps in order, one readable sentence each. Valid means that no step failed; a skipped step says why.
 * `input` is the bytes of a `.wfreceipt` file (every byte counts) or the bundle as a JSON value.
 * Errors: `receipt.unreadable` if it is no bundle at all; what `options.anchor` throws. Bad content never throws.
 */
export async function verifyReceipt(input: unknown, options: VerifyOptions): Promise<Verification> {
  const file = await openCase(input, options)
  const steps: VerificationStep[] = []
  for (const step of VERIFICATION_STEPS) steps.push({ step, ...(await judgeStep(step, file, steps)) })
  const failedStep = steps.find(({ outcome }) => outcome === 'failed')?.step ?? null
  return { valid: failedStep === null, failedStep, steps }
}
