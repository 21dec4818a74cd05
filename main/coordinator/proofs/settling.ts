import { durationOf } from '../../../shared/domain/build-receipt.ts'
import { pricesOf } from '../../../shared/domain/pay.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { microUsd } from '../../../shared/units.ts'
import type { Tx } from '../persistence/database.ts'
import type { IssueReceipts, JobToSettle, Paid, ProofDeps, ReceiptOrder, RunToReceipt } from './ports.ts'
import { type WaitingRun, createProofsStore } from './proofs.store.ts'

/** Writes the receipts of a job's runs and moves its money, in the transaction that ends it. Error: `unavailable` if other runs wait by then. */
export type Settle = (tx: Tx) => Promise<Paid>

type Deps = Pick<ProofDeps, 'db' | 'node' | 'prepareReceipts' | 'settle' | 'recordEvent'>

/**
 * Looks up everything the receipts of a job need, which may be slow: one for each node, with all of its runs that wait. `last` is one more, whose proof
 * is kept in the transaction that settles. Errors: what `prepareReceipts` throws.
 */
export async function prepareSettling(deps: Deps, job: JobToSettle, last: Omit<WaitingRun, 'paidMs'> | null = null): Promise<Settle> {
  const runs = [...(await createProofsStore(deps.db).waitingOf(job.jobId)), ...(last ? [last] : [])]
  const order = await orderOf(deps, job, runs)
  const issue = await deps.prepareReceipts(order)
  return async (tx) => {
    const waiting = await createProofsStore(tx).waitingOf(job.jobId)
    if (waiting.map(({ proof }) => proof.proofId).join() !== runs.map(({ proof }) => proof.proofId).join())
      throw new WindfallError('unavailable', `Other runs of job ${job.jobId} wait to be paid than a moment ago. Try again.`)
    return settle(deps, tx, { order, issue, waiting })
  }
}

/** By node, the one that ran last at the end: its receipt carries what the job came to. */
async function orderOf(deps: Deps, job: JobToSettle, runs: readonly Omit<WaitingRun, 'paidMs'>[]): Promise<ReceiptOrder> {
  let beforeMs = 0
  const placed: RunToReceipt[] = runs.map((run) => {
    const before = beforeMs
    beforeMs += durationOf(run.proof.intervals)
    return { ...run, beforeMs: before }
  })
  const byNode = [...Map.groupBy(placed, ({ proof }) => proof.nodeId)].toSorted(([, a], [, b]) => (a.at(-1)?.beforeMs ?? 0) - (b.at(-1)?.beforeMs ?? 0))
  const parts = await Promise.all(
    byNode.map(async ([nodeId, own]) => {
      const node = await deps.node(nodeId)
      if (!node) throw new WindfallError('internal', `Node ${nodeId} has run a part of job ${job.jobId} and is not known any more.`)
      return { node, runs: own }
    }),
  )
  return { job, parts }
}

async function settle(
  deps: Deps,
  tx: Tx,
  { order, issue, waiting }: { readonly order: ReceiptOrder; readonly issue: IssueReceipts; readonly waiting: readonly WaitingRun[] },
): Promise<Paid> {
  const { requesterId, jobId } = order.job
  const parts = pricedParts(order, waiting)
  const receipts = await issue(tx)
  const earnings = await deps.settle(tx, { requesterId, jobId, parts })
  const receiptIds = receipts.map(({ receiptId }) => receiptId)
  for (const [index, { node, runs }] of order.parts.entries()) {
    const [receipt, earning] = [receipts[index], earnings[index]]
    if (!receipt || !earning) throw new WindfallError('internal', `A receipt or an earning of job ${jobId} is missing.`)
    const { receiptId, bundle } = receipt
    const { earningId, state } = earning
    const proofIds = runs.map(({ proof }) => proof.proofId)
    await createProofsStore(tx).receipted(proofIds, receiptId)
    for (const proofId of proofIds) await deps.recordEvent(tx, node.nodeId, { kind: 'proof-accepted', proofId, jobId, receiptId })
    await deps.recordEvent(tx, node.nodeId, { kind: 'receipt', receiptId, bundle })
    await deps.recordEvent(tx, node.nodeId, { kind: 'earning', earningId, jobId, receiptId, state, microUsd: String(earning.microUsd) })
  }
  return { receiptIds, priceMicroUsd: parts.reduce((sum, { priceMicroUsd }) => sum + priceMicroUsd, 0n) }
}

/** What the requester pays for the runs of each node. */
const pricedParts = ({ job, parts }: ReceiptOrder, waiting: readonly WaitingRun[]) =>
  pricesByNode(
    job.spec,
    waiting,
    parts.map(({ node }) => node.nodeId),
  )

/** What the runs of a job come to, for each of these nodes. */
export function pricesByNode({ price }: Pick<JobToSettle['spec'], 'price'>, runs: readonly WaitingRun[], nodeIds: readonly string[]) {
  const prices = pricesOf(
    price,
    runs.map(({ paidMs }) => paidMs),
  )
  return nodeIds.map((nodeId) => ({
    nodeId,
    priceMicroUsd: microUsd(prices.reduce((sum, one, index) => (runs[index]?.proof.nodeId === nodeId ? sum + one : sum), 0n)),
  }))
}
