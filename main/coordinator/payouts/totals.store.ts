import { type MicroUsd, microUsd } from '../../../shared/units.ts'
import type { Db, Tx } from '../persistence/database.ts'
import type { PayAsset } from './assets.ts'

/** Batches that are neither final nor failed, and attempts that may still land. */
export const OPEN = ['planned', 'signed', 'sent', 'confirmed'] as const
export const LIVE = ['signed', 'sent', 'confirmed'] as const

/** Sums over batches, items and attempts, for limits and caps. */
export function totalsOf(db: Db | Tx) {
  return {
    /** Whether a batch waits for its next transaction. */
    async hasPlanned(): Promise<boolean> {
      return (await db.selectFrom('payout_batch').select('id').where('state', '=', 'planned').limit(1).executeTakeFirst()) !== undefined
    },
    /** What of an asset is in batches that are not final yet; of lamports with the rents they pay and the fees of live attempts. */
    async inFlight(asset: PayAsset): Promise<bigint> {
      const open = await db
        .selectFrom('payout_item as item')
        .innerJoin('payout_batch as batch', 'batch.id', 'item.batch_id')
        .select(['batch.asset', 'item.amount', 'item.rent_lamports'])
        .where('batch.state', 'in', OPEN)
        .execute()
      const paid = open.reduce((sum, row) => (row.asset === asset ? sum + row.amount : sum), 0n)
      if (asset !== 'lamports') return paid
      const fees = await db.selectFrom('payout_attempt').select('fee_lamports').where('state', 'in', LIVE).execute()
      return paid + open.reduce((sum, row) => sum + row.rent_lamports, 0n) + fees.reduce((sum, row) => sum + row.fee_lamports, 0n)
    },
    /** What was planned of an asset since then. */
    async plannedSince(at: number, asset: PayAsset): Promise<bigint> {
      const recent = db.selectFrom('payout_batch').select('id').where('created_at', '>=', at).where('state', '!=', 'failed').where('asset', '=', asset)
      const items = await db.selectFrom('payout_item').select('amount').where('batch_id', 'in', recent).execute()
      return items.reduce((sum, row) => sum + row.amount, 0n)
    },
    /** What was planned since then is worth, in all assets. */
    async worthSince(at: number): Promise<MicroUsd> {
      return microUsd([...(await this.recipientsSince(at)).values()].reduce((sum, one) => sum + one, 0n))
    },
    /** What was planned for each address since then, in all assets. */
    async recipientsSince(at: number): Promise<Map<string, MicroUsd>> {
      const recent = db.selectFrom('payout_batch').select('id').where('created_at', '>=', at).where('state', '!=', 'failed')
      const items = await db.selectFrom('payout_item').select(['address', 'usd_micro']).where('batch_id', 'in', recent).execute()
      const sums = new Map<string, MicroUsd>()
      for (const { address, usd_micro: usd } of items) sums.set(address, microUsd((sums.get(address) ?? 0n) + usd))
      return sums
    },
  }
}
