import { sql } from 'kysely'
import { compiledOnce } from '../persistence/compiled.ts'
import type { Db, Tx } from '../persistence/database.ts'
import type { Asset } from './accounts.ts'
import type { LedgerTransaction, Transfer } from './transaction.ts'

/** A transaction as it was booked, and its place among all. */
export interface Booked extends LedgerTransaction {
  readonly seq: number
  readonly sha256: string
  /** How many transfers it was booked with. */
  readonly stated: number
}

export interface AccountBalance {
  readonly account: string
  readonly asset: Asset
  readonly amount: bigint
}

/** Accounts whose names begin with `owner:`. Names are hierarchical, and ; follows : in every code page. */
const within = (owner: string): readonly [from: string, to: string] => [`${owner}:`, `${owner};`]

/** A sum of many amounts may pass what a column holds, so it is made of two halves. */
const HALF = 4_294_967_296n

export const ownedBy = (owner: string) => (account: string) => account.startsWith(`${owner}:`)

/** A stretch of time, epoch milliseconds, in the books as they were when `newest` was the last that was booked. */
interface Stretch {
  readonly from: number
  readonly until: number
  readonly newest: number
}

/** What all accounts of an owner held at one moment, and the last that was booked then. What is booked never changes, so the rest can be read at leisure. */
async function standingOf(db: Db | Tx, owner: string): Promise<{ readonly balances: readonly AccountBalance[]; readonly newest: number }> {
  const [from, to] = within(owner)
  const rows = await db
    .selectFrom('ledger_balance')
    .select((e) => [
      'account',
      'asset',
      'amount',
      e
        .selectFrom('ledger_transaction')
        .select((of) => of.fn.max('seq').as('seq'))
        .as('newest'),
    ])
    .where('account', '>=', from)
    .where('account', '<', to)
    .orderBy('account')
    .orderBy('asset')
    .execute()
  const balances = rows.map(({ account, asset, amount }) => ({ account, asset: asset as Asset, amount }))
  return { balances, newest: rows[0]?.newest ?? 0 }
}

/** What an account gained less what it lost. */
export interface NetFlow {
  readonly account: string
  readonly asset: Asset
  /** By transactions of the beginning of the stretch or later, and by those of its end or later. */
  readonly sinceFrom: bigint
  readonly sinceUntil: bigint
}

/** What the accounts of an owner gained and lost around a stretch of time, in one pass over its transfers. */
async function netOf(db: Db | Tx, owner: string, { from: since, until, newest }: Stretch): Promise<NetFlow[]> {
  const [from, to] = within(owner)
  interface Row {
    readonly account: string
    readonly asset: string
    readonly high_amount: bigint
    readonly low_amount: bigint
    readonly later_high_amount: bigint
    readonly later_low_amount: bigint
  }
  const half = sql.lit(HALF)
  const { rows } = await sql<Row>`
    SELECT flow.account, flow.asset,
      SUM(flow.sign * (flow.amount / ${half})) AS high_amount, SUM(flow.sign * (flow.amount % ${half})) AS low_amount,
      SUM(CASE WHEN booked.at >= ${until} THEN flow.sign * (flow.amount / ${half}) ELSE 0 END) AS later_high_amount,
      SUM(CASE WHEN booked.at >= ${until} THEN flow.sign * (flow.amount % ${half}) ELSE 0 END) AS later_low_amount
    FROM (
      SELECT to_account AS account, asset, amount, transaction_id, 1 AS sign FROM ledger_transfer WHERE to_account >= ${from} AND to_account < ${to}
      UNION ALL
      SELECT from_account, asset, amount, transaction_id, -1 FROM ledger_transfer WHERE from_account >= ${from} AND from_account < ${to}
    ) AS flow
    INNER JOIN ledger_transaction AS booked ON booked.id = flow.transaction_id
    WHERE booked.at >= ${since} AND booked.seq <= ${newest}
    GROUP BY flow.account, flow.asset`.execute(db)
  return rows.map((row) => ({
    account: row.account,
    asset: row.asset as Asset,
    sinceFrom: row.high_amount * HALF + row.low_amount,
    sinceUntil: row.later_high_amount * HALF + row.later_low_amount,
  }))
}

const transfersOf = compiledOnce((db) =>
  db
    .selectFrom('ledger_transfer')
    .select(['from_account', 'to_account', 'amount'])
    .where((e) => e.or([e('from_account', '=', ''), e('to_account', '=', '')])),
)

/** Reads what is booked, and changes nothing. */
export function createReadingStore(db: Db | Tx) {
  const rowsOf = () => db.selectFrom('ledger_transaction').select(['id', 'seq', 'kind', 'at', 'sha256', 'note', 'transfers as stated'])

  const withTransfers = async (rows: Awaited<ReturnType<ReturnType<typeof rowsOf>['execute']>>): Promise<Booked[]> => {
    if (rows.length === 0) return []
    const ids = rows.map(({ id }) => id)
    const transfers = await db.selectFrom('ledger_transfer').selectAll().where('transaction_id', 'in', ids).orderBy('transaction_id').orderBy('n').execute()
    const byId = Map.groupBy(transfers, (row) => row.transaction_id)
    return rows.map((row) => ({ ...row, transfers: (byId.get(row.id) ?? []).map(toTransfer) }))
  }

  /** Ids of the transactions that touch an account of one of these owners. */
  const touching = (owners: readonly string[]) => {
    const one = (column: 'from_account' | 'to_account') =>
      db
        .selectFrom('ledger_transfer')
        .select('transaction_id')
        .where((e) =>
          e.or(
            owners.map((owner) => {
              const [from, to] = within(owner)
              return e.and([e(column, '>=', from), e(column, '<', to)])
            }),
          ),
        )
    return one('from_account').union(one('to_account'))
  }

  return {
    /** Of every account of an owner that was ever used. */
    async balancesOf(owner: string): Promise<AccountBalance[]> {
      const [from, to] = within(owner)
      const rows = await db
        .selectFrom('ledger_balance')
        .select(['account', 'asset', 'amount'])
        .where('account', '>=', from)
        .where('account', '<', to)
        .orderBy('account')
        .orderBy('asset')
        .execute()
      return rows.map(({ asset, ...row }) => ({ ...row, asset: asset as Asset }))
    },
    /** Names of the accounts below a name, such as `dispute`, that hold something, from the one after `after` on. */
    async holding(above: string, { after, limit }: { readonly after: string | null; readonly limit: number }): Promise<string[]> {
      const [from, to] = within(above)
      const rows = await db
        .selectFrom('ledger_balance')
        .select('account')
        .where('account', '>', after ?? from)
        .where('account', '<', to)
        .where('amount', '>', 0n)
        .orderBy('account')
        .limit(limit)
        .execute()
      return rows.map(({ account }) => account)
    },
    /** What an account gave to each other one, less what it got back from them. */
    async givenBy(account: string): Promise<ReadonlyMap<string, bigint>> {
      const rows = await transfersOf(db, [account, account])
      const given = new Map<string, bigint>()
      for (const { from_account, to_account, amount } of rows) {
        const [other, change] = from_account === account ? [to_account, amount] : [from_account, -amount]
        given.set(other, (given.get(other) ?? 0n) + change)
      }
      return given
    },
    standing: (owner: string) => standingOf(db, owner),
    net: (owner: string, during: Stretch) => netOf(db, owner, during),
    /** Transactions of an owner in a stretch of time, from the one after `after` on, in the order in which they were booked. */
    async page(owner: string, stretch: Stretch & { readonly after: number; readonly limit: number }): Promise<Booked[]> {
      const rows = await rowsOf()
        .where('at', '>=', stretch.from)
        .where('at', '<', stretch.until)
        .where('seq', '>', stretch.after)
        .where('seq', '<=', stretch.newest)
        .where('id', 'in', touching([owner]))
        .orderBy('seq')
        .limit(stretch.limit)
        .execute()
      return withTransfers(rows)
    },
    /** All transactions of a stretch of time. */
    async stretch({ from, until, after, limit }: { readonly from: number; readonly until: number; readonly after: number; readonly limit: number }) {
      const rows = rowsOf().where('at', '>=', from).where('at', '<', until).where('seq', '>', after)
      return withTransfers(await rows.orderBy('seq').limit(limit).execute())
    },
    /** Every transaction that touches an account of one of these owners, oldest first. */
    async touching(owners: readonly string[]): Promise<Booked[]> {
      return withTransfers(await rowsOf().where('id', 'in', touching(owners)).orderBy('seq').execute())
    },
    async named(ids: readonly string[]): Promise<Booked[]> {
      return withTransfers(await rowsOf().where('id', 'in', ids).orderBy('seq').execute())
    },
    /** Those in these places. */
    placed: async (seqs: readonly number[]): Promise<Booked[]> => (seqs.length === 0 ? [] : withTransfers(await rowsOf().where('seq', 'in', seqs).execute())),
    /** Everything from the one after `after` on. What is there once never changes. */
    async every(after: number, limit: number): Promise<Booked[]> {
      return withTransfers(await rowsOf().where('seq', '>', after).orderBy('seq').limit(limit).execute())
    },
  }
}

const toTransfer = (row: { from_account: string; to_account: string; asset: string; amount: bigint }): Transfer => ({
  from: row.from_account,
  to: row.to_account,
  asset: row.asset as Asset,
  amount: row.amount,
})
