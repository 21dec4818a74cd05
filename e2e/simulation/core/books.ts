/** Whose money it is, by account: every booking takes from one what it gives to others, so that all accounts together come to nothing. */
import { priceOf, splitPrice } from '../../../shared/domain/pay.ts'
import type { JobSpec } from '../../../shared/contract/job.ts'
import type { Tx } from './database.ts'

interface Paid {
  readonly jobId: string
  readonly nodeId: string
  readonly spec: JobSpec
  readonly paidMs: number
}

export const reservedFor = (jobId: string): string => `reserved ${jobId}`
export const earnedBy = (nodeId: string): string => `earned ${nodeId}`
export const onItsWayTo = (nodeId: string): string => `paying ${nodeId}`
export const PAID_OUT = 'paid out'
const REQUESTER = 'requester'

export function money({ tables, put }: Tx) {
  const book = (account: string, amount: bigint): void => put('accounts', account, (tables.accounts.get(account) ?? 0n) + amount)
  const transfer = (from: string, to: string, amount: bigint): void => {
    if (amount === 0n) return
    book(from, -amount)
    book(to, amount)
  }
  return {
    transfer,
    reserve: (jobId: string, { price }: JobSpec) => transfer(REQUESTER, reservedFor(jobId), BigInt(price.maxMicroUsd)),
    release: ({ jobId }: { readonly jobId: string }) => transfer(reservedFor(jobId), REQUESTER, tables.accounts.get(reservedFor(jobId)) ?? 0n),
    /** The node's share and the platform's, and the rest back. */
    settle({ jobId, nodeId, spec, paidMs }: Paid): void {
      const price = priceOf(spec.price, paidMs)
      const { node, platform } = splitPrice(price)
      transfer(reservedFor(jobId), earnedBy(nodeId), node)
      transfer(reservedFor(jobId), 'platform', platform)
      transfer(reservedFor(jobId), REQUESTER, tables.accounts.get(reservedFor(jobId)) ?? 0n)
      put('settled', jobId, (tables.settled.get(jobId) ?? 0n) + 1n)
    },
  }
}
