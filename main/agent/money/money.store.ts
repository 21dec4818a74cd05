import { Lease } from '../../../shared/contract/job.ts'
import { createKeysetPage } from '../../kernel/keyset.store.ts'
import type { Sqlite } from '../../kernel/sqlite.ts'
import type { Outgoing } from './allot.ts'
import type { MeteredRun } from './electricity.ts'

/** What one job brought. */
export interface EarnedRow {
  readonly earningId: string
  readonly jobId: string
  readonly receiptId: string
  readonly name: string | null
  readonly state: 'accrued' | 'confirmed'
  readonly microUsd: bigint
  /** Epoch milliseconds. */
  readonly at: number
}

interface Row {
  readonly earning_id: string
  readonly job_id: string
  readonly receipt_id: string
  readonly name: string | null
  readonly state: 'accrued' | 'confirmed'
  readonly micro_usd: string
  readonly at: number
}

/** Amounts travel as text, because a row's other columns are ordinary numbers. */
const COLUMNS = `earning.earning_id, earning.job_id, earning.receipt_id, earning.state, CAST(earning.micro_usd AS TEXT) AS micro_usd, earning.at,
  (SELECT json_extract(lease, '$.spec.name') FROM job WHERE job.job_id = earning.job_id LIMIT 1) AS name`

const decode = ({ earning_id, job_id, receipt_id, name, state, micro_usd, at }: Row): EarnedRow => ({
  earningId: earning_id,
  jobId: job_id,
  receiptId: receipt_id,
  name,
  state,
  microUsd: BigInt(micro_usd),
  at,
})

export interface MoneyStore {
  /** Newest first; `after` is the id of the last row seen. */
  readonly page: (after: string | null, limit: number) => EarnedRow[]
  /** As {@link page}, only what lies between `from` and `to` in the stream of confirmed money. */
  readonly pageWithin: (stretch: { readonly from: bigint; readonly to: bigint }, after: string | null, limit: number) => EarnedRow[]
  readonly earning: (earningId: string) => EarnedRow | null
  /** Confirmed money that came before this earning; corrections, which are negative, are no part of the stream. */
  readonly streamBefore: (earning: Pick<EarnedRow, 'earningId' | 'at'>) => bigint
  /** Payouts that have not failed, in the order in which they were planned. */
  readonly outgoing: () => Outgoing[]
  /** Confirmed money by UTC day (days since the epoch), from the day of `since` on. */
  readonly confirmedByDay: (since: number) => ReadonlyMap<number, bigint>
  /** Runs that ended at or after `since` and were metered. */
  readonly runsSince: (since: number) => MeteredRun[]
  readonly runsOfReceipt: (receiptId: string) => MeteredRun[]
  /** When this machine took on its first job, epoch milliseconds; `null` before. */
  readonly firstJobAt: () => number | null
  readonly leaseOfJob: (jobId: string) => Lease | null
}

/** All SQL about an owner's money: reads `earning`, `payout` and `job` together. */
export function createMoneyStore(db: Sqlite): MoneyStore {
  return { ...earned(db), ...left(db), ...metered(db) }
}

function earned(db: Sqlite) {
  const page = createKeysetPage<Row>(db, { select: `SELECT ${COLUMNS} FROM earning`, table: 'earning', at: 'at', id: 'earning_id' })
  const within = db.prepare<[bigint, bigint, string | null, string | null, number], Row>(
    `WITH stream AS (
       SELECT earning_id AS id, micro_usd AS amount, sum(micro_usd) OVER (ORDER BY at, earning_id) AS upto
       FROM earning WHERE state = 'confirmed' AND micro_usd > 0
     )
     SELECT ${COLUMNS} FROM stream JOIN earning ON earning.earning_id = stream.id
     WHERE upto > ? AND upto - amount < ?
       AND (? IS NULL OR (earning.at, earning.earning_id) < (SELECT at, earning_id FROM earning WHERE earning_id = ?))
     ORDER BY earning.at DESC, earning.earning_id DESC LIMIT ?`,
  )
  const byId = db.prepare<[string], Row>(`SELECT ${COLUMNS} FROM earning WHERE earning_id = ?`)
  const before = db.prepare<[number, string], { total: string }>(
    `SELECT CAST(coalesce(sum(micro_usd), 0) AS TEXT) AS total FROM earning WHERE state = 'confirmed' AND micro_usd > 0 AND (at, earning_id) < (?, ?)`,
  )
  const days = db.prepare<[number], { day: number; total: string }>(
    `SELECT at / 86400000 AS day, CAST(sum(micro_usd) AS TEXT) AS total FROM earning WHERE state = 'confirmed' AND at >= ? GROUP BY day`,
  )
  return {
    page: (after: string | null, limit: number) => page(after, limit).map(decode),
    pageWithin: ({ from, to }: { readonly from: bigint; readonly to: bigint }, after: string | null, limit: number) =>
      within.all(from, to, after, after, limit).map(decode),
    earning: (earningId: string) => {
      const row = byId.get(earningId)
      return row ? decode(row) : null
    },
    streamBefore: ({ earningId, at }: Pick<EarnedRow, 'earningId' | 'at'>) => BigInt(before.get(at, earningId)?.total ?? 0),
    confirmedByDay: (since: number) => new Map(days.all(since - (since % 86_400_000)).map(({ day, total }) => [day, BigInt(total)])),
  }
}

function left(db: Sqlite) {
  const payouts = db.prepare<[], { payout_id: string; state: string; micro_usd: string }>(
    `SELECT payout_id, state, CAST(micro_usd AS TEXT) AS micro_usd FROM payout WHERE state <> 'failed' ORDER BY at, payout_id`,
  )
  return {
    outgoing: (): Outgoing[] =>
      payouts.all().map(({ payout_id, state, micro_usd }) => ({
        payoutId: payout_id,
        state: state === 'finalized' ? 'paid' : 'paying',
        microUsd: BigInt(micro_usd),
      })),
  }
}

interface RunRow {
  readonly started_at: number
  readonly ended_at: number
  readonly joules: number
  readonly method: string | null
}

const runOf = ({ started_at, ended_at, joules, method }: RunRow): MeteredRun => ({
  from: started_at,
  to: Math.max(started_at, ended_at),
  joules,
  estimated: method === 'estimate',
})

function metered(db: Sqlite) {
  const columns = 'SELECT started_at, ended_at, joules, method FROM job WHERE joules IS NOT NULL AND started_at IS NOT NULL'
  const runs = db.prepare<[number], RunRow>(`${columns} AND ended_at >= ?`)
  const runsOfReceipt = db.prepare<[string], RunRow>(`${columns} AND ended_at IS NOT NULL AND receipt_id = ?`)
  const first = db.prepare<[], { at: number | null }>('SELECT min(received_at) AS at FROM job')
  const lease = db.prepare<[string], { lease: string }>('SELECT lease FROM job WHERE job_id = ? ORDER BY received_at DESC LIMIT 1')
  return {
    runsSince: (since: number) => runs.all(since).map(runOf),
    runsOfReceipt: (receiptId: string) => runsOfReceipt.all(receiptId).map(runOf),
    firstJobAt: () => first.get()?.at ?? null,
    leaseOfJob: (jobId: string): Lease | null => {
      const row = lease.get(jobId)
      return row ? Lease.parse(JSON.parse(row.lease)) : null
    },
  }
}
