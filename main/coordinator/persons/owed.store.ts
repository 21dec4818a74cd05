import { sql } from 'kysely'
import type { Db, Tx } from '../persistence/database.ts'
import type { Scope } from './persons.store.ts'

interface OpenBalance {
  readonly account: string
  readonly asset: string
  readonly amount: bigint
}

const ENDED_JOBS = ['completed', 'failed', 'expired', 'cancelled'] as const
const OPEN_VAULTS = ['waiting', 'funded', 'releasing'] as const
/** What was paid out, and credits that were redeemed, are in the books for good. */
const OVER = /:(?:paid|credits-redeemed)$/

const count = (rows: readonly { readonly id: string }[]): number => rows.length

/** All SQL by which is found what is still going on with a person. */
export const createOwedStore = (db: Db | Tx, { requesterIds, nodeIds, memberIds }: Scope) => ({
  async openJobs(): Promise<number> {
    if (requesterIds.length === 0) return 0
    return count(await db.selectFrom('job').select('id').where('requester_id', 'in', requesterIds).where('state', 'not in', ENDED_JOBS).execute())
  },
  /** Deposits that are on their way or held, and vaults that are not over. */
  async openDeposits(): Promise<number> {
    if (requesterIds.length === 0) return 0
    const deposits = db.selectFrom('funding_request').select('id').where('requester_id', 'in', requesterIds).where('state', 'in', ['waiting', 'held'])
    const vaults = db.selectFrom('vault').select('job_id as id').where('requester_id', 'in', requesterIds).where('state', 'in', OPEN_VAULTS)
    return count(await deposits.execute()) + count(await vaults.execute())
  },
  async nodesInService(): Promise<readonly string[]> {
    if (nodeIds.length === 0) return []
    const rows = await db.selectFrom('node').select('id').where('id', 'in', nodeIds).where('state', '!=', 'removed').execute()
    return rows.map(({ id }) => id)
  },
  /** Runs that are proven and not settled, and messages that nobody has looked at. */
  async openRuns(): Promise<number> {
    if (nodeIds.length === 0) return 0
    const proofs = db.selectFrom('proof').select('id').where('node_id', 'in', nodeIds).where('receipt_id', 'is', null).where('unpaid', 'is', null)
    const handedIn = db.selectFrom('proof_inbox').select('digest as id').where('node_id', 'in', nodeIds)
    return count(await proofs.execute()) + count(await handedIn.execute())
  },
  /** Whether one of them is an owner, and nobody else is. */
  async isLastOwner(): Promise<boolean> {
    if (memberIds.length === 0) return false
    const owners = await db.selectFrom('member').select('id').where('role', '=', 'owner').where('removed_at', 'is', null).execute()
    return owners.length > 0 && owners.every(({ id }) => memberIds.includes(id))
  },
  /** Accounts of theirs and of their jobs that hold something, or owe it. */
  async balances(): Promise<readonly OpenBalance[]> {
    const owners = [...requesterIds.map((id) => `requester:${id}`), ...nodeIds.map((id) => `node:${id}`)]
    if (owners.length === 0) return []
    const own = owners.map((owner) => sql`(account >= ${`${owner}:`} AND account < ${`${owner};`})`)
    const jobs = requesterIds.length === 0 ? sql`1 = 0` : sql`requester_id IN (${sql.join(requesterIds)})`
    const ofJobs = sql`account IN (SELECT 'job:' || id || ':reserved' FROM job WHERE ${jobs} UNION ALL SELECT 'dispute:' || id || ':held' FROM job WHERE ${jobs})`
    const { rows } = await sql<OpenBalance>`
      SELECT account, asset, amount FROM ledger_balance WHERE amount <> 0 AND (${sql.join(own, sql` OR `)} OR ${ofJobs}) ORDER BY account`.execute(db)
    return rows.filter(({ account }) => !OVER.test(account))
  },
})
