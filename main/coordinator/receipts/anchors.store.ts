import type { Anchor } from '../../../shared/domain/carbon-receipt.ts'
import type { Db, Schema, Tx } from '../persistence/database.ts'

export interface PlannedAnchor {
  readonly treeSize: number
  readonly memo: string
  readonly plannedAt: number
  readonly done: boolean
}

export interface ListedAnchor extends Omit<PlannedAnchor, 'done'> {
  readonly anchor: Anchor | null
}

const anchorOf = ({ cluster, signature, memo }: Schema['anchor']): Anchor | null =>
  signature === null || cluster === null ? null : { cluster, signature, memo }

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
    /** Of larger trees than `treeSize`, smallest first. */
    async after(treeSize: number, limit: number): Promise<readonly ListedAnchor[]> {
      const rows = await db.selectFrom('anchor').selectAll().where('tree_size', '>', treeSize).orderBy('tree_size').limit(limit).execute()
      return rows.map((row) => ({ treeSize: row.tree_size, memo: row.memo, plannedAt: row.planned_at, anchor: anchorOf(row) }))
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
      const anchor = row ? anchorOf(row) : null
      return row && anchor ? { treeSize: row.tree_size, anchor } : null
    },
  }
}
