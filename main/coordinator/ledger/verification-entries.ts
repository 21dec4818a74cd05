/** What checking the work of nodes costs the platform, as ledger transactions. Pure. */
import { splitPrice } from '../../../shared/domain/pay.ts'
import { type MicroUsd, microUsd } from '../../../shared/units.ts'
import { PLATFORM_REVENUE, VERIFIER, jobRepeating, nodeConfirmed, requesterPrepaid } from './accounts.ts'
import { type LedgerTransaction, type Transfer, transaction, usd } from './transaction.ts'

export interface Repeated {
  readonly jobId: string
  /** What the platform has set aside to have it repeated. */
  readonly repeating?: MicroUsd
  /** What is paid for the runs of each node, by the requester if nothing is said. */
  readonly parts: readonly { readonly nodeId: string; readonly price: MicroUsd; readonly paidBy?: 'requester' | 'platform' }[]
}

/** What the platform had repeated is paid like any other work, out of what it set aside; the rest comes back to it. */
export function payRepeating({ jobId, repeating = microUsd(0n), parts }: Repeated): Transfer[] {
  const from = jobRepeating(jobId)
  const ours = parts.filter(({ paidBy }) => paidBy === 'platform')
  const rest = ours.reduce<bigint>((left, { price }) => left - price, repeating)
  const paid = ours.flatMap(({ nodeId, price }) => {
    const { node, platform } = splitPrice(price)
    return [usd(from, nodeConfirmed(nodeId), node), usd(from, PLATFORM_REVENUE, platform)]
  })
  return [...paid, usd(from, requesterPrepaid(VERIFIER), rest)]
}

/** The platform sets the most aside that having a job repeated can cost. */
export const repeatJob = ({ jobId, amount, at }: { readonly jobId: string; readonly amount: MicroUsd; readonly at: number }): LedgerTransaction =>
  transaction(`repeat:${jobId}`, at, [usd(requesterPrepaid(VERIFIER), jobRepeating(jobId), amount)])

/** Part of what the platform has earned goes into checking the work of nodes. `id` names what it is for. */
export const fundVerification = ({ id, amount, at }: { readonly id: string; readonly amount: MicroUsd; readonly at: number }): LedgerTransaction =>
  transaction(`verification:${id}`, at, [usd(PLATFORM_REVENUE, requesterPrepaid(VERIFIER), amount)])
