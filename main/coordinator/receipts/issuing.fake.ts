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
import { createReceiptIssuer, type IssueInput } from './issue.ts'

export const EPOCH_MS = 3_600_000
export const receiptSigner = createSigner(generateKeyPem())
export const logSigner = createSigner(generateKeyPem())
const pinnedKeys = [receiptSigner.keyId, logSigner.keyId]

export async function inputFor(job: number): Promise<IssueInput> {
  const proof = testProof({ proofId: `proof-${job}`, jobId: `job-${job}` })
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

export function world(db: Db) {
  const clock = createFakeClock(Date.parse('2026-11-21T15:00:00.000Z'))
  const issuer = createReceiptIssuer({ receiptSigner, logSigner, clock, ids: createIds(clock) })
  let jobs = 0
  const issue = async () => {
    const input = await inputFor(++jobs)
    return transact(db, (tx) => issuer.issue(tx, input))
  }
  const plan = () => transact(db, (tx) => dueAnchor(tx, { now: clock.now(), everyMs: EPOCH_MS }))
  const record = (memo: string, signature = '5'.repeat(88)) => transact(db, (tx) => recordAnchor(tx, { memo, cluster: 'localnet', signature, at: clock.now() }))
  return { clock, issuer, issue, plan, record }
}

/** What an auditor with the file and the coordinator's keys finds. */
export const check = (bundle: ReceiptBundle, memos: readonly string[] = []) =>
  verifyReceipt(serializeBundle(bundle), { crypto: nodeVerifyPort, pinnedKeys, anchor: async () => memos })
