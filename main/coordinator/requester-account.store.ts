import { sql } from 'kysely'
import { UNFINISHED } from './jobs/leases.ts'
import { requesterDebt, requesterPrepaid } from './ledger/accounts.ts'
import type { Db } from './persistence/database.ts'

/** A requester's money, micro-USD. */
interface RequesterHoldings {
  readonly prepaid: bigint
  /** What it owes is below zero. */
  readonly debt: bigint
  /** Set aside for jobs that go on, and for cancelled ones with runs that are still to be paid, with what nodes have accrued of it. */
  readonly reserved: bigint
}

interface Row {
  readonly kind: keyof RequesterHoldings
  readonly high_amount: bigint
  readonly low_amount: bigint
}

/** The sum of many amounts may pass what a column holds, so it is made of two halves. */
const HALF = 4_294_967_296n

/** All of it in one question, and so at one moment, which nobody who books something waits for. */
export async function holdingsOfRequester(db: Db, requesterId: string): Promise<RequesterHoldings> {
  const half = sql.lit(HALF)
  const { rows } = await sql<Row>`
    WITH held AS (
      SELECT 'job:' || id || ':reserved' AS account FROM job WHERE requester_id = ${requesterId} AND state IN (${sql.join(UNFINISHED.map((state) => sql.lit(state)))})
      UNION
      SELECT 'job:' || job.id || ':reserved' FROM job INNER JOIN proof ON proof.job_id = job.id
      WHERE job.requester_id = ${requesterId} AND job.state = 'cancelled' AND proof.receipt_id IS NULL AND proof.unpaid IS NULL
    )
    SELECT kind, SUM(amount / ${half}) AS high_amount, SUM(amount % ${half}) AS low_amount FROM (
      SELECT 'prepaid' AS kind, amount FROM ledger_balance WHERE account = ${requesterPrepaid(requesterId)} AND asset = 'micro-usd'
      UNION ALL
      SELECT 'debt', amount FROM ledger_balance WHERE account = ${requesterDebt(requesterId)} AND asset = 'micro-usd'
      UNION ALL
      SELECT 'reserved', amount FROM ledger_balance WHERE account IN (SELECT account FROM held) AND asset = 'micro-usd'
      UNION ALL
      SELECT 'reserved', amount FROM ledger_transfer WHERE from_account IN (SELECT account FROM held) AND to_account LIKE 'node:%:accrued'
      UNION ALL
      SELECT 'reserved', -amount FROM ledger_transfer WHERE to_account IN (SELECT account FROM held) AND from_account LIKE 'node:%:accrued'
    ) AS part GROUP BY kind`.execute(db)
  const of = (kind: Row['kind']): bigint => rows.flatMap((row) => (row.kind === kind ? [row.high_amount * HALF + row.low_amount] : []))[0] ?? 0n
  return { prepaid: of('prepaid'), debt: of('debt'), reserved: of('reserved') }
}
