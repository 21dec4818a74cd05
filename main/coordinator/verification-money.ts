import { splitPrice } from '../../shared/domain/pay.ts'
import { WindfallError } from '../../shared/errors.ts'
import { type MicroUsd, microUsd } from '../../shared/units.ts'
import { PLATFORM_REVENUE, VERIFIER, requesterPrepaid } from './ledger/accounts.ts'
import { createLedgerStore } from './ledger/ledger.store.ts'
import { type Repeated, fundVerification, repeatJob } from './ledger/verification-entries.ts'
import { type Db, type Tx, transact } from './persistence/database.ts'
import { createAllowanceStore } from './quorum/allowance.store.ts'
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

interface Repeat {
  readonly jobId: string
  readonly requesterId: string
  readonly amount: MicroUsd
  /** So much more than a requester's jobs have brought the platform may go into having them repeated. */
  readonly allowance: bigint
}

/**
 * Whether the platform could and would pay so much for having one of this requester's jobs repeated. Who submits jobs may own the nodes that do them: paid
 * without an end, each repetition would bring him more than the job cost him.
 */
export const canRepeatFor = async (db: Db | Tx, { requesterId, amount, allowance }: Omit<Repeat, 'jobId'>): Promise<boolean> =>
  (await createAllowanceStore(db).net(requesterId)) + allowance >= amount && (await canVerifyFor(db, amount))

/** Sets money of the platform aside to have a job repeated. Error: `funds.insufficient`. */
export async function reserveRepeating(tx: Tx, { jobId, requesterId, amount, allowance, at }: Repeat & { readonly at: number }): Promise<void> {
  const left = (await createAllowanceStore(tx).add(requesterId, 0n - amount)) + allowance
  if (left < 0n) throw new WindfallError('funds.insufficient', 'The jobs of this requester have been repeated for more than they brought.')
  await fundVerificationOf(tx, { id: jobId, amount, at })
  await createLedgerStore(tx).book(repeatJob({ jobId, amount, at }))
}

/** What a compared job brought the platform in the end: its share of what the requester paid, and what of its own money nobody earned. */
export async function noteRepeated(
  tx: Tx,
  { requesterId, repeating = 0n, parts }: { readonly requesterId: string; readonly repeating?: bigint; readonly parts: Repeated['parts'] },
): Promise<void> {
  const net = parts.reduce((sum, { price, paidBy }) => (paidBy === 'platform' ? sum - splitPrice(price).node : sum + splitPrice(price).platform), repeating)
  if (net !== 0n) await createAllowanceStore(tx).add(requesterId, net)
}
