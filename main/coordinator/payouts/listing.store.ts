import { sql } from 'kysely'
import type { z } from 'zod'
import type { PageRequest } from '../../../shared/contract/wire.ts'
import type { PayoutView } from '../../../shared/contract/payout.ts'
import { each } from '../../../shared/contract/several.ts'
import { toIso } from '../../../shared/units.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { type Search, among, look } from '../persistence/looking.ts'
import { type PayAsset, wireAsset } from './assets.ts'

interface PayoutFilter {
  readonly states: readonly PayoutView['state'][] | null
  readonly nodeId: string | null
  readonly batchId: string | null
}

const ITEM = sql`payout_item AS item INNER JOIN payout_batch AS batch ON batch.id = item.batch_id`

const searchFor = ({ states, nodeId, batchId }: PayoutFilter): Search => ({
  from: states === null ? sql`payout_item AS item` : ITEM,
  at: null,
  id: sql`item.id`,
  by: [...(nodeId === null ? [] : [sql`item.node_id = ${nodeId}`]), ...(batchId === null ? [] : [sql`item.batch_id = ${batchId}`])],
  rest: states === null ? [] : [among(sql`batch.state`, states)],
})

interface Asked extends Pick<z.output<typeof PageRequest>, 'after' | 'limit'> {
  readonly state?: string | undefined
  readonly node?: string | undefined
  readonly batch?: string | undefined
}

/** Payouts, newest first, one per node and batch. Pass `next` back as `after`. */
export async function listPayouts(db: Db | Tx, { state, node, batch, after, limit }: Asked): Promise<{ items: PayoutView[]; next: string | null }> {
  const filter = { states: each<PayoutView['state']>(state), nodeId: node ?? null, batchId: batch ?? null }
  const { spots, next } = await look(db, searchFor(filter), { before: after === null ? null : { at: 0, id: after }, limit })
  const ids = spots.map(({ id }) => id)
  const page = ids.length === 0 ? [] : await rowsOf(db, ids)
  const attempts = await attemptsOf(db, [...new Set(page.map((row) => row.batch_id))])
  return { items: page.map((row) => toView(row, attempts.get(row.batch_id) ?? [])), next: next?.id ?? null }
}

const rowsOf = (db: Db | Tx, ids: readonly string[]): Promise<Row[]> =>
  db
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
    .where('item.id', 'in', ids)
    .orderBy('item.id', 'desc')
    .execute()

interface Row {
  id: string
  batch_id: string
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
