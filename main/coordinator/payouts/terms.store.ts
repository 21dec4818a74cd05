import { type MicroUsd, microUsd } from '../../../shared/units.ts'
import type { Db, Tx } from '../persistence/database.ts'
import type { PayAsset } from './assets.ts'

/** How a node is paid. */
export interface Terms {
  readonly asset: PayAsset
  /** Paid as soon as it is worth it; otherwise only when its owner asks. */
  readonly automatic: boolean
  /** From how much on it is paid by itself; `null`: from the least that the coordinator pays. */
  readonly minimum: MicroUsd | null
}

export const USUAL_TERMS: Terms = { asset: 'lamports', automatic: true, minimum: null }

const toTerms = (row: { asset: PayAsset; automatic: number; minimum_micro: bigint | null }): Terms => ({
  asset: row.asset,
  automatic: row.automatic === 1,
  minimum: row.minimum_micro === null ? null : microUsd(row.minimum_micro),
})

/** All SQL on table `payout_terms`. */
export const createTermsStore = (db: Db | Tx) => ({
  async of(nodeId: string): Promise<Terms> {
    const row = await db.selectFrom('payout_terms').selectAll().where('node_id', '=', nodeId).executeTakeFirst()
    return row ? toTerms(row) : USUAL_TERMS
  },
  /** Of all nodes that have said; the others have the usual ones. */
  async all(): Promise<Map<string, Terms>> {
    const rows = await db.selectFrom('payout_terms').selectAll().execute()
    return new Map(rows.map((row) => [row.node_id, toTerms(row)]))
  },
  async save(nodeId: string, { asset, automatic, minimum }: Terms, at: number): Promise<void> {
    const row = { asset, automatic: automatic ? 1 : 0, minimum_micro: minimum, changed_at: at }
    await db
      .insertInto('payout_terms')
      .values({ node_id: nodeId, ...row })
      .onConflict((conflict) => conflict.column('node_id').doUpdateSet(row))
      .execute()
  },
})
