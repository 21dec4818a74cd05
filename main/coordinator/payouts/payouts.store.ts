import { lamports, microUsd } from '../../../shared/units.ts'
import type { Db, Tx } from '../persistence/database.ts'
import type { Attempt, AttemptState, Batch, BatchState, Item, NewBatch } from './batch.ts'
import { LIVE, OPEN, totalsOf } from './totals.store.ts'

/** Values in one statement; databases limit them. */
const PER_STATEMENT = 500

interface ItemRow {
  id: string
  node_id: string
  address: string
  usd_micro: bigint
  amount: bigint
  fee_micro: bigint
  rent_micro: bigint
  rent_lamports: bigint
  claim_id: string | null
  rate: string | null
}

const toItem = (row: ItemRow): Item => ({
  id: row.id,
  nodeId: row.node_id,
  address: row.address,
  microUsd: microUsd(row.usd_micro),
  amount: row.amount,
  feeMicroUsd: microUsd(row.fee_micro),
  rentMicroUsd: microUsd(row.rent_micro),
  rentLamports: lamports(row.rent_lamports),
  claimId: row.claim_id,
  rate: row.rate,
})

const toRow = (item: Item, batchId: string): ItemRow & { batch_id: string } => ({
  id: item.id,
  batch_id: batchId,
  node_id: item.nodeId,
  address: item.address,
  usd_micro: item.microUsd,
  amount: item.amount,
  fee_micro: item.feeMicroUsd,
  rent_micro: item.rentMicroUsd,
  rent_lamports: item.rentLamports,
  claim_id: item.claimId,
  rate: item.rate,
})

const toAttempt = (row: {
  id: string
  n: number
  signature: string
  raw: string
  last_valid_block_height: number
  signed_slot: number
  fee_lamports: bigint
  state: AttemptState
  lane: string | null
  nonce: string | null
}): Attempt => ({
  id: row.id,
  n: row.n,
  signature: row.signature,
  raw: row.raw,
  lastValidBlockHeight: row.last_valid_block_height,
  signedSlot: row.signed_slot,
  fee: lamports(row.fee_lamports),
  state: row.state as Attempt['state'],
  lane: row.lane,
  nonce: row.nonce,
})

async function readOpenBatches(db: Db | Tx): Promise<Batch[]> {
  const columns = ['id', 'kind', 'asset', 'state', 'memo', 'rate', 'approvals_needed'] as const
  const rows = await db.selectFrom('payout_batch').select(columns).where('state', 'in', OPEN).orderBy('id').execute()
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.id)
  const items = Map.groupBy(await db.selectFrom('payout_item').selectAll().where('batch_id', 'in', ids).orderBy('id').execute(), (row) => row.batch_id)
  const attempts = Map.groupBy(await db.selectFrom('payout_attempt').selectAll().where('batch_id', 'in', ids).execute(), (row) => row.batch_id)
  const approvals = Map.groupBy(await db.selectFrom('payout_approval').selectAll().where('batch_id', 'in', ids).execute(), (row) => row.batch_id)
  return rows.map(({ approvals_needed: needed, ...row }) => {
    const made = attempts.get(row.id) ?? []
    const live = made.find((one) => LIVE.some((state) => state === one.state))
    const approvalsMissing = Math.max(0, needed - (approvals.get(row.id) ?? []).length)
    return {
      ...row,
      approvalsMissing,
      items: (items.get(row.id) ?? []).map(toItem),
      attempts: made.length,
      live: live ? toAttempt(live) : null,
      rivals: made.filter(({ state }) => state === 'raised').map(toAttempt),
    }
  })
}

function batches(db: Db | Tx) {
  return {
    /** A batch whose memo is known already is not added again. */
    async addBatch({ id, kind, asset, memo, cluster, rate, at, approvalsNeeded }: NewBatch): Promise<'added' | 'duplicate'> {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('payout_batch')
        .values({ id, kind, asset, memo, cluster, rate, state: 'planned', failure: null, created_at: at, updated_at: at, approvals_needed: approvalsNeeded })
        .onConflict((conflict) => conflict.column('memo').doNothing())
        .executeTakeFirstOrThrow()
      return numInsertedOrUpdatedRows === 0n ? 'duplicate' : 'added'
    },
    async addItems(batchId: string, items: readonly Item[]): Promise<void> {
      await db
        .insertInto('payout_item')
        .values(items.map((item) => toRow(item, batchId)))
        .execute()
    },
    /** Takes payouts out of a batch that has failed, into a new one. */
    async moveItems(batchId: string, items: readonly Item[]): Promise<void> {
      for (const { id } of items) await db.updateTable('payout_item').set({ batch_id: batchId }).where('id', '=', id).execute()
    },
    /** Memos of the lanes that are open. */
    async laneMemos(): Promise<string[]> {
      const rows = await db.selectFrom('payout_batch').select('memo').where('kind', '=', 'lane').where('state', '=', 'finalized').execute()
      return rows.map(({ memo }) => memo)
    },
    /** Batches that are neither final nor failed, oldest first. */
    openBatches: () => readOpenBatches(db),
  }
}

interface BatchMove {
  readonly id: string
  readonly from: BatchState
  readonly to: BatchState
  readonly at: number
  readonly failure?: string | null
}

async function moveBatch(db: Db | Tx, { id, from, to, at, failure = null }: BatchMove): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('payout_batch')
    .set({ state: to, updated_at: at, failure })
    .where('id', '=', id)
    .where('state', '=', from)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

async function ownSignatures(db: Db | Tx, signatures: readonly string[]): Promise<Set<string>> {
  const known = new Set<string>()
  for (let start = 0; start < signatures.length; start += PER_STATEMENT) {
    const some = signatures.slice(start, start + PER_STATEMENT)
    const rows = await db.selectFrom('payout_attempt').select('signature').where('signature', 'in', some).execute()
    for (const { signature } of rows) known.add(signature)
  }
  return known
}

function attempts(db: Db | Tx) {
  return {
    async addAttempt(batchId: string, attempt: Omit<Attempt, 'state'>, at: number): Promise<void> {
      const { id, n, signature, raw, lastValidBlockHeight, signedSlot, fee, lane, nonce } = attempt
      await db
        .insertInto('payout_attempt')
        .values({
          id,
          batch_id: batchId,
          n,
          signature,
          raw,
          last_valid_block_height: lastValidBlockHeight,
          signed_slot: signedSlot,
          signed_at: at,
          fee_lamports: fee,
          state: 'signed',
          lane,
          nonce,
        })
        .execute()
    },
    /** False if the attempt is no longer in the state the decision was made on; then nothing may be done. */
    async moveAttempt(id: string, from: AttemptState, to: AttemptState): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('payout_attempt')
        .set({ state: to })
        .where('id', '=', id)
        .where('state', '=', from)
        .executeTakeFirstOrThrow()
      return numUpdatedRows === 1n
    },
    /** False if the batch is no longer in the state the decision was made on. */
    moveBatch: (move: BatchMove) => moveBatch(db, move),
    /** Which of these signatures we made ourselves. */
    ours: (signatures: readonly string[]) => ownSignatures(db, signatures),
  }
}

/** All SQL on batches, items and attempts that changes a state or feeds a decision. */
export const createPayoutsStore = (db: Db | Tx) => ({ ...batches(db), ...attempts(db), ...totalsOf(db) })
