import type { ReceiptSummary } from '../../../shared/contract/receipt.ts'
import type { Envelope, PublicJwk } from '../../../shared/contract/wire.ts'
import { fromIso } from '../../../shared/units.ts'
import type { Db, Schema, Tx } from '../persistence/database.ts'
import { indexRowOf } from './index-row.ts'

/** What a bundle is made of, beside the log. */
export interface StoredReceipt {
  readonly leafIndex: number
  readonly envelope: Envelope
  readonly proofs: readonly Envelope[]
  readonly keys: readonly PublicJwk[]
  readonly rotations: readonly Envelope[]
}

const toStored = (row: Pick<Schema['receipt'], 'leaf_index' | 'envelope' | 'proofs' | 'keys' | 'rotations'>): StoredReceipt => ({
  leafIndex: row.leaf_index,
  envelope: JSON.parse(row.envelope) as Envelope,
  proofs: JSON.parse(row.proofs) as Envelope[],
  keys: JSON.parse(row.keys) as PublicJwk[],
  rotations: JSON.parse(row.rotations ?? '[]') as Envelope[],
})

export interface NewReceipt extends Omit<StoredReceipt, 'leafIndex'> {
  readonly summary: ReceiptSummary
}

const toRow = ({ summary, envelope, proofs, keys, rotations }: NewReceipt): Omit<Schema['receipt'], 'requester_id'> => ({
  id: summary.receiptId,
  leaf_index: summary.leafIndex,
  job_id: summary.jobId,
  node_id: summary.nodeId,
  zone: summary.zone,
  issued_at: fromIso(summary.issuedAt),
  energy_wh: summary.energyWh,
  emissions_g: summary.emissionsG,
  attributed_saving_g: summary.attributedSavingG,
  origin: summary.origin,
  recorded_on: summary.recordedOn,
  method: summary.method,
  envelope: JSON.stringify(envelope),
  proofs: JSON.stringify(proofs),
  keys: JSON.stringify(keys),
  rotations: rotations.length === 0 ? null : JSON.stringify(rotations),
  ...indexRowOf(envelope, proofs),
})

const STORED = ['leaf_index', 'envelope', 'proofs', 'keys', 'rotations'] as const

/** All SQL on table `receipt` that writes receipts or reads them whole. */
export const createReceiptsStore = (db: Db | Tx) => ({
  async addReceipts(added: readonly NewReceipt[]): Promise<void> {
    await db
      .insertInto('receipt')
      .values((e) => added.map((one) => ({ ...toRow(one), requester_id: e.selectFrom('job').select('requester_id').where('id', '=', one.summary.jobId) })))
      .execute()
  },
  async receipt(receiptId: string): Promise<StoredReceipt | null> {
    const row = await db.selectFrom('receipt').select(STORED).where('id', '=', receiptId).executeTakeFirst()
    return row ? toStored(row) : null
  },
  async leafOf(receiptId: string): Promise<number | null> {
    return (await db.selectFrom('receipt').select('leaf_index').where('id', '=', receiptId).executeTakeFirst())?.leaf_index ?? null
  },
  /** Characters of what is kept of each receipt, by its place in the log, from `from` on. */
  async lengths(from: number, limit: number): Promise<readonly number[]> {
    const rows = await db
      .selectFrom('receipt')
      .select(({ fn }) => [fn<number>('length', ['envelope']).as('envelope'), fn<number>('length', ['proofs']).as('proofs')])
      .where('leaf_index', '>=', from)
      .orderBy('leaf_index')
      .limit(limit)
      .execute()
    return rows.map(({ envelope, proofs }) => envelope + proofs)
  },
  async receipts(from: number, limit: number): Promise<(StoredReceipt & { readonly requesterId: string | null })[]> {
    const rows = await db
      .selectFrom('receipt')
      .select([...STORED, 'requester_id'])
      .where('leaf_index', '>=', from)
      .orderBy('leaf_index')
      .limit(limit)
      .execute()
    return rows.map((row) => ({ ...toStored(row), requesterId: row.requester_id }))
  },
})
