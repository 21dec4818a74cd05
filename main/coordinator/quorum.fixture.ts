/** Jobs of which several results are compared, on a core with real money and real receipts. */
import type { JobSpec, Lease } from '../../shared/contract/job.ts'
import type { Quorum } from '../../shared/contract/quorum.ts'
import { signEnvelope } from '../../shared/domain/dsse.ts'
import { energyProofType } from '../../shared/domain/energy-proof.ts'
import { sha256Hex } from '../kernel/signing.ts'
import { type TestNode } from './core.fake.ts'
import { proofFor } from './test-work.fake.ts'
import { checkLedger } from './ledger/check.ts'
import { PREPAID, type World, leaseTo, prepaid, work } from './runs.fixture.ts'

const RUN_MS = 60_000
/** What {@link bring} a result of this length costs, micro-USD. */
export const RUN_PRICE = 10_000n
/** What a job of {@link submitCompared} may cost at most, for one result. */
export const MOST = 1_000_000n

export const submitCompared = ({ core }: World, quorum: Quorum, changes: Partial<JobSpec> = {}, jobId = 'job-1'): Promise<void> =>
  core.submit(jobId, { outputSha256: null, quorum, ...changes })

/** Submits a proof of a whole run under this lease with this output. */
export async function handIn(
  { core }: World,
  {
    node,
    lease,
    output,
    proofId = `proof-of-${lease.leaseId}`,
  }: { readonly node: TestNode; readonly lease: Lease; readonly output: Uint8Array | string; readonly proofId?: string },
) {
  const bytes = Buffer.from(output)
  const { seq, head } = await core.parts.proofs.head(node.nodeId)
  const proof = proofFor(lease, {
    nodeId: node.nodeId,
    now: core.clock.now(),
    ms: RUN_MS,
    changes: { proofId, seq: seq + 1, prev: head, outputSha256: sha256Hex(bytes) },
  })
  const envelope = await signEnvelope(energyProofType(proof), Buffer.from(JSON.stringify(proof)), node.signer)
  const said = { leaseId: lease.leaseId, token: lease.token, envelope, output: bytes.toString('base64') }
  return { said, answer: await core.parts.proofs.submit(node.nodeId, said) }
}

/** This node does the job and comes to this. */
export async function bring(world: World, node: TestNode, output: Uint8Array | string) {
  const lease = await leaseTo(world, node)
  await work(world, { node, lease, ms: RUN_MS })
  return handIn(world, { node, lease, output })
}

/** What the requester has paid so far, and what is wrong with the books. */
export async function books(world: World): Promise<{ readonly paid: bigint; readonly findings: readonly unknown[] }> {
  const { balanced, findings } = await checkLedger(world.core.db)
  return { paid: PREPAID - (await prepaid(world)), findings: balanced ? findings : ['unbalanced', ...findings] }
}
