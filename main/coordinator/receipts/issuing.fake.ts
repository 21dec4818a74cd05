/** A coordinator's receipts feature with its own keys and a clock that the test moves. */
import { type ReceiptBundle } from '../../../shared/domain/carbon-receipt.ts'
import { signEnvelope } from '../../../shared/domain/dsse.ts'
import { ENERGY_PROOF_TYPE } from '../../../shared/domain/energy-proof.ts'
import { serializeBundle } from '../../../shared/domain/open-bundle.ts'
import { testGrid, testNode, testProof, toBytes } from '../../../shared/domain/receipt-bundle.fake.ts'
import { verifyReceipt } from '../../../shared/domain/verify-receipt.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createIds } from '../../kernel/ids.ts'
import { createSigner, generateKeyPem, sha256Hex } from '../../kernel/signing.ts'
import { nodeVerifyPort } from '../../kernel/verify-port.ts'
import { type Db, transact } from '../persistence/database.ts'
import { dueAnchor, recordAnchor } from './anchors.ts'
import { createLogHeads } from './heads.ts'
import { createReceiptIssuer, type Issued, type IssueInput, type ReceiptIssuer } from './issue.ts'

export const EPOCH_MS = 3_600_000
export const receiptSigner = createSigner(generateKeyPem())
export const logSigner = createSigner(generateKeyPem())
const pinnedKeys = [receiptSigner.keyId, logSigner.keyId]

/** A job whose proof is the next one of the node’s chain, or another one. */
export async function inputFor(job: number, seq = job): Promise<IssueInput> {
  const proof = testProof({ proofId: `proof-${job}`, jobId: `job-${job}`, seq, prev: seq === 1 ? null : sha256Hex(`proof ${seq - 1}`) })
  const envelope = await signEnvelope(ENERGY_PROOF_TYPE, toBytes(proof), testNode)
  return {
    job: { jobId: `job-${job}`, submittedAt: '2026-11-21T09:10:00.000Z', modelId: null, zone: 'GB-13' },
    image: proof.runtime.image,
    outputSha256: proof.outputSha256,
    proofs: [{ proof, envelope, bodySha256: sha256Hex(toBytes(proof)) }],
    nodeKeys: [testNode.publicJwk],
    rotations: [],
    intensityAt: () => testGrid(80),
    baseline: { zone: 'GB-13', intensityAt: () => testGrid(210) },
  }
}

/** One receipt in a transaction of its own. */
export async function issueOne(db: Db, issuer: ReceiptIssuer, input: IssueInput): Promise<Issued> {
  const [issued] = await transact(db, (tx) => issuer.issue(tx, [input]))
  if (!issued) throw new Error('nothing was issued')
  return issued
}

export function world(db: Db) {
  const clock = createFakeClock(Date.parse('2026-11-21T15:00:00.000Z'))
  const issuer = createReceiptIssuer({ receiptSigner, logSigner, clock, ids: createIds(clock) })
  const heads = createLogHeads({ logSigner, clock })
  let jobs = 0
  const issue = async () => {
    const input = await inputFor(++jobs)
    return issueOne(db, issuer, input)
  }
  const plan = () => transact(db, (tx) => dueAnchor(tx, { now: clock.now(), everyMs: EPOCH_MS }))
  const record = (memo: string, signature = '5'.repeat(88)) => transact(db, (tx) => recordAnchor(tx, { memo, cluster: 'localnet', signature, at: clock.now() }))
  return { clock, issuer, heads, issue, plan, record }
}

/** What an auditor with the file and the coordinator's keys finds. */
export const check = (bundle: ReceiptBundle, memos: readonly string[] = []) =>
  verifyReceipt(serializeBundle(bundle), { crypto: nodeVerifyPort, pinnedKeys, anchor: async () => memos })
