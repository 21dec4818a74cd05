import type { Db } from '../persistence/database.ts'
import type { BookedMoves, JobFacts } from './profit.ts'

/** Where reading the books goes on: of two of one moment, the one that was booked later comes later. */
export interface BookCursor {
  readonly at: number
  readonly seq: number
}

interface Asked {
  readonly from: number | null
  readonly to: number | null
  readonly after: BookCursor | null
  readonly limit: number
}

/** Transactions of a stretch of time with their transfers, in the order of their times, and where to go on; `null` at the end. */
export async function bookedPage(db: Db, { from, to, after, limit }: Asked): Promise<{ readonly booked: BookedMoves[]; readonly next: BookCursor | null }> {
  let query = db.selectFrom('ledger_transaction').select(['id', 'kind', 'at', 'seq']).orderBy('at').orderBy('seq').limit(limit)
  if (after !== null) query = query.where('at', '>=', after.at).where((e) => e.or([e('at', '>', after.at), e('seq', '>', after.seq)]))
  else if (from !== null) query = query.where('at', '>=', from)
  const rows = await (to === null ? query : query.where('at', '<', to)).execute()
  const last = rows.at(-1)
  if (!last) return { booked: [], next: null }
  const moved = await db
    .selectFrom('ledger_transfer')
    .select(['transaction_id', 'from_account as from', 'to_account as to', 'asset', 'amount'])
    .where(
      'transaction_id',
      'in',
      rows.map(({ id }) => id),
    )
    .execute()
  const moves = Map.groupBy(moved, ({ transaction_id }) => transaction_id)
  return {
    booked: rows.map(({ id, kind, at }) => ({ id, kind, at, moves: moves.get(id) ?? [] })),
    next: rows.length < limit ? null : { at: last.at, seq: last.seq },
  }
}

/** A specification is written with its kind first. */
const kindIn = (beginning: string): string => /^\{"kind":"([a-z-]+)"/.exec(beginning)?.[1] ?? 'unknown'

/** What is known of these jobs, with their receipts. `checker`: whose jobs check the work of nodes. */
export async function jobFacts(db: Db, jobIds: readonly string[], checker: string): Promise<ReadonlyMap<string, JobFacts>> {
  if (jobIds.length === 0) return new Map()
  const jobs = await db
    .selectFrom('job')
    .select((e) => ['id', 'requester_id', e.fn<string>('substr', ['spec', e.lit(1), e.lit(40)]).as('beginning')])
    .where('id', 'in', jobIds)
    .execute()
  const found = await db
    .selectFrom('receipt')
    .select(['job_id', 'zone', 'model_id', 'energy_wh', 'emissions_g', 'method'])
    .where('job_id', 'in', jobIds)
    .orderBy('leaf_index')
    .execute()
  const receipts = Map.groupBy(found, ({ job_id }) => job_id)
  return new Map(
    jobs.map(({ id, requester_id, beginning }) => {
      const own = receipts.get(id) ?? []
      const last = own.at(-1)
      const facts: JobFacts = {
        jobId: id,
        kind: kindIn(beginning),
        requesterId: requester_id,
        zone: last?.zone ?? null,
        model: last?.model_id ?? null,
        isCheck: requester_id === checker,
        receipts: own.map(({ energy_wh, emissions_g, method }) => ({ energyWh: energy_wh, emissionsG: emissions_g, isMeasured: method !== 'estimate' })),
      }
      return [id, facts]
    }),
  )
}
