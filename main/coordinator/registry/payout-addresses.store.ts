import type { AddressSource } from '../../../shared/contract/wallet.ts'
import type { Db, Tx } from '../persistence/database.ts'

export interface PaidTo {
  readonly address: string
  /** `null`: older than this record. */
  readonly source: AddressSource | null
  /** Epoch milliseconds. */
  readonly since: number
}

export interface AddressChange {
  readonly address: string
  readonly source: AddressSource
  /** Epoch milliseconds, both. */
  readonly requestedAt: number
  readonly effectiveAt: number
}

const RECENT = 50

function current(db: Db | Tx) {
  return {
    /** Newest first. */
    async history(nodeId: string): Promise<PaidTo[]> {
      const rows = await db.selectFrom('node_payout_address').selectAll().where('node_id', '=', nodeId).orderBy('version', 'desc').limit(RECENT).execute()
      return rows.map(({ address, source, recorded_at }) => ({ address, source, since: recorded_at }))
    },
    async set(nodeId: string, { address, source, since }: PaidTo): Promise<void> {
      const versions = db.selectFrom('node_payout_address').select('version').where('node_id', '=', nodeId)
      const last = await versions.orderBy('version', 'desc').limit(1).executeTakeFirst()
      await db.updateTable('node').set({ payout_address: address }).where('id', '=', nodeId).execute()
      await db
        .insertInto('node_payout_address')
        .values({ node_id: nodeId, version: (last?.version ?? 0) + 1, address, recorded_at: since, source })
        .execute()
    },
    async setting(nodeId: string): Promise<string | null> {
      return (await db.selectFrom('node').select('payout_setting').where('id', '=', nodeId).executeTakeFirst())?.payout_setting ?? null
    },
    async setSetting(nodeId: string, address: string): Promise<void> {
      await db.updateTable('node').set({ payout_setting: address }).where('id', '=', nodeId).execute()
    },
  }
}

function changes(db: Db | Tx) {
  return {
    async pending(nodeId: string): Promise<AddressChange | null> {
      const row = await db.selectFrom('payout_address_change').selectAll().where('node_id', '=', nodeId).executeTakeFirst()
      return row ? { address: row.address, source: row.source, requestedAt: row.requested_at, effectiveAt: row.effective_at } : null
    },
    async request(nodeId: string, { address, source, requestedAt, effectiveAt }: AddressChange): Promise<void> {
      const change = { address, source, requested_at: requestedAt, effective_at: effectiveAt }
      await db
        .insertInto('payout_address_change')
        .values({ node_id: nodeId, ...change })
        .onConflict((conflict) => conflict.column('node_id').doUpdateSet(change))
        .execute()
    },
    /** `false` if none was waiting. */
    async drop(nodeId: string): Promise<boolean> {
      const { numDeletedRows } = await db.deleteFrom('payout_address_change').where('node_id', '=', nodeId).executeTakeFirst()
      return numDeletedRows > 0n
    },
    /** Nodes whose change takes effect by `now`. */
    async due(now: number): Promise<string[]> {
      const rows = await db.selectFrom('payout_address_change').select('node_id').where('effective_at', '<=', now).execute()
      return rows.map((row) => row.node_id)
    },
    /** Nodes that are not paid until a change of theirs has taken effect or was taken back. */
    async waiting(): Promise<ReadonlySet<string>> {
      const rows = await db.selectFrom('payout_address_change').select('node_id').execute()
      return new Set(rows.map((row) => row.node_id))
    },
  }
}

/** All SQL on where nodes are paid. Histories are kept: nothing is overwritten but the current address. */
export const createPayoutAddressesStore = (db: Db | Tx) => ({ ...current(db), ...changes(db) })
