import type { PayoutBatchView } from '../../../shared/contract/payout-admin.ts'
import { toIso } from '../../../shared/units.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { wireAsset } from './assets.ts'

interface BatchPage {
  /** Only those that wait for an approval. */
  readonly waiting: boolean
  /** `null`: in any, of any. */
  readonly states?: readonly PayoutBatchView['state'][] | null
  readonly kinds?: readonly PayoutBatchView['kind'][] | null
  readonly after: string | null
  readonly limit: number
}

const rowsIn = (db: Db | Tx) => db.selectFrom('payout_batch').selectAll()
type Row = Awaited<ReturnType<ReturnType<typeof rowsIn>['executeTakeFirstOrThrow']>>

async function viewsOf(db: Db | Tx, rows: readonly Row[]): Promise<PayoutBatchView[]> {
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => id)
  const items = Map.groupBy(await db.selectFrom('payout_item').selectAll().where('batch_id', 'in', ids).execute(), (row) => row.batch_id)
  const made = await db.selectFrom('payout_attempt').select(['batch_id', 'signature', 'state']).where('batch_id', 'in', ids).orderBy('n').execute()
  const attempts = Map.groupBy(made, (row) => row.batch_id)
  const approvals = Map.groupBy(await db.selectFrom('payout_approval').selectAll().where('batch_id', 'in', ids).orderBy('at').execute(), (row) => row.batch_id)
  return rows.map((row) => {
    const paid = items.get(row.id) ?? []
    const tried = attempts.get(row.id) ?? []
    return {
      batchId: row.id,
      kind: row.kind,
      asset: wireAsset(row.asset),
      state: row.state,
      recipients: new Set(paid.map(({ address }) => address)).size,
      amount: String(paid.reduce((sum, item) => sum + item.amount, 0n)),
      microUsd: String(paid.reduce((sum, item) => sum + item.usd_micro, 0n)),
      memo: row.memo,
      rate: row.rate,
      approvalsNeeded: row.approvals_needed,
      approvedBy: (approvals.get(row.id) ?? []).map(({ operator }) => operator),
      signature: tried.findLast(({ state }) => state !== 'expired')?.signature ?? null,
      attempts: tried.length,
      failure: row.failure,
      createdAt: toIso(row.created_at),
      updatedAt: toIso(row.updated_at),
    }
  })
}

/** What operators see of batches, and their approvals. */
export const createBatchesStore = (db: Db | Tx) => ({
  async list({ waiting, states = null, kinds = null, after, limit }: BatchPage): Promise<{ items: PayoutBatchView[]; next: string | null }> {
    let query = rowsIn(db)
      .orderBy('id', 'desc')
      .limit(limit + 1)
    if (states !== null) query = query.where('state', 'in', states)
    if (kinds !== null) query = query.where('kind', 'in', kinds)
    if (waiting) query = query.where('state', '=', 'planned').where('approvals_needed', '>', 0)
    const rows = await (after === null ? query : query.where('id', '<', after)).execute()
    const page = rows.slice(0, limit)
    return { items: await viewsOf(db, page), next: rows.length > limit ? (page.at(-1)?.id ?? null) : null }
  },
  async view(batchId: string): Promise<PayoutBatchView | null> {
    const row = await rowsIn(db).where('id', '=', batchId).executeTakeFirst()
    return row ? ((await viewsOf(db, [row]))[0] ?? null) : null
  },
  /** Once for each operator. */
  async approve(batchId: string, operator: string, at: number): Promise<'approved' | 'known'> {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('payout_approval')
      .values({ batch_id: batchId, operator, at })
      .onConflict((conflict) => conflict.columns(['batch_id', 'operator']).doNothing())
      .executeTakeFirstOrThrow()
    return numInsertedOrUpdatedRows === 1n ? 'approved' : 'known'
  },
})
