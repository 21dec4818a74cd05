import type { z } from 'zod'
import type { PageRequest } from '../../../shared/contract/wire.ts'
import type { PayoutView } from '../../../shared/contract/payout.ts'
import { toIso } from '../../../shared/units.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { type PayAsset, wireAsset } from './assets.ts'

/** Payouts, newest first, one per node and batch. Pass `next` back as `after`. */
export async function listPayouts(db: Db | Tx, { after, limit }: z.output<typeof PageRequest>): Promise<{ items: PayoutView[]; next: string | null }> {
  const query = db
    .selectFrom('payout_item as item')
    .innerJoin('payout_batch as batch', 'batch.id', 'item.batch_id')
    .select([
      'item.id',
      'item.node_id',
      'item.address',
      'item.usd_micro',
      'item.amount',
      'item.fee_micro',
      'item.rent_micro',
      'item.claim_id',
      'item.rate as own_rate',
      'batch.asset',
      'batch.id as batch_id',
      'batch.state',
      'batch.rate',
      'batch.cluster',
      'batch.created_at',
      'batch.updated_at',
    ])
    .orderBy('item.id', 'desc')
    .limit(limit + 1)
  const rows = await (after === null ? query : query.where('item.id', '<', after)).execute()
  const page = rows.slice(0, limit)
  const attempts = await attemptsOf(db, [...new Set(page.map((row) => row.batch_id))])
  const items = page.map((row) => toView(row, attempts.get(row.batch_id) ?? []))
  return { items, next: rows.length > limit ? (page.at(-1)?.id ?? null) : null }
}

interface Row {
  id: string
  node_id: string
  address: string
  usd_micro: bigint
  amount: bigint
  fee_micro: bigint
  rent_micro: bigint
  claim_id: string | null
  asset: PayAsset
  state: PayoutView['state']
  rate: string
  own_rate: string | null
  cluster: string
  created_at: number
  updated_at: number
}

const toView = (row: Row, made: readonly { signature: string; state: string }[]): PayoutView => ({
  payoutId: row.id,
  nodeId: row.node_id,
  address: row.address,
  asset: wireAsset(row.asset),
  amount: row.amount.toString(),
  lamports: row.asset === 'lamports' ? row.amount.toString() : '0',
  microUsd: row.usd_micro.toString(),
  feeMicroUsd: row.fee_micro.toString(),
  rentMicroUsd: row.rent_micro.toString(),
  claimId: row.claim_id,
  rate: row.own_rate ?? row.rate,
  state: row.state,
  signature: made.findLast((one) => one.state !== 'expired')?.signature ?? null,
  cluster: row.cluster,
  attempts: made.length,
  createdAt: toIso(row.created_at),
  updatedAt: toIso(row.updated_at),
})

async function attemptsOf(db: Db | Tx, batchIds: readonly string[]): Promise<Map<string, { signature: string; state: string }[]>> {
  if (batchIds.length === 0) return new Map()
  const rows = await db.selectFrom('payout_attempt').select(['batch_id', 'signature', 'state']).where('batch_id', 'in', batchIds).orderBy('n').execute()
  return Map.groupBy(rows, (row) => row.batch_id)
}
