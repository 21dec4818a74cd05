import type { Envelope } from '../../../shared/contract/wire.ts'
import type { Db, Tx } from '../persistence/database.ts'

export interface ClosedPeriod {
  /** Epoch milliseconds: everything before it is closed. */
  readonly until: number
  readonly closedAt: number
  /** `null` until it is signed. */
  readonly sheet: Envelope | null
}

type Row = { readonly until: number; readonly closed_at: number; readonly sheet: string | null }
const toPeriod = ({ until, closed_at, sheet }: Row): ClosedPeriod => ({
  until,
  closedAt: closed_at,
  sheet: sheet === null ? null : (JSON.parse(sheet) as Envelope),
})

/** All SQL on table `ledger_transaction_period`. */
export function createPeriodsStore(db: Db | Tx) {
  return {
    /** The last one that ends before `until`, or of all of them. */
    async newest(until: number = Number.MAX_SAFE_INTEGER): Promise<ClosedPeriod | null> {
      const rows = db.selectFrom('ledger_transaction_period').selectAll().where('until', '<', until)
      const row = await rows.orderBy('until', 'desc').limit(1).executeTakeFirst()
      return row ? toPeriod(row) : null
    },
    /** Oldest first. */
    async all(): Promise<ClosedPeriod[]> {
      return (await db.selectFrom('ledger_transaction_period').selectAll().orderBy('until').execute()).map(toPeriod)
    },
    async unsigned(): Promise<ClosedPeriod[]> {
      return (await db.selectFrom('ledger_transaction_period').selectAll().where('sheet', 'is', null).orderBy('until').execute()).map(toPeriod)
    },
    /** Signed or not, oldest first. */
    async after(until: number, limit: number): Promise<ClosedPeriod[]> {
      const rows = await db.selectFrom('ledger_transaction_period').selectAll().where('until', '>', until).orderBy('until').limit(limit).execute()
      return rows.map(toPeriod)
    },
    /** From now on nothing is booked before `until`. */
    async close(until: number, closedAt: number): Promise<void> {
      await db.insertInto('ledger_transaction_period').values({ until, closed_at: closedAt, sheet: null }).execute()
    },
    /** True if this call was the one that signed it. */
    async sign(until: number, sheet: Envelope): Promise<boolean> {
      const change = db.updateTable('ledger_transaction_period').set({ sheet: JSON.stringify(sheet) })
      const { numUpdatedRows } = await change.where('until', '=', until).where('sheet', 'is', null).executeTakeFirst()
      return numUpdatedRows > 0n
    },
  }
}
