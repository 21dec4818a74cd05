import type { Db } from '../persistence/database.ts'
import { PAYOUT_CHARGES } from './accounts.ts'

/** Micro-USD that nodes were credited so far: what is owed to them, and what they gave up for their payouts. */
export async function earnedSoFar(db: Db): Promise<bigint> {
  const rows = await db
    .selectFrom('ledger_balance')
    .select(['amount'])
    .where('asset', '=', 'micro-usd')
    // Account names are hierarchical: ; follows : in every code page.
    .where((e) => e.or([e('account', '=', PAYOUT_CHARGES), e.and([e('account', '>=', 'node:'), e('account', '<', 'node;')])]))
    .execute()
  return rows.reduce((sum, { amount }) => sum + amount, 0n)
}
