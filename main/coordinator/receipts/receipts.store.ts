import type { ReceiptSummary } from '../../../shared/contract/receipt.ts'
import type { Envelope, PublicJwk } from '../../../shared/contract/wire.ts'
import { decodeBase64, encodeBase64 } from '../../../shared/domain/encoding.ts'
import type { Hash } from '../../../shared/domain/merkle.ts'
import type { StoredNode } from '../../../shared/domain/merkle-log.ts'
import { fromIso, toIso } from '../../../shared/units.ts'
import type { Db, Schema, Tx } from '../persistence/database.ts'

/** What a bundle is made of, beside the log. */
interface StoredReceipt {
  readonly leafIndex: number
  readonly envelope: Envelope
  readonly proofs: readonly Envelope[]
  readonly keys: readonly PublicJwk[]
  readonly rotations: readonly Envelope[]
}

export interface StoredHead {
  readonly treeSize: number
  readonly logId: string
  readonly rootHash: string
  readonly at: number
  readonly envelope: Envelope
}

const toHead = (row: Schema['tree_head']): StoredHead => ({
  treeSize: row.tree_size,
  logId: row.log_id,
  rootHash: row.root_hash,
  at: row.at,
  envelope: JSON.parse(row.envelope) as Envelope,
})

const COLUMNS = [
  'id',
  'leaf_index',
  'job_id',
  'node_id',
  'zone',
  'issued_at',
  'energy_wh',
  'emissions_g',
  'attributed_saving_g',
  'origin',
  'recorded_on',
  'method',
] as const

const toSummary = (row: Pick<Schema['receipt'], (typeof COLUMNS)[number]>): ReceiptSummary => ({
  receiptId: row.id,
  jobId: row.job_id,
  nodeId: row.node_id,
  zone: row.zone,
  issuedAt: toIso(row.issued_at),
  energyWh: row.energy_wh,
  emissionsG: row.emissions_g,
  attributedSavingG: row.attributed_saving_g,
  origin: row.origin,
  recordedOn: row.recorded_on,
  method: row.method,
  leafIndex: row.leaf_index,
})

function receipts(db: Db | Tx) {
  return {
    async addReceipt(summary: ReceiptSummary, { envelope, proofs, keys, rotations }: Omit<StoredReceipt, 'leafIndex'>): Promise<void> {
      const numbers = { energy_wh: summary.energyWh, emissions_g: summary.emissionsG, attributed_saving_g: summary.attributedSavingG }
      const names = {
        id: summary.receiptId,
        job_id: summary.jobId,
        node_id: summary.nodeId,
        zone: summary.zone,
        origin: summary.origin,
        recorded_on: summary.recordedOn,
        method: summary.method,
      }
      const texts = { envelope: JSON.stringify(envelope), proofs: JSON.stringify(proofs), keys: JSON.stringify(keys) }
      const changes = rotations.length === 0 ? null : JSON.stringify(rotations)
      await db
        .insertInto('receipt')
        .values({ ...names, ...numbers, ...texts, rotations: changes, leaf_index: summary.leafIndex, issued_at: fromIso(summary.issuedAt) })
        .execute()
    },
    async receipt(receiptId: string): Promise<StoredReceipt | null> {
      const row = await db
        .selectFrom('receipt')
        .select(['leaf_index', 'envelope', 'proofs', 'keys', 'rotations'])
        .where('id', '=', receiptId)
        .executeTakeFirst()
      if (!row) return null
      return {
        leafIndex: row.leaf_index,
        envelope: JSON.parse(row.envelope) as Envelope,
        proofs: JSON.parse(row.proofs) as Envelope[],
        keys: JSON.parse(row.keys) as PublicJwk[],
        rotations: JSON.parse(row.rotations ?? '[]') as Envelope[],
      }
    },
    /** Newest first, from below `before`. */
    async summaries(before: number | null, limit: number): Promise<ReceiptSummary[]> {
      const all = db.selectFrom('receipt').select(COLUMNS).orderBy('leaf_index', 'desc').limit(limit)
      return (await (before === null ? all : all.where('leaf_index', '<', before)).execute()).map(toSummary)
    },
  }
}

function log(db: Db | Tx) {
  return {
    async addNodes(nodes: readonly StoredNode[]): Promise<void> {
      await db
        .insertInto('log_node')
        .values(nodes.map(({ position, hash }) => ({ position, hash: encodeBase64(hash) })))
        .execute()
    },
    nodes: async (positions: readonly number[]): Promise<ReadonlyMap<number, Hash>> => {
      if (positions.length === 0) return new Map()
      const rows = await db.selectFrom('log_node').selectAll().where('position', 'in', positions).execute()
      return new Map(rows.map(({ position, hash }) => [position, decodeBase64(hash) ?? new Uint8Array()]))
    },
    async addHead({ treeSize, logId, rootHash, at, envelope }: StoredHead): Promise<void> {
      await db
        .insertInto('tree_head')
        .values({ tree_size: treeSize, log_id: logId, root_hash: rootHash, at, envelope: JSON.stringify(envelope) })
        .execute()
    },
    async newestHead(): Promise<StoredHead | null> {
      const row = await db.selectFrom('tree_head').selectAll().orderBy('tree_size', 'desc').limit(1).executeTakeFirst()
      return row ? toHead(row) : null
    },
    async head(treeSize: number): Promise<StoredHead | null> {
      const row = await db.selectFrom('tree_head').selectAll().where('tree_size', '=', treeSize).executeTakeFirst()
      return row ? toHead(row) : null
    },
  }
}

/** All SQL on tables `receipt`, `log_node` and `tree_head`. */
export const createReceiptsStore = (db: Db | Tx) => ({ ...receipts(db), ...log(db) })

export type ReceiptsStore = ReturnType<typeof createReceiptsStore>
