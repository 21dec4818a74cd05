/** Proofs by the thousand, each of its own node's chain and validly signed, for leases that have ended: what is measured is the way to the durable answer. */
import { createHash } from 'node:crypto'
import { OUTPUT, proofFor, submissionOf, testSpec } from '../../main/coordinator/test-work.fake.ts'
import { signEnvelope } from '../../shared/domain/dsse.ts'
import { PROOF_BATCH_TYPE } from '../../shared/domain/proof-batch.ts'
import type { Lease } from '../../shared/contract/job.ts'
import { toIso } from '../../shared/units.ts'
import type { Agent } from './agents.ts'
import { textFrame } from './raw-socket.ts'
import { signedPost } from './signed-requests.ts'

const ASYNC = { prefer: 'respond-async' }

let number = 0

/** As a coordinator would have handed it out. */
function endedLease(now: number): Lease {
  number += 1
  const id = `scale-${process.pid}-${number}`
  return {
    leaseId: id,
    token: 1,
    jobId: id,
    attemptId: id,
    spec: testSpec(now),
    submittedAt: toIso(now),
    window: { from: toIso(now), to: toIso(now) },
    plan: null,
    ttlMs: 90_000,
    checkpoint: null,
  } as unknown as Lease
}

/** Hashes of the chain do not matter here, and are all different. */
const head = (text: string): string => createHash('sha256').update(text).digest('hex')

async function submission({ signer }: Agent) {
  const now = Date.now()
  const lease = endedLease(now)
  const proof = proofFor(lease, { nodeId: signer.keyId, now, ms: 1_000, changes: { seq: number + 1, prev: head(lease.leaseId) } })
  return submissionOf(lease, proof, signer)
}

/** One proof in one frame of its node's socket; the frame says `id`, and so does the answer. */
export async function proofFrame(agent: Agent, id: number): Promise<Buffer> {
  return textFrame(JSON.stringify({ type: 'proof', id, ...(await submission(agent)) }))
}

/** One proof in one request. */
export async function proofRequest(base: string, agent: Agent): Promise<Buffer> {
  return signedPost(base, agent.signer, { path: '/v1/proofs', headers: ASYNC, body: JSON.stringify(await submission(agent)) })
}

/** So many proofs under one more signature. */
async function batchOf(agent: Agent, size: number) {
  const submissions = await Promise.all(Array.from({ length: size }, () => submission(agent)))
  const items = submissions.map(({ leaseId, token, envelope }) => ({ kind: 'proof', leaseId, token, envelope }))
  const body = Buffer.from(JSON.stringify({ v: 1, nodeId: agent.signer.keyId, items }))
  const batch = await signEnvelope(PROOF_BATCH_TYPE, body, agent.signer)
  const outputs = items.map(() => OUTPUT.toString('base64'))
  return { batch, outputs }
}

/** In one frame of their node's socket, which holds about twenty of them. */
export async function batchFrame(agent: Agent, { id, size }: { readonly id: number; readonly size: number }): Promise<Buffer> {
  return textFrame(JSON.stringify({ type: 'proofs', id, ...(await batchOf(agent, size)) }))
}

/** In one request, which carries a signature of its own as well. */
export async function batchRequest(base: string, agent: Agent, size: number): Promise<Buffer> {
  return signedPost(base, agent.signer, { path: '/v1/proofs/batch', headers: ASYNC, body: JSON.stringify(await batchOf(agent, size)) })
}
