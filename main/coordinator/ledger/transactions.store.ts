import { type RawBuilder, sql } from 'kysely'
import type { Db, Tx } from '../persistence/database.ts'
import { type Found, type Search, type Spot, among, beginsWith, isFew, look } from '../persistence/looking.ts'

/** Which transactions are meant; what is `null` does not matter. Times are epoch milliseconds. */
export interface TransactionFilter {
  /** They change one of these, which are accounts or what accounts begin with: all of them. */
  readonly accounts: readonly string[]
  readonly kinds: readonly string[] | null
  readonly since: number | null
  readonly until: number | null
}

type Condition = RawBuilder<unknown>

const BOOKED = { from: sql`ledger_transaction AS booked`, at: sql`booked.at`, id: sql`booked.seq` }

/** What most transactions are; the others are found by an index, which is told from the text of the condition. */
const COMMON: ReadonlySet<string> = new Set(['reserve', 'reserve-array', 'accrue', 'close', 'credit', 'credit-verified'])
const IS_RARE = sql`booked.kind NOT IN ('reserve', 'reserve-array', 'accrue', 'close', 'credit', 'credit-verified')`

const isOn = (column: Condition, account: string): Condition => sql`(${column} = ${account} OR ${beginsWith(column, `${account}:`)})`
const changes = (account: string): Condition => sql`(${isOn(sql`moved.from_account`, account)} OR ${isOn(sql`moved.to_account`, account)})`

const isAmong = (account: string): Condition => sql`booked.id IN (SELECT moved.transaction_id FROM ledger_transfer AS moved WHERE ${changes(account)})`
const isOne = (account: string): Condition =>
  sql`EXISTS (SELECT 1 FROM ledger_transfer AS moved WHERE moved.transaction_id = booked.id AND ${changes(account)})`

async function wayOf(db: Db | Tx, { accounts, kinds }: TransactionFilter): Promise<Pick<Search, 'by' | 'rest' | 'isFew'>> {
  const ofKinds = kinds === null ? [] : [among(sql`booked.kind`, kinds)]
  for (const account of accounts)
    if (await isFew(db, sql`ledger_transfer AS moved`, changes(account)))
      return { by: [isAmong(account)], rest: [...ofKinds, ...accounts.filter((other) => other !== account).map(isOne)], isFew: true }
  const [kind, ...others] = kinds ?? []
  if (kind !== undefined && others.length === 0 && !COMMON.has(kind)) return { by: [IS_RARE, sql`booked.kind = ${kind}`], rest: accounts.map(isOne) }
  return { by: [], rest: [...ofKinds, ...accounts.map(isOne)] }
}

/** Places of transactions, the newest first; their ids are those of their places in the books. */
export async function findTransactions(db: Db | Tx, filter: TransactionFilter, page: { readonly before: Spot | null; readonly limit: number }): Promise<Found> {
  const { since, until } = filter
  const { by, rest, isFew: few = false } = await wayOf(db, filter)
  const during = [...(since === null ? [] : [sql`booked.at >= ${since}`]), ...(until === null ? [] : [sql`booked.at < ${until}`])]
  return look(db, { ...BOOKED, by: [...by, ...during], rest, isFew: few }, page)
}
