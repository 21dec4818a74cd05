import type { Anchor } from '../../../shared/domain/carbon-receipt.ts'
import type { Db, Tx } from '../persistence/database.ts'

export interface PlannedAnchor {
  readonly treeSize: number
  readonly memo: string
  readonly plannedAt: number
  readonly done: boolean
}

/** All SQL on table `anchor`. */
export function createAnchorsStore(db: Db | Tx) {
  return {
    async newest(): Promise<PlannedAnchor | null> {
      const row = await db.selectFrom('anchor').selectAll().orderBy('tree_size', 'desc').limit(1).executeTakeFirst()
      return row ? { treeSize: row.tree_size, memo: row.memo, plannedAt: row.planned_at, done: row.signature !== null } : null
    },
    async plan({ treeSize, memo, plannedAt }: Omit<PlannedAnchor, 'done'>): Promise<void> {
      await db.insertInto('anchor').values({ tree_size: treeSize, memo, planned_at: plannedAt, cluster: null, signature: null, anchored_at: null }).execute()
    },
    /** True if this call was the one that completed it. */
    async complete({ memo, cluster, signature }: Anchor, at: number): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('anchor')
        .set({ cluster, signature, anchored_at: at })
        .where('memo', '=', memo)
        .where('signature', 'is', null)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
    /** As many receipts, from the first on, are anchored for good. */
    async anchoredSize(): Promise<number> {
      const final = db.selectFrom('anchor').select('tree_size').where('signature', 'is not', null)
      return (await final.orderBy('tree_size', 'desc').limit(1).executeTakeFirst())?.tree_size ?? 0
    },
    /** The first final anchor that covers a leaf. */
    async covering(leafIndex: number): Promise<{ readonly treeSize: number; readonly anchor: Anchor } | null> {
      const row = await db
        .selectFrom('anchor')
        .selectAll()
        .where('tree_size', '>', leafIndex)
        .where('signature', 'is not', null)
        .orderBy('tree_size')
        .limit(1)
        .executeTakeFirst()
      if (!row || row.signature === null || row.cluster === null) return null
      return { treeSize: row.tree_size, anchor: { cluster: row.cluster, signature: row.signature, memo: row.memo } }
    },
  }
}
