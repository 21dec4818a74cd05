import { sql } from 'kysely'
import { WindfallError } from '../../../shared/errors.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import { compiledForEach, compiledOnce } from '../persistence/compiled.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { insertRows } from '../persistence/many-rows.ts'
import { type Asset, mayBeNegative } from './accounts.ts'
import { type AccountChange, type LedgerTransaction, MOST, changesOf } from './transaction.ts'

/** What identifies a transaction's content: SHA-256, hex, of its id, kind, transfers and note. */
export const contentOf = ({ id, kind, transfers, note = null }: Omit<LedgerTransaction, 'at'>): string =>
  sha256Hex(JSON.stringify([id, kind, transfers.map(({ from, to, asset, amount }) => [from, to, asset, amount.toString()]), ...(note === null ? [] : [note])]))

const UNITS: Readonly<Record<Asset, string>> = {
  'micro-usd': 'micro-USD',
  lamports: 'lamports',
  'micro-usdc': 'micro-USDC',
  'micro-eur-credits': 'micro-EUR of credits',
}

const shortage = (account: string, asset: Asset, left: bigint): WindfallError =>
  new WindfallError('funds.insufficient', `The account ${account} would be ${-left} ${UNITS[asset]} short. Add funds, or lower the amount.`)

const overflow = (account: string, asset: Asset): WindfallError =>
  new WindfallError('ledger.unbalanced', `The account ${account} would come to 2^63 ${UNITS[asset]} or more, which the books cannot hold. Nothing was booked.`)

const balances = compiledForEach((db, all) => db.selectFrom('ledger_balance').select(['account', 'asset', 'amount']).where('account', 'in', all))
const balancesIn = compiledForEach((db, all) =>
  db.selectFrom('ledger_balance').select(['account', 'amount']).where('account', 'in', all).where('asset', '=', ''),
)
const bookedAs = compiledOnce((db) => db.selectFrom('ledger_transaction').select('id').where('id', '=', ''))

/** Rows that one statement writes or asks for: databases limit how many values a statement may have. */
const AT_ONCE = 1_000

/** Between two pieces, sockets and timers get a turn. */
async function* pieces<T>(all: readonly T[]): AsyncGenerator<readonly T[]> {
  for (let from = 0; from < all.length; from += AT_ONCE) {
    if (from > 0) await new Promise<void>((resolve) => setImmediate(resolve))
    yield all.slice(from, from + AT_ONCE)
  }
}

/** Balances of these accounts, keyed `account asset`; one that was never used has none. */
async function balancesOf(db: Db | Tx, changes: readonly AccountChange[]): Promise<ReadonlyMap<string, bigint>> {
  const accounts = changes.map(({ account }) => account)
  const rows = await balances(db, accounts.length, accounts)
  return new Map(rows.map(({ account, asset, amount }) => [`${account} ${asset}`, amount]))
}

async function applyChanges(db: Db | Tx, changes: readonly AccountChange[]): Promise<void> {
  const known = await balancesOf(db, changes)
  const after = changes.map(({ account, asset, change }) => {
    const amount = (known.get(`${account} ${asset}`) ?? 0n) + change
    if (amount < 0n && !mayBeNegative(account)) throw shortage(account, asset, amount)
    if (amount > MOST || amount < -MOST) throw overflow(account, asset)
    return { account, asset, amount, overdraft: mayBeNegative(account) ? 1 : 0 }
  })
  if (after.length === 0) return
  // The database refuses what this check would let through: `amount >= 0 OR overdraft = 1`.
  await db
    .insertInto('ledger_balance')
    .values(after)
    .onConflict((conflict) => conflict.columns(['account', 'asset']).doUpdateSet((row) => ({ amount: row.ref('excluded.amount') })))
    .execute()
}

/** The time of a booking: that of the fact, or the end of the newest closed period if it is after that. */
const openSince = (at: number) =>
  sql<number>`(SELECT CASE WHEN coalesce(max(until), 0) > CAST(${at} AS bigint) THEN max(until) ELSE CAST(${at} AS bigint) END FROM ledger_transaction_period)`

const lastSeq = sql<number>`(SELECT coalesce(max(seq), 0) FROM ledger_transaction)`

/** Ids of those that were not booked before. Error: `ledger.unbalanced` if one was, with other content. */
async function record(db: Db | Tx, transactions: readonly LedgerTransaction[]): Promise<ReadonlySet<string>> {
  // Nobody else writes meanwhile. Whether a row sees those before it in one statement is for each engine to say, so that many are not left to find out.
  const last = transactions.length === 1 ? lastSeq : sql<number>`CAST(${await newestSeq(db)} AS bigint)`
  const rows = transactions.map((one, index) => ({
    id: one.id,
    seq: sql<number>`${last} + ${sql.lit(index + 1)}`,
    kind: one.kind,
    at: openSince(one.at),
    sha256: contentOf(one),
    transfers: one.transfers.length,
    note: one.note ?? null,
  }))
  const added = await db
    .insertInto('ledger_transaction')
    .values(rows)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .execute()
  const fresh = new Set(added.map(({ id }) => id))
  for (const { id, sha256 } of rows) {
    if (fresh.has(id)) continue
    const known = await db.selectFrom('ledger_transaction').select('sha256').where('id', '=', id).executeTakeFirstOrThrow()
    if (known.sha256 !== sha256)
      throw new WindfallError(
        'ledger.unbalanced',
        `The ledger transaction ${id} is already booked with other amounts. Nothing was changed; the books need a person to look at them.`,
      )
  }
  return fresh
}

async function newestSeq(db: Db | Tx): Promise<number> {
  const row = await db
    .selectFrom('ledger_transaction')
    .select((e) => e.fn.max<number | null>('seq').as('seq'))
    .executeTakeFirst()
  return row?.seq ?? 0
}

const TRANSFER = { transaction_id: 'text', n: 'bigint', from_account: 'text', to_account: 'text', asset: 'text', amount: 'bigint' } as const

/** Ids of those that were booked now. */
async function bookAll(db: Db | Tx, transactions: readonly LedgerTransaction[]): Promise<ReadonlySet<string>> {
  const booked = new Set<string>()
  for await (const some of pieces(transactions)) for (const id of await record(db, some)) booked.add(id)
  const fresh = transactions.filter(({ id }) => booked.has(id))
  const rows = fresh.flatMap(({ id, transfers }) =>
    transfers.map(({ from, to, asset, amount }, n) => ({ transaction_id: id, n, from_account: from, to_account: to, asset, amount })),
  )
  for await (const some of pieces(rows)) await insertRows(db, { into: 'ledger_transfer', types: TRANSFER, rows: some })
  for await (const some of pieces(changesOf(fresh.flatMap(({ transfers }) => transfers)))) await applyChanges(db, some)
  return booked
}

/** What is booked, and what each account holds. Nothing else writes to these tables, and the database refuses to change a booked row. */
export function createLedgerStore(db: Db | Tx) {
  return {
    /**
     * Books a transaction once, inside the caller's database transaction. Errors: `funds.insufficient` if an account
     * would fall below zero, `ledger.unbalanced` if the id was booked before with other content.
     */
    book: async (transaction: LedgerTransaction): Promise<'booked' | 'duplicate'> =>
      (await bookAll(db, [transaction])).has(transaction.id) ? 'booked' : 'duplicate',
    /** The same for many at once. */
    bookAll: async (transactions: readonly LedgerTransaction[]): Promise<void> => void (await bookAll(db, transactions)),
    /** What each of these accounts holds; one that was never used is left out. */
    async balancesOf(accounts: readonly string[], asset: Asset): Promise<ReadonlyMap<string, bigint>> {
      const rows = await balancesIn(db, accounts.length, [...accounts, asset])
      return new Map(rows.map(({ account, amount }) => [account, amount]))
    },
    async balanceOf(account: string, asset: Asset): Promise<bigint> {
      const row = await db.selectFrom('ledger_balance').select('amount').where('account', '=', account).where('asset', '=', asset).executeTakeFirst()
      return row?.amount ?? 0n
    },
    /** Accounts that hold something and whose name begins with `prefix` and ends with `suffix`. */
    async balancesLike(prefix: string, suffix: string, asset: Asset): Promise<{ account: string; amount: bigint }[]> {
      return db
        .selectFrom('ledger_balance')
        .select(['account', 'amount'])
        .where('account', 'like', `${prefix}%${suffix}`)
        .where('asset', '=', asset)
        .where('amount', '>', 0n)
        .execute()
    },
    /** Everything that any account holds or owes. */
    async balances(): Promise<{ account: string; asset: Asset; amount: bigint }[]> {
      const rows = await db.selectFrom('ledger_balance').select(['account', 'asset', 'amount']).where('amount', '<>', 0n).execute()
      return rows.map(({ asset, ...row }) => ({ ...row, asset: asset as Asset }))
    },
    /** Place of the newest transaction; 0 if there is none. */
    newest: () => newestSeq(db),
    /** Those of these names that are booked. */
    async bookedOf(ids: readonly string[]): Promise<string[]> {
      const booked: string[] = []
      for await (const some of pieces(ids))
        for (const { id } of await db.selectFrom('ledger_transaction').select('id').where('id', 'in', some).execute()) booked.push(id)
      return booked
    },
    /** Whether a transaction of this name is booked. */
    async isBooked(id: string): Promise<boolean> {
      return (await bookedAs(db, [id])).length > 0
    },
  }
}
