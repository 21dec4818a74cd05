import { WindfallError } from '../../../shared/errors.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { type Asset, mayBeNegative } from './accounts.ts'
import type { LedgerTransaction, Transfer } from './entries.ts'

/** What identifies a transaction's content: SHA-256, hex, of its id, kind and transfers. */
export const contentOf = ({ id, kind, transfers }: LedgerTransaction): string =>
  sha256Hex(JSON.stringify([id, kind, transfers.map(({ from, to, asset, amount }) => [from, to, asset, amount.toString()])]))

interface NetChange {
  readonly account: string
  readonly asset: Asset
  readonly change: bigint
}

/** Net change per account and asset, as text keys `account asset`. */
function netChanges(transfers: readonly Transfer[]): NetChange[] {
  const changes = new Map<string, NetChange>()
  const add = (account: string, asset: Asset, amount: bigint) => {
    const key = `${account} ${asset}`
    changes.set(key, { account, asset, change: (changes.get(key)?.change ?? 0n) + amount })
  }
  for (const { from, to, asset, amount } of transfers) {
    add(from, asset, -amount)
    add(to, asset, amount)
  }
  return [...changes.values()]
}

const shortage = (account: string, asset: Asset, left: bigint): WindfallError =>
  new WindfallError(
    'funds.insufficient',
    `The account ${account} would be ${-left} ${asset === 'lamports' ? 'lamports' : 'micro-USD'} short. Add funds, or lower the amount.`,
  )

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
async function balancesOf(db: Db | Tx, changes: readonly NetChange[]): Promise<ReadonlyMap<string, bigint>> {
  const accounts = changes.map(({ account }) => account)
  const rows = await db.selectFrom('ledger_balance').select(['account', 'asset', 'amount']).where('account', 'in', accounts).execute()
  return new Map(rows.map(({ account, asset, amount }) => [`${account} ${asset}`, amount]))
}

async function applyChanges(db: Db | Tx, changes: readonly NetChange[]): Promise<void> {
  const known = await balancesOf(db, changes)
  const after = changes.map(({ account, asset, change }) => {
    const amount = (known.get(`${account} ${asset}`) ?? 0n) + change
    if (amount < 0n && !mayBeNegative(account)) throw shortage(account, asset, amount)
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

/** Ids of those that were not booked before. Error: `ledger.unbalanced` if one was, with other content. */
async function record(db: Db | Tx, transactions: readonly LedgerTransaction[]): Promise<ReadonlySet<string>> {
  const rows = transactions.map((one) => ({ id: one.id, kind: one.kind, at: one.at, sha256: contentOf(one) }))
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

/** Ids of those that were booked now. */
async function bookAll(db: Db | Tx, transactions: readonly LedgerTransaction[]): Promise<ReadonlySet<string>> {
  const booked = new Set<string>()
  for await (const some of pieces(transactions)) for (const id of await record(db, some)) booked.add(id)
  const fresh = transactions.filter(({ id }) => booked.has(id))
  const rows = fresh.flatMap(({ id, transfers }) =>
    transfers.map(({ from, to, asset, amount }, n) => ({ transaction_id: id, n, from_account: from, to_account: to, asset, amount })),
  )
  for await (const some of pieces(rows)) await db.insertInto('ledger_transfer').values(some).execute()
  for await (const some of pieces(netChanges(fresh.flatMap(({ transfers }) => transfers)))) await applyChanges(db, some)
  return booked
}

function wholeLedger(db: Db | Tx) {
  return {
    async balances(): Promise<{ account: string; asset: string; amount: bigint }[]> {
      return db.selectFrom('ledger_balance').select(['account', 'asset', 'amount']).orderBy('account').execute()
    },
    async transfers(): Promise<(Transfer & { kind: string; transactionId: string })[]> {
      const rows = await db
        .selectFrom('ledger_transfer')
        .innerJoin('ledger_transaction', 'ledger_transaction.id', 'ledger_transfer.transaction_id')
        .select(['transaction_id', 'kind', 'from_account', 'to_account', 'asset', 'amount'])
        .orderBy('transaction_id')
        .orderBy('n')
        .execute()
      return rows.map((row) => ({
        transactionId: row.transaction_id,
        kind: row.kind,
        from: row.from_account,
        to: row.to_account,
        asset: row.asset as Asset,
        amount: row.amount,
      }))
    },
    async contents(): Promise<Map<string, { kind: string; sha256: string }>> {
      const rows = await db.selectFrom('ledger_transaction').select(['id', 'kind', 'sha256']).execute()
      return new Map(rows.map(({ id, kind, sha256 }) => [id, { kind, sha256 }]))
    },
  }
}

/** All SQL on the ledger's tables. Nothing but `book` writes them, and nothing updates or deletes a booked row. */
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
      const rows = await db.selectFrom('ledger_balance').select(['account', 'amount']).where('account', 'in', accounts).where('asset', '=', asset).execute()
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
    ...wholeLedger(db),
  }
}
