/** Checks a receipt bundle from the `formats` page alone: no network, no knowledge of the coordinator beyond a pinned key. */
import { anchorMemo } from './anchor-memo.ts'
import { decodeBase64 } from './encoding.ts'
import { splitProblem } from './half-hours.ts'
import { judgeProofs, judgeRotations, nodeKeyIds } from './judge-node.ts'
import { leafHash, verifyInclusion } from './merkle.ts'
import { implausibilities } from './plausibility.ts'
import { arithmeticProblem, chainProblem } from './receipt-arithmetic.ts'
import {
  type Case,
  failed,
  type Finding,
  judged,
  openCase,
  passed,
  predicateOf,
  proofsOf,
  readable,
  sentence,
  short,
  skipped,
  type VerifyOptions,
} from './receipt-case.ts'
import { VERIFICATION_STEPS, type Verification, type VerificationStep } from './verification.ts'

export type { ReadMemos, VerifyOptions } from './receipt-case.ts'

const CLUSTERS: readonly string[] = ['mainnet-beta', 'devnet', 'testnet', 'localnet']

type StepName = VerificationStep['step']

function judgeCoordinatorKey(file: Case): Finding {
  const { receipt, head, options } = file
  const pinned = options.pinnedKeys ?? []
  const logKey = typeof head === 'string' ? null : head.keyId
  if (nodeKeyIds(file).includes(receipt.keyId)) return failed('The receipt is signed by the node it is about, not by a coordinator.')
  if (pinned.length === 0) return skipped(`Not pinned: the receipt is signed by ${short(receipt.keyId)}, but nothing here says whose key that is.`)
  if (!pinned.includes(receipt.keyId)) return failed(`The receipt is signed by ${short(receipt.keyId)}, which is not the key you trust.`)
  if (logKey === null || pinned.includes(logKey)) return passed(`The receipt and its log are signed by the keys you trust (${short(receipt.keyId)}).`)
  if (pinned.length > 1) return failed(`The log is signed by ${short(logKey)}, which is not a key you trust.`)
  return passed(`The receipt is signed by the key you trust (${short(receipt.keyId)}). The key of its log (${short(logKey)}) is not pinned.`)
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
  rotations: { needs: [], judge: judgeRotations },
  proofs: { needs: ['rotations'], judge: judgeProofs },
  chain: {
    needs: ['rotations', 'proofs'],
    judge: (file) =>
      judged(chainProblem(readable(file.proofs).map(({ value, sha256 }) => ({ proof: value, sha256 }))), "The fields of the node's chain fit together."),
  },
  arithmetic: {
    needs: ['rotations', 'proofs'],
    judge: (file) => judged(arithmeticProblem(predicateOf(file), proofsOf(file)), 'Every figure follows from the metered energy and the stated intensity.'),
  },
  'half-hours': { needs: ['rotations', 'proofs'], judge: judgeHalfHours },
  inclusion: { needs: [], judge: judgeInclusion },
  'tree-head': { needs: ['inclusion'], judge: judgeTreeHead },
  anchor: { needs: ['inclusion', 'tree-head'], judge: judgeAnchor },
  plausibility: { needs: ['rotations', 'proofs'], judge: judgePlausibility },
}

async function judgeStep(step: StepName, file: Case | string, before: readonly VerificationStep[]): Promise<Finding> {
  if (step === 'envelope')
    return typeof file === 'string' ? failed(sentence(file)) : passed(`The receipt is signed by ${short(file.receipt.keyId)} and unchanged.`)
  const broken = before.find(({ step: name, outcome }) => outcome === 'failed' && (name === 'envelope' || STEPS[step].needs.includes(name)))
  if (broken || typeof file === 'string') return skipped(`Not judged, because “${broken?.step ?? 'envelope'}” failed.`)
  return STEPS[step].judge(file)
}

/**
 * Runs every step in order, one readable sentence each. Valid means that no step failed; a skipped step says why.
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
