import { CompiledQuery, Kysely, type KyselyPlugin, SqliteDialect, type Transaction } from 'kysely'
import { openDurable } from '../../kernel/sqlite.ts'
import { migrate } from './migrate.ts'
import type { ChallengeTables } from './tables/challenges.ts'
import type { DecisionTables } from './tables/decisions.ts'
import type { FleetTables } from './tables/fleets.ts'
import type { GridTables } from './tables/grid.ts'
import type { IncidentTables } from './tables/incidents.ts'
import type { JobTables } from './tables/jobs.ts'
import type { LedgerTables } from './tables/ledger.ts'
import type { PayoutTables } from './tables/payouts.ts'
import type { ReceiptTables } from './tables/receipts.ts'
import type { RegistryTables } from './tables/registry.ts'

export type Schema = RegistryTables &
  DecisionTables &
  FleetTables &
  GridTables &
  IncidentTables &
  JobTables &
  ChallengeTables &
  ReceiptTables &
  LedgerTables &
  PayoutTables
export type Db = Kysely<Schema>
export type Tx = Transaction<Schema>

/** Columns that hold money end in one of these and arrive as `bigint`; every other integer arrives as `number`. */
const isMoney = (column: string): boolean => /(?:_micro|_lamports|^amount|_amount)$/.test(column)

function decodeRow(row: Record<string, unknown>): Record<string, unknown> {
  for (const [column, value] of Object.entries(row)) {
    if (typeof value !== 'bigint' || isMoney(column)) continue
    if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER))
      throw new RangeError(`column ${column} holds ${value}, which a number cannot`)
    row[column] = Number(value)
  }
  return row
}

const integers: KyselyPlugin = {
  transformQuery: ({ node }) => node,
  transformResult: async ({ result }) => ({ ...result, rows: result.rows.map(decodeRow) }),
}

/** Opens the coordinator's SQLite database and brings its schema up to date. One connection: transactions run one after another. */
export async function openDatabase(file: string): Promise<Db> {
  const sqlite = openDurable(file)
  // Without this, an amount above 2^53 would come back rounded.
  sqlite.defaultSafeIntegers(true)
  const db = new Kysely<Schema>({ dialect: new SqliteDialect({ database: sqlite }), plugins: [integers] })
  try {
    await migrate(db, file)
    return db
  } catch (error) {
    await db.destroy()
    throw error
  }
}

/** Runs `work` in one transaction: everything it writes is durable when this resolves, or none of it ever happened. */
export const transact = <T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> => db.transaction().execute(work)

/** `SELECT 1`, for health checks. */
export const ping = async (db: Db): Promise<void> => {
  await db.executeQuery(CompiledQuery.raw('SELECT 1'))
}
