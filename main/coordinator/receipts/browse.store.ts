import type { Selectable } from 'kysely'
import type { ReceiptSummary } from '../../../shared/contract/receipt.ts'
import type { Envelope } from '../../../shared/contract/wire.ts'
import { toIso } from '../../../shared/units.ts'
import type { Db, Schema, Tx } from '../persistence/database.ts'
import { modelColumn } from './index-row.ts'

/** Which receipts are meant; what is left out does not matter. */
export interface ReceiptFilter {
  readonly requesterId?: string | undefined
  readonly jobId?: string | undefined
  readonly nodeId?: string | undefined
  readonly modelId?: string | undefined
  /** A zone and the ones inside it: `GB` and `GB-13`. */
  readonly zone?: string | undefined
  readonly receiptId?: string | undefined
  /** Hex SHA-256 of the receipt’s body, of the output, or of a proof it rests on. */
  readonly hash?: string | undefined
  /** Work that lies in, or reaches into, this stretch, epoch milliseconds. */
  readonly since?: number | undefined
  readonly until?: number | undefined
}

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

const toSummary = (row: Pick<Selectable<Schema['receipt']>, (typeof COLUMNS)[number]>): ReceiptSummary => ({
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

/** A receipt as it is summed and exported: its signed text, and what only the coordinator knows. */
export interface WorkedReceipt {
  readonly receiptId: string
  readonly leafIndex: number
  readonly envelope: Envelope
  readonly requesterId: string | null
  readonly endedAt: number
  readonly gpuHours: number
}

/** Where a page of {@link ReceiptBrowser.worked} ends. */
export interface WorkedCursor {
  readonly endedAt: number
  readonly leafIndex: number
}

const matching = (db: Db | Tx, filter: ReceiptFilter) => {
  const { requesterId, jobId, nodeId, modelId, zone, receiptId, hash, since, until } = filter
  let query = db.selectFrom('receipt')
  if (requesterId !== undefined) query = query.where('requester_id', '=', requesterId)
  if (jobId !== undefined) query = query.where('job_id', '=', jobId)
  if (nodeId !== undefined) query = query.where('node_id', '=', nodeId)
  if (modelId !== undefined) query = query.where('model_id', '=', modelColumn(modelId))
  if (zone !== undefined) query = query.where((e) => e.or([e('zone', '=', zone), e('zone', 'like', `${zone}-%`)]))
  if (receiptId !== undefined) query = query.where('id', '=', receiptId)
  if (hash !== undefined)
    query = query.where((e) =>
      e.or([
        e('body_sha256', '=', hash),
        e('output_sha256', '=', hash),
        e(
          'id',
          'in',
          e
            .selectFrom('proof')
            .select((p) => p.ref('proof.receipt_id').$notNull().as('id'))
            .where('proof.body_sha256', '=', hash),
        ),
      ]),
    )
  if (since !== undefined) query = query.where('ended_at', '>', since)
  if (until !== undefined) query = query.where('started_at', '<', until)
  return query
}

/** All SQL on table `receipt` that looks for some of them. */
export function createReceiptBrowser(db: Db | Tx) {
  return {
    /** Newest first, from below `before` in the log. */
    async summaries(filter: ReceiptFilter, before: number | null, limit: number): Promise<ReceiptSummary[]> {
      const found = matching(db, filter).select(COLUMNS).orderBy('leaf_index', 'desc').limit(limit)
      return (await (before === null ? found : found.where('leaf_index', '<', before)).execute()).map(toSummary)
    },
    /** Jobs that have more than one of these receipts. */
    async several(filter: ReceiptFilter): Promise<ReadonlySet<string>> {
      const rows = await matching(db, filter)
        .select('job_id')
        .groupBy('job_id')
        .having((e) => e.fn.countAll(), '>', 1)
        .execute()
      return new Set(rows.map(({ job_id }) => job_id))
    },
    /** In the order in which the work ended, from after `after`. */
    async worked(filter: ReceiptFilter, after: WorkedCursor | null, limit: number): Promise<WorkedReceipt[]> {
      let found = matching(db, filter).select(['id', 'leaf_index', 'envelope', 'requester_id', 'ended_at', 'gpu_hours']).where('ended_at', 'is not', null)
      if (after !== null)
        found = found.where((e) => e.or([e('ended_at', '>', after.endedAt), e.and([e('ended_at', '=', after.endedAt), e('leaf_index', '>', after.leafIndex)])]))
      const rows = await found.orderBy('ended_at').orderBy('leaf_index').limit(limit).execute()
      return rows.map((row) => ({
        receiptId: row.id,
        leafIndex: row.leaf_index,
        envelope: JSON.parse(row.envelope) as Envelope,
        requesterId: row.requester_id,
        endedAt: row.ended_at ?? 0,
        gpuHours: row.gpu_hours ?? 0,
      }))
    },
  }
}

export type ReceiptBrowser = ReturnType<typeof createReceiptBrowser>
