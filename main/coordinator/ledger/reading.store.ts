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

  const flows = async (owner: string, since: number, column: 'from_account' | 'to_account'): Promise<AccountBalance[]> => {
    const [from, to] = within(owner)
    const rows = await db
      .selectFrom('ledger_transfer as transfer')
      .innerJoin('ledger_transaction as booked', 'booked.id', 'transfer.transaction_id')
      .select((e) => [
        `transfer.${column} as account`,
        'transfer.asset',
        e.fn.sum<bigint>(e('transfer.amount', '/', HALF)).as('high_amount'),
        e.fn.sum<bigint>(e('transfer.amount', '%', HALF)).as('low_amount'),
      ])
      .where(`transfer.${column}`, '>=', from)
      .where(`transfer.${column}`, '<', to)
      .where('booked.at', '>=', since)
      .groupBy([`transfer.${column}`, 'transfer.asset'])
      .execute()
    return rows.map(({ account, asset, high_amount, low_amount }) => ({ account, asset: asset as Asset, amount: high_amount * HALF + low_amount }))
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
      const rows = await db
        .selectFrom('ledger_transfer')
        .select(['from_account', 'to_account', 'amount'])
        .where((e) => e.or([e('from_account', '=', account), e('to_account', '=', account)]))
        .execute()
      const given = new Map<string, bigint>()
      for (const { from_account, to_account, amount } of rows) {
        const [other, change] = from_account === account ? [to_account, amount] : [from_account, -amount]
        given.set(other, (given.get(other) ?? 0n) + change)
      }
      return given
    },
    /** What each account of an owner has gained or lost by transactions of then (epoch milliseconds) or later. */
    async netSince(owner: string, since: number): Promise<AccountBalance[]> {
      const lost = (await flows(owner, since, 'from_account')).map((one) => ({ ...one, amount: -one.amount }))
      return [...(await flows(owner, since, 'to_account')), ...lost]
    },
    /** Transactions of an owner in a stretch of time, from the one after `after` on, in the order in which they were booked. */
    async page(owner: string, stretch: { readonly from: number; readonly until: number; readonly after: number; readonly limit: number }): Promise<Booked[]> {
      const rows = await rowsOf()
        .where('at', '>=', stretch.from)
        .where('at', '<', stretch.until)
        .where('seq', '>', stretch.after)
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
