/**
 * Money of protected jobs. It lies in USDC in a vault outside the hot wallet, and the micro-USD that a job is paid with mirror it 1:1, so that a job is
 * settled in one way wherever its money lies: what of the USDC has no micro-USD left beside it is what the job came to.
 */
import type { MicroUsd } from '../../../shared/units.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { EXTERNAL_CHAIN, EXTERNAL_FUNDING, LOSSES, disputed, jobReserved, vaultMoney, vaultReleasing } from './accounts.ts'
import { createLedgerStore } from './ledger.store.ts'
import { createReadingStore } from './reading.store.ts'
import { type LedgerTransaction, transaction, usd, usdc } from './transaction.ts'

interface VaultOf {
  readonly requesterId: string
  readonly jobId: string
}

export interface VaultBalance {
  readonly microUsdc: bigint
  /** What nothing was paid or set aside of, micro-USD. */
  readonly free: bigint
}

export async function vaultBalance(db: Db | Tx, { requesterId, jobId }: VaultOf): Promise<VaultBalance> {
  const account = vaultMoney(requesterId, jobId)
  const store = createLedgerStore(db)
  return { microUsdc: await store.balanceOf(account, 'micro-usdc'), free: await store.balanceOf(account, 'micro-usd') }
}

/** The name that money set aside out of a vault is booked under. */
export const reservedFromVault = (jobId: string): string => `reserve-vault:${jobId}`

/** Sets the most a job can cost aside out of the vault of a protected job. */
export const reserveFromVault = (job: { jobId: string; requesterId: string; amount: MicroUsd; at: number }): LedgerTransaction =>
  transaction(reservedFromVault(job.jobId), job.at, [usd(vaultMoney(job.requesterId, job.jobId), jobReserved(job.jobId), job.amount)])

/** Why it is not known yet where the money of a vault goes; `null` if it is. */
export async function vaultHoldUp(db: Db | Tx, jobId: string): Promise<string | null> {
  const store = createLedgerStore(db)
  if ((await store.isBooked(reservedFromVault(jobId))) && !(await store.isBooked(`close:${jobId}`)))
    return `The job ${jobId} goes on. Wait until it has ended, or cancel it: windfall job cancel ${jobId}`
  if ((await store.balanceOf(disputed(jobId), 'micro-usd')) > 0n)
    return `There is a dispute about the job ${jobId} that is not decided. Once it is, the arbiter can sign what was decided.`
  return null
}

/** What arrived in a vault for good. */
export const vaultFunded = ({ requesterId, jobId, microUsdc, at }: VaultOf & { readonly microUsdc: bigint; readonly at: number }): LedgerTransaction =>
  transaction(`vault-funded:${jobId}`, at, [
    usdc(EXTERNAL_CHAIN, vaultMoney(requesterId, jobId), microUsdc),
    usd(EXTERNAL_FUNDING, vaultMoney(requesterId, jobId), microUsdc),
  ])

interface Released extends VaultOf, VaultBalance {
  readonly signature: string
  readonly at: number
}

/** All of it is about to leave by a transaction that two have signed; nothing else can be paid out of it. */
export const vaultReleased = ({ requesterId, jobId, microUsdc, free, signature, at }: Released): LedgerTransaction => {
  const from = vaultMoney(requesterId, jobId)
  return transaction(`vault-release:${signature}`, at, [usdc(from, vaultReleasing(requesterId, jobId), microUsdc), usd(from, EXTERNAL_FUNDING, free)])
}

interface WrittenOff extends VaultOf {
  /** What left the vault without the coordinator’s signature. */
  readonly missing: bigint
  /** What of it nothing was paid or set aside of: the requester’s own, which is back with whoever took it. */
  readonly free: bigint
  /** What is still there. */
  readonly left: bigint
  readonly reason: string
  readonly at: number
}

/** Requester and arbiter have taken money out of a vault together: what of it a job had come to is lost. */
export const vaultWrittenOff = ({ requesterId, jobId, missing, free, left, reason, at }: WrittenOff): LedgerTransaction => {
  const from = vaultMoney(requesterId, jobId)
  const transfers = [usdc(from, EXTERNAL_CHAIN, free), usdc(from, LOSSES, missing - free), usd(from, EXTERNAL_FUNDING, free)]
  return transaction(`vault-written-off:${jobId}:${left}`, at, transfers, reason)
}

interface Closing {
  readonly signature: string
  /** `kept`: the transaction failed, or never landed and never will, and everything is where it was. */
  readonly outcome: 'emptied' | 'kept'
  readonly at: number
}

/** Closes a release. What of it went to the hot wallet arrives there as anything does. */
export async function closeRelease(tx: Tx, { signature, outcome, at }: Closing): Promise<void> {
  const [release] = await createReadingStore(tx).named([`vault-release:${signature}`])
  const transfers = (release?.transfers ?? []).flatMap((one) => {
    if (outcome === 'kept') return [{ ...one, from: one.to, to: one.from }]
    return one.asset === 'micro-usdc' ? [usdc(one.to, EXTERNAL_CHAIN, one.amount)] : []
  })
  await createLedgerStore(tx).book(transaction(`vault-closed:${signature}`, at, transfers))
}
