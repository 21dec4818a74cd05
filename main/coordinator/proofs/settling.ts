import type { UnpaidCause } from '../../../shared/contract/proof.ts'
import { durationOf } from '../../../shared/domain/build-receipt.ts'
import { neededResults, pricesOf } from '../../../shared/domain/pay.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { microUsd } from '../../../shared/units.ts'
import type { Tx } from '../persistence/database.ts'
import type { IssueReceipts, JobToSettle, Paid, PaidPart, ProofDeps, ReceiptOrder, RunToReceipt } from './ports.ts'
import { type WaitingRun, createProofsStore } from './proofs.store.ts'
import { tellUnpaid } from './unpaid.ts'

/** Writes the receipts of a job's runs and moves its money, in the transaction that ends it. Error: `unavailable` if other runs wait by then. */
export type Settle = (tx: Tx) => Promise<Paid>

type Deps = Pick<ProofDeps, 'db' | 'node' | 'prepareReceipts' | 'settle' | 'recordEvent' | 'decide'>

export interface ToSettle {
  /** One more run, whose proof is kept in the transaction that settles. */
  readonly last?: Omit<WaitingRun, 'paidMs'> | null
  /** The results whose runs are paid; `null`: all that there are. Of the others none is. */
  readonly copies?: ReadonlySet<number> | null
  /** Why the others are not. */
  readonly cause?: UnpaidCause
}

/**
 * Looks up everything the receipts of a job need, which may be slow: one for each node, with all of its runs that wait. Errors: what `prepareReceipts`
 * throws.
 */
export async function prepareSettling(deps: Deps, job: JobToSettle, { last = null, copies = null, cause = 'differs' }: ToSettle = {}): Promise<Settle> {
  const runs = [...(await createProofsStore(deps.db).waitingOf(job.jobId)), ...(last ? [last] : [])]
  const counts = ({ copy }: Pick<WaitingRun, 'copy'>): boolean => copies === null || copies.has(copy)
  const order = await orderOf(deps, job, runs.filter(counts))
  const issue = await deps.prepareReceipts(order)
  return async (tx) => {
    const waiting = await createProofsStore(tx).waitingOf(job.jobId)
    if (waiting.map(({ proof }) => proof.proofId).join() !== runs.map(({ proof }) => proof.proofId).join())
      throw new WindfallError('unavailable', `Other runs of job ${job.jobId} wait to be paid than a moment ago. Try again.`)
    await tellUnpaid(deps, tx, { jobId: job.jobId, cause, runs: waiting.filter((run) => !counts(run)) })
    return settle(deps, tx, { order, issue, waiting: waiting.filter(counts) })
  }
}

/** By node, the one that ran last at the end: its receipt carries what the job came to. */
async function orderOf(deps: Deps, job: JobToSettle, runs: readonly Omit<WaitingRun, 'paidMs'>[]): Promise<ReceiptOrder> {
  // Each result began at the start, so what came before it is that of no other one.
  const beforeMs = new Map<number, number>()
  const placed: RunToReceipt[] = runs.map((run) => {
    const before = beforeMs.get(run.copy) ?? 0
    beforeMs.set(run.copy, before + durationOf(run.proof.intervals))
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
  const earnings = await deps.settle(tx, { requesterId, jobId, parts, isCompared: order.job.spec.quorum !== undefined })
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
  return { receiptIds, priceMicroUsd: parts.reduce((sum, { paidBy, priceMicroUsd }) => (paidBy === 'requester' ? sum + priceMicroUsd : sum), 0n) }
}

const pricedParts = ({ job, parts }: ReceiptOrder, waiting: readonly WaitingRun[]) =>
  pricesByNode(
    job,
    waiting,
    parts.map(({ node }) => node.nodeId),
  )

/** What each run of a job costs: each result is priced by itself, and never above what the requester allows for one. */
function pricedRuns({ price }: Pick<JobToSettle['spec'], 'price'>, runs: readonly WaitingRun[]): ReadonlyMap<WaitingRun, bigint> {
  const prices = [...Map.groupBy(runs, ({ copy }) => copy).values()].flatMap((own) => {
    const each = pricesOf(
      price,
      own.map(({ paidMs }) => paidMs),
    )
    return own.map((run, index): [WaitingRun, bigint] => [run, each[index] ?? 0n])
  })
  return new Map(prices)
}

/** What the runs of a job come to, for each of these nodes. What the coordinator had repeated for itself is not its requester's to pay, but for the first. */
export function pricesByNode({ spec, agree }: Pick<JobToSettle, 'spec' | 'agree'>, runs: readonly WaitingRun[], nodeIds: readonly string[]): PaidPart[] {
  const prices = pricedRuns(spec, runs)
  const first = Math.min(...runs.map(({ copy }) => copy))
  return nodeIds.map((nodeId) => {
    const own = runs.filter(({ proof }) => proof.nodeId === nodeId)
    const isRepeated = agree > neededResults(spec) && own.every(({ copy }) => copy !== first)
    const priceMicroUsd = microUsd(own.reduce((sum, run) => sum + (prices.get(run) ?? 0n), 0n))
    return { nodeId, priceMicroUsd, paidBy: isRepeated ? 'platform' : 'requester' }
  })
}
