import { sql } from 'kysely'
import type { Db, Tx } from '../persistence/database.ts'
import type { Credit } from './credits.ts'

type IssuedCredit = Omit<Credit, 'at'> & {
  /** Place of its receipt in the log. */
  readonly leafIndex: number
  /** Whether every grid figure of its receipt was measured, and for that time. */
  readonly isMeasured: boolean
}

/** All SQL on table `credit`: which receipts wait for their credits to be verified. */
export function createCreditsStore(db: Db | Tx) {
  return {
    /** Once for each receipt. */
    async add(issued: readonly IssuedCredit[]): Promise<void> {
      const rows = issued.map(({ receiptId, nodeId, microEur, leafIndex, isMeasured }) => ({
        receipt_id: receiptId,
        node_id: nodeId,
        amount: microEur,
        leaf_index: leafIndex,
        waits: isMeasured ? 1 : 0,
      }))
      await db
        .insertInto('credit')
        .values(rows)
        .onConflict((conflict) => conflict.column('receipt_id').doNothing())
        .execute()
    },
    /** Measured ones whose receipts are among the first `treeSize` of the log, oldest first. */
    async due(treeSize: number, limit: number): Promise<Omit<Credit, 'at'>[]> {
      const rows = await db
        .selectFrom('credit')
        .select(['receipt_id as receiptId', 'node_id as nodeId', 'amount'])
        .where('waits', '=', sql.lit(1))
        .where('leaf_index', '<', treeSize)
        .orderBy('leaf_index')
        .limit(limit)
        .execute()
      return rows.map(({ amount, ...row }) => ({ ...row, microEur: amount }))
    },
    async verified(receiptIds: readonly string[]): Promise<void> {
      await db.updateTable('credit').set({ waits: 0 }).where('receipt_id', 'in', receiptIds).execute()
    },
  }
}
