import { sql } from 'kysely'
import type { Db } from '../persistence/database.ts'

/** How far each of the logs has come that say what changed. */
export interface Position {
  readonly decision: number
  readonly receipt: number
  /** Of what was booked. */
  readonly booked: number
  readonly act: number
  /** When a provider said something last, epoch milliseconds. */
  readonly grid: number
  /** Payouts that are under way, and the newest there is: they have no log. */
  readonly payouts: string
}

interface Row extends Omit<Position, 'payouts'> {
  readonly newest: number
  readonly under_way: string
}

/** All of it in one question, each part of which an index answers. */
export async function positionNow(db: Db): Promise<Position> {
  const { rows } = await sql<Row>`
    SELECT
      (SELECT coalesce(max(seq), 0) FROM decision) AS decision,
      (SELECT coalesce(max(leaf_index), -1) FROM receipt) AS receipt,
      (SELECT coalesce(max(seq), 0) FROM ledger_transaction) AS booked,
      (SELECT coalesce(max(seq), 0) FROM act) AS act,
      (SELECT coalesce(max(received_at), 0) FROM grid_issue) AS grid,
      (SELECT coalesce(max(created_at), 0) FROM payout_batch) AS newest,
      (
        SELECT CAST(count(*) AS text) || ' ' || coalesce(CAST(sum(updated_at) AS text), '') FROM payout_batch
        WHERE state IN ('planned', 'signed', 'sent', 'confirmed')
      ) AS under_way`.execute(db)
  const { decision = 0, receipt = -1, booked = 0, act = 0, grid = 0, newest = 0, under_way: underWay = '' } = rows[0] ?? {}
  return { decision, receipt, booked, act, grid, payouts: `${newest} ${underWay}` }
}

/** So much is read at once, so that nobody else waits long. */
const AT_ONCE = 2_000

interface DecisionRow {
  readonly seq: number
  readonly kind: string
  /** Whose job it is about; `null` for one that is about none. */
  readonly account: string | null
  /** Of one that names its account itself. */
  readonly body: string | null
}

/** Decisions after one place and up to another, with whose they are. */
export async function decisionsBetween(db: Db, after: number, last: number): Promise<readonly DecisionRow[]> {
  const { rows } = await sql<DecisionRow>`
    SELECT d.seq AS seq, d.kind AS kind, job.requester_id AS account,
      CASE WHEN d.kind >= 'api-key.' AND d.kind < 'api-key/' OR d.kind >= 'webhook.' AND d.kind < 'webhook/' THEN d.body END AS body
    FROM decision AS d
    LEFT JOIN decision_subject AS s ON s.seq = d.seq AND s.kind = 'job' AND s.is_first = 1
    LEFT JOIN job ON job.id = s.id
    WHERE d.seq > ${after} AND d.seq <= ${last} ORDER BY d.seq LIMIT ${AT_ONCE}`.execute(db)
  return rows
}

/** Whose receipts there are after one place and up to another. */
export async function receiptsBetween(db: Db, after: number, last: number): Promise<readonly (string | null)[]> {
  const { rows } = await sql<{ account: string | null }>`
    SELECT DISTINCT requester_id AS account FROM receipt WHERE leaf_index > ${after} AND leaf_index <= ${last}`.execute(db)
  return rows.map(({ account }) => account)
}

/** Accounts of the books that transactions after one place and up to another have changed. */
export async function accountsBetween(db: Db, after: number, last: number): Promise<readonly string[]> {
  const { rows } = await sql<{ one: string; other: string }>`
    SELECT DISTINCT moved.from_account AS one, moved.to_account AS other
    FROM ledger_transaction AS booked INNER JOIN ledger_transfer AS moved ON moved.transaction_id = booked.id
    WHERE booked.seq > ${after} AND booked.seq <= ${last}`.execute(db)
  return rows.flatMap(({ one, other }) => [one, other])
}
