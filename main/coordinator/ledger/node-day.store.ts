import type { Db } from '../persistence/database.ts'
import { nodeConfirmed, nodePaying } from './accounts.ts'

/** Micro-USD that each of these nodes has earned since `since`, epoch milliseconds; money that a failed payout gave back is none of it. */
export async function earnedSince(db: Db, nodeIds: readonly string[], since: number): Promise<ReadonlyMap<string, bigint>> {
  if (nodeIds.length === 0) return new Map()
  const nodeOf = new Map(nodeIds.map((nodeId) => [nodeConfirmed(nodeId), nodeId]))
  const rows = await db
    .selectFrom('ledger_transfer as transfer')
    .innerJoin('ledger_transaction as booked', 'booked.id', 'transfer.transaction_id')
    .select(['transfer.to_account as account', 'transfer.amount as amount'])
    .where('transfer.to_account', 'in', [...nodeOf.keys()])
    .where('transfer.from_account', 'not in', nodeIds.map(nodePaying))
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
