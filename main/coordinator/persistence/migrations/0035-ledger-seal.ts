import { createHash } from 'node:crypto'
import { type Kysely, sql } from 'kysely'

type AnyDb = Kysely<unknown>

/**
 * What the ledger promises, kept by the database itself: a transaction has as many transfers as it was booked with, nothing that is booked changes, only
 * the outside world and those whose deposit was taken back may owe, and nothing is booked into a closed period. The table of periods is filled after
 * that of transactions when a backup is brought back, which goes by name.
 */
export async function up(db: AnyDb): Promise<void> {
  for (const [column, type] of [
    ['seq', 'bigint'],
    ['transfers', 'bigint'],
    ['note', 'text'],
  ] as const)
    await db.schema.alterTable('ledger_transaction').addColumn(column, type).execute()
  await number(db)
  await payByNode(db)
  await db.schema.createIndex('ledger_transaction_seq').unique().on('ledger_transaction').column('seq').execute()
  await db.schema.createIndex('ledger_transaction_at').on('ledger_transaction').column('at').execute()
  await db.schema.createIndex('ledger_transfer_from').on('ledger_transfer').column('from_account').execute()
  await db.schema.createIndex('ledger_transfer_to').on('ledger_transfer').column('to_account').execute()
  await db.schema
    .createTable('ledger_transaction_period')
    .addColumn('until', 'bigint', (column) => column.primaryKey())
    .addColumn('closed_at', 'bigint', (column) => column.notNull())
    .addColumn('sheet', 'text')
    .execute()
  await (isPostgres(db) ? guardPostgres(db) : guardSqlite(db))
}

/** By how it numbers parameters: the packed coordinator has classes of its own, which are no instances of those that this file sees. */
const isPostgres = (db: AnyDb): boolean => sql`${0}`.compile(db).sql === '$1'

/** Places in the order of time, and how many transfers each transaction has. */
async function number(db: AnyDb): Promise<void> {
  await sql`
    UPDATE ledger_transaction SET seq = placed.seq, transfers = placed.transfers
    FROM (
      SELECT id, row_number() OVER (ORDER BY at, id) AS seq,
        (SELECT count(*) FROM ledger_transfer WHERE transaction_id = ledger_transaction.id) AS transfers
      FROM ledger_transaction
    ) AS placed
    WHERE placed.id = ledger_transaction.id`.execute(db)
}

interface Paid {
  readonly account: string
  readonly amount: bigint | number | string
}

/** Gives every node what it was paid, out of the one account that all of it went to. */
async function payByNode(db: AnyDb): Promise<void> {
  const { rows } = await sql<Paid>`
    SELECT from_account AS account, sum(amount) AS amount FROM ledger_transfer
    WHERE to_account = 'exchange:usd' AND asset = 'micro-usd' GROUP BY from_account ORDER BY from_account`.execute(db)
  if (rows.length === 0) return
  const [id, kind] = ['paid-by-node:0035', 'paid-by-node']
  const transfers = rows.map(({ account, amount }) => ['exchange:usd', account.replace(/:paying$/, ':paid'), 'micro-usd', String(amount)] as const)
  const sha256 = createHash('sha256')
    .update(JSON.stringify([id, kind, transfers]))
    .digest('hex')
  await sql`
    INSERT INTO ledger_transaction (id, kind, at, sha256, seq, transfers)
    SELECT ${id}, ${kind}, max(at), ${sha256}, max(seq) + 1, CAST(${transfers.length} AS bigint) FROM ledger_transaction`.execute(db)
  for (const [n, [from, to, asset, amount]] of transfers.entries()) {
    const value = BigInt(amount)
    await sql`INSERT INTO ledger_transfer (transaction_id, n, from_account, to_account, asset, amount) VALUES (${id}, ${n}, ${from}, ${to}, ${asset}, ${value})`.execute(
      db,
    )
    await sql`INSERT INTO ledger_balance (account, asset, amount, overdraft) VALUES (${to}, ${asset}, ${value}, 0)`.execute(db)
  }
  await sql`UPDATE ledger_balance SET amount = 0 WHERE account = 'exchange:usd' AND asset = 'micro-usd'`.execute(db)
}

const BOOKED = 'what is booked never changes'
const SEALED = 'a ledger transaction has as many transfers as it was booked with'
const CLOSED = 'nothing is booked into a closed period'
const OWES = 'this account may not owe'
const PERIOD = 'a closed period stays closed'
const MAY_OWE = `NEW.account LIKE 'external:%' OR NEW.account LIKE 'requester:%:debt'`
const NO_PLACE = 'NOT EXISTS (SELECT 1 FROM ledger_transaction WHERE id = NEW.transaction_id AND NEW.n >= 0 AND NEW.n < transfers)'
const IS_CLOSED = `EXISTS (SELECT 1 FROM ledger_transaction_period WHERE until > NEW.at)`
const IS_SIGNED_ONCE = `OLD.sheet IS NULL AND NEW.sheet IS NOT NULL AND NEW.until = OLD.until AND NEW.closed_at = OLD.closed_at`

interface Guard {
  readonly name: string
  readonly when: string
  /** What is refused; everything where there is none. */
  readonly condition?: string
  readonly message: string
}

const GUARDS: readonly Guard[] = [
  { name: 'ledger_transaction_kept', when: 'BEFORE UPDATE ON ledger_transaction', message: BOOKED },
  { name: 'ledger_transaction_never_deleted', when: 'BEFORE DELETE ON ledger_transaction', message: BOOKED },
  { name: 'ledger_transfer_kept', when: 'BEFORE UPDATE ON ledger_transfer', message: BOOKED },
  { name: 'ledger_transfer_never_deleted', when: 'BEFORE DELETE ON ledger_transfer', message: BOOKED },
  { name: 'ledger_balance_never_deleted', when: 'BEFORE DELETE ON ledger_balance', message: BOOKED },
  // After: what is there already is no second booking, whatever the period by then.
  { name: 'ledger_transaction_open', when: 'AFTER INSERT ON ledger_transaction', condition: IS_CLOSED, message: CLOSED },
  { name: 'ledger_transfer_sealed', when: 'AFTER INSERT ON ledger_transfer', condition: NO_PLACE, message: SEALED },
  { name: 'ledger_balance_owes', when: 'BEFORE INSERT ON ledger_balance', condition: `NEW.overdraft <> 0 AND NOT (${MAY_OWE})`, message: OWES },
  { name: 'ledger_balance_may_owe', when: 'BEFORE UPDATE ON ledger_balance', condition: `NEW.overdraft <> 0 AND NOT (${MAY_OWE})`, message: OWES },
  { name: 'ledger_period_kept', when: 'BEFORE UPDATE ON ledger_transaction_period', condition: `NOT (${IS_SIGNED_ONCE})`, message: PERIOD },
  { name: 'ledger_period_never_deleted', when: 'BEFORE DELETE ON ledger_transaction_period', message: PERIOD },
]

async function guardSqlite(db: AnyDb): Promise<void> {
  for (const { name, when, condition, message } of GUARDS) {
    const refused = condition === undefined ? '' : `WHEN ${condition}`
    await sql.raw(`CREATE TRIGGER ${name} ${when} FOR EACH ROW ${refused} BEGIN SELECT RAISE(ABORT, '${message}'); END`).execute(db)
  }
}

async function guardPostgres(db: AnyDb): Promise<void> {
  for (const { name, when, condition = 'true', message } of GUARDS) {
    // What a trigger of a statement does not know is in the way of no other one: each has a function of its own.
    const isDelete = when.includes('DELETE')
    const body = `BEGIN IF ${condition} THEN RAISE EXCEPTION '${message}' USING ERRCODE = 'check_violation'; END IF; RETURN ${isDelete ? 'OLD' : 'NEW'}; END`
    await sql.raw(`CREATE OR REPLACE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ ${body} $$`).execute(db)
    await sql.raw(`CREATE TRIGGER ${name} ${when} FOR EACH ROW EXECUTE FUNCTION ${name}()`).execute(db)
  }
  for (const table of ['ledger_transaction', 'ledger_transfer', 'ledger_balance', 'ledger_transaction_period'])
    await sql
      .raw(`CREATE TRIGGER ${table}_never_truncated BEFORE TRUNCATE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION ledger_balance_never_deleted()`)
      .execute(db)
}
