import type { Db } from '../persistence/database.ts'
import { nodeAccrued, nodeConfirmed } from './accounts.ts'

/** Micro-USD that jobs have brought each of these nodes since `since`, epoch milliseconds; money that a failed payout or a dispute gave back is none of it. */
export async function earnedSince(db: Db, nodeIds: readonly string[], since: number): Promise<ReadonlyMap<string, bigint>> {
  if (nodeIds.length === 0) return new Map()
  const nodeOf = new Map(nodeIds.map((nodeId) => [nodeConfirmed(nodeId), nodeId]))
  const rows = await db
    .selectFrom('ledger_transfer as transfer')
    .innerJoin('ledger_transaction as booked', 'booked.id', 'transfer.transaction_id')
    .select(['transfer.to_account as account', 'transfer.amount as amount'])
    .where('transfer.to_account', 'in', [...nodeOf.keys()])
    // Account names are hierarchical: ; follows : in every code page.
    .where((e) =>
      e.or([
        e('transfer.from_account', 'in', nodeIds.map(nodeAccrued)),
        e.and([e('transfer.from_account', '>=', 'job:'), e('transfer.from_account', '<', 'job;')]),
      ]),
    )
    .where('transfer.asset', '=', 'micro-usd')
    .where('booked.at', '>=', since)
    .execute()
  const sums = new Map<string, bigint>()
  for (const { account, amount } of rows) {
    const nodeId = nodeOf.get(account) ?? ''
    sums.set(nodeId, (sums.get(nodeId) ?? 0n) + amount)
  }
  return sums
}
