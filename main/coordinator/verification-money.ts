import { type MicroUsd, microUsd } from '../../shared/units.ts'
import { PLATFORM_REVENUE, VERIFIER, requesterPrepaid } from './ledger/accounts.ts'
import { createLedgerStore } from './ledger/ledger.store.ts'
import { fundVerification, repeatJob } from './ledger/verification-entries.ts'
import { type Db, type Tx, transact } from './persistence/database.ts'
import { createApiKeysStore } from './registry/api-keys.store.ts'

/** Whose account it is has no key, so that operators can fund it and nobody can spend it. Repeating this is harmless. */
export const openVerificationAccount = (db: Db, at: number): Promise<void> =>
  transact(db, (tx) => createApiKeysStore(tx).addRequester({ id: VERIFIER, name: 'Checks the work of nodes', at }))

const balances = async (db: Db | Tx) => {
  const own = requesterPrepaid(VERIFIER)
  const held = await createLedgerStore(db).balancesOf([own, PLATFORM_REVENUE], 'micro-usd')
  return { own: held.get(own) ?? 0n, revenue: held.get(PLATFORM_REVENUE) ?? 0n }
}

/** Whether the platform could pay so much for checking the work of nodes: with what was given to that, or with what it has earned. */
export async function canVerifyFor(db: Db | Tx, amount: MicroUsd): Promise<boolean> {
  const { own, revenue } = await balances(db)
  return own + revenue >= amount
}

/** Sees to it that so much is there for checking the work of nodes, out of what the platform has earned. `id` names what it is for. Error: `funds.insufficient`. */
export async function fundVerificationOf(tx: Tx, { id, amount, at }: { readonly id: string; readonly amount: MicroUsd; readonly at: number }): Promise<void> {
  const { own } = await balances(tx)
  if (own < amount) await createLedgerStore(tx).book(fundVerification({ id, amount: microUsd(amount - own), at }))
}

/** Sets money of the platform aside to have a job repeated. Error: `funds.insufficient`. */
export async function reserveRepeating(tx: Tx, order: { readonly jobId: string; readonly amount: MicroUsd; readonly at: number }): Promise<void> {
  await fundVerificationOf(tx, { ...order, id: order.jobId })
  await createLedgerStore(tx).book(repeatJob(order))
}
