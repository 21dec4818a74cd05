import { type Lamports, lamports, microUsd } from '../../../shared/units.ts'
import type { Db, Tx } from '../persistence/database.ts'
import type { Attempt, AttemptState, Batch, BatchState, Item, NewBatch } from './batch.ts'
import type { LiveAttempt } from './machine.ts'

const OPEN = ['planned', 'signed', 'sent', 'confirmed'] as const
/** Values in one statement; databases limit them. */
const PER_STATEMENT = 500
const LIVE = ['signed', 'sent', 'confirmed'] as const

interface ItemRow {
  id: string
  node_id: string
  address: string
  usd_micro: bigint
  due_lamports: bigint
}

const toItem = (row: ItemRow): Item => ({
  id: row.id,
  nodeId: row.node_id,
  address: row.address,
  microUsd: microUsd(row.usd_micro),
  lamports: lamports(row.due_lamports),
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
}): Attempt => ({
  id: row.id,
  n: row.n,
  signature: row.signature,
  raw: row.raw,
  lastValidBlockHeight: row.last_valid_block_height,
  signedSlot: row.signed_slot,
  fee: lamports(row.fee_lamports),
  state: row.state as LiveAttempt['state'],
})

async function readOpenBatches(db: Db | Tx): Promise<Batch[]> {
  const rows = await db.selectFrom('payout_batch').select(['id', 'kind', 'state', 'memo', 'rate']).where('state', 'in', OPEN).orderBy('id').execute()
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.id)
  const items = Map.groupBy(await db.selectFrom('payout_item').selectAll().where('batch_id', 'in', ids).orderBy('id').execute(), (row) => row.batch_id)
  const attempts = Map.groupBy(await db.selectFrom('payout_attempt').selectAll().where('batch_id', 'in', ids).execute(), (row) => row.batch_id)
  return rows.map((row) => {
    const made = attempts.get(row.id) ?? []
    const live = made.find((one) => LIVE.some((state) => state === one.state))
    return { ...row, items: (items.get(row.id) ?? []).map(toItem), attempts: made.length, live: live ? toAttempt(live) : null }
  })
}

function batches(db: Db | Tx) {
  return {
    /** A batch whose memo is known already is not added again. */
    async addBatch({ id, kind, memo, cluster, rate, at, items }: NewBatch): Promise<'added' | 'duplicate'> {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('payout_batch')
        .values({ id, kind, memo, cluster, rate, state: 'planned', failure: null, created_at: at, updated_at: at })
        .onConflict((conflict) => conflict.column('memo').doNothing())
        .executeTakeFirstOrThrow()
      if (numInsertedOrUpdatedRows === 0n) return 'duplicate'
      for (const item of items)
        await db
          .insertInto('payout_item')
          .values({ id: item.id, batch_id: id, node_id: item.nodeId, address: item.address, usd_micro: item.microUsd, due_lamports: item.lamports })
          .execute()
      return 'added'
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
      const { id, n, signature, raw, lastValidBlockHeight, signedSlot, fee } = attempt
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

function totals(db: Db | Tx) {
  return {
    /** Whether a batch waits for its next transaction. */
    async hasPlanned(): Promise<boolean> {
      return (await db.selectFrom('payout_batch').select('id').where('state', '=', 'planned').limit(1).executeTakeFirst()) !== undefined
    },
    /** Lamports in batches that are not final yet, fees of live attempts included. */
    async inFlight(): Promise<Lamports> {
      const open = db.selectFrom('payout_batch').select('id').where('state', 'in', OPEN)
      const items = await db.selectFrom('payout_item').select('due_lamports').where('batch_id', 'in', open).execute()
      const fees = await db.selectFrom('payout_attempt').select('fee_lamports').where('state', 'in', LIVE).execute()
      return lamports(items.reduce((sum, row) => sum + row.due_lamports, 0n) + fees.reduce((sum, row) => sum + row.fee_lamports, 0n))
    },
    async plannedSince(at: number): Promise<Lamports> {
      const recent = db.selectFrom('payout_batch').select('id').where('created_at', '>=', at).where('state', '!=', 'failed')
      const items = await db.selectFrom('payout_item').select('due_lamports').where('batch_id', 'in', recent).execute()
      return lamports(items.reduce((sum, row) => sum + row.due_lamports, 0n))
    },
  }
}

/** All SQL on batches, items and attempts that changes a state or feeds a decision. */
export const createPayoutsStore = (db: Db | Tx) => ({ ...batches(db), ...attempts(db), ...totals(db) })
