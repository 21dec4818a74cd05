import type { Db, Tx } from '../persistence/database.ts'
import { createOwedStore } from './owed.store.ts'
import type { Scope } from './persons.store.ts'

const many = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`

/** Of a balance, what is to be done about it. */
function settle(account: string, amount: bigint): string {
  if (account.endsWith(':prepaid')) return 'ask the operator to pay it back (windfall ledger refund), or use it up'
  if (amount < 0n) return 'pay it in first (windfall requester deposit)'
  if (account.includes(':credits-')) return 'redeem them first (windfall ledger redeem); those that are pending are verified once their receipts are anchored'
  if (account.startsWith('node:')) return 'take it first (windfall payout claim), or wait for the payout that is on its way'
  return 'wait until the job it belongs to is settled'
}

/** What has to be done before a person can be forgotten, in words; empty if nothing. */
export async function whatIsOwed(db: Db | Tx, scope: Scope): Promise<string[]> {
  const store = createOwedStore(db, scope)
  const [jobs, runs, deposits] = [await store.openJobs(), await store.openRuns(), await store.openDeposits()]
  const balances = await store.balances()
  return [
    ...(jobs > 0 ? [`${many(jobs, 'job')} of this account ${jobs === 1 ? 'has' : 'have'} not ended: wait, or cancel (windfall job cancel)`] : []),
    ...(runs > 0 ? [`${many(runs, 'run')} of these machines ${runs === 1 ? 'is' : 'are'} proven and not settled: wait until the jobs are finished`] : []),
    ...(deposits > 0
      ? [`${many(deposits, 'deposit or vault')} of this account ${deposits === 1 ? 'is' : 'are'} not over: wait, or give it up (windfall vault cancel)`]
      : []),
    ...balances.map(({ account, asset, amount }) => `${account} holds ${amount} ${asset}: ${settle(account, amount)}`),
    ...((await store.isLastOwner()) ? ['this is the only owner of the coordinator: make somebody else one first (windfall member set-role)'] : []),
  ]
}

/** What can be done during the time in which an erasure can still be cancelled, and has to be by its end. */
export const whatGoesOn = async (db: Db | Tx, scope: Scope): Promise<string[]> =>
  (await createOwedStore(db, scope).nodesInService()).map((nodeId) => `machine ${nodeId} is in service: take it out (windfall node remove)`)
