import { sql } from 'kysely'
import type { Db } from '../persistence/database.ts'

/** Counts over what other features keep: read, never written, and small or by an index, so that a scrape costs next to nothing. */
export function createFactsStore(db: Db) {
  const platform = async (name: string, asset: string): Promise<number> => {
    const row = await db.selectFrom('ledger_balance').select('amount').where('account', '=', name).where('asset', '=', asset).executeTakeFirst()
    return Number(row?.amount ?? 0n)
  }
  return {
    jobs: (states: readonly string[]) =>
      db
        .selectFrom('job')
        .select((e) => ['state', e.fn.countAll<number>().as('count')])
        .where('state', 'in', states as 'queued'[])
        .groupBy('state')
        .execute(),
    nodes: () =>
      db
        .selectFrom('node')
        .select((e) => ['state', e.fn.countAll<number>().as('count')])
        .groupBy('state')
        .execute(),
    /** `oldest`: when the first of them was planned, epoch ms. */
    payouts: (states: readonly string[]) =>
      db
        .selectFrom('payout_batch')
        .select((e) => ['state', e.fn.countAll<number>().as('count'), e.fn.min<number>('created_at').as('oldest')])
        .where('kind', '=', 'payout')
        .where('state', 'in', states as 'planned'[])
        .groupBy('state')
        .execute(),
    isPaused: async (): Promise<boolean> => (await db.selectFrom('payout_pause').select('id').limit(1).executeTakeFirst()) !== undefined,
    /** The newest anchor that is final: how much of the log it covers and when it came, epoch ms. */
    async anchor(): Promise<{ readonly treeSize: number; readonly at: number }> {
      const final = db.selectFrom('anchor').select(['tree_size', 'anchored_at']).where('signature', 'is not', null)
      const row = await final.orderBy('tree_size', 'desc').limit(1).executeTakeFirst()
      return { treeSize: row?.tree_size ?? 0, at: row?.anchored_at ?? 0 }
    },
    treasury: () => platform('platform:treasury', 'lamports'),
    revenue: () => platform('platform:revenue', 'micro-usd'),
    /** What all nodes have in one of their accounts, micro-USD; as exact as a sum for a graph has to be. */
    async owed(stage: string): Promise<number> {
      const row = await db
        .selectFrom('ledger_balance')
        .select(sql<number | null>`SUM(CAST(amount AS DOUBLE PRECISION))`.as('held'))
        .where('account', '>=', 'node:')
        .where('account', '<', 'node;')
        .where('account', 'like', `node:%:${stage}`)
        .where('asset', '=', 'micro-usd')
        .executeTakeFirst()
      return row?.held ?? 0
    },
  }
}
