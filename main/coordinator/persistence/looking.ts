import { type RawBuilder, sql } from 'kysely'
import type { Db, Tx } from './database.ts'

/** Where a row stands in a list that is read newest first. `at` is epoch milliseconds; of two of one moment, the greater id comes first. */
export interface Spot {
  readonly at: number
  readonly id: string
}

type Condition = RawBuilder<unknown>

/** What is looked for, and by which way. */
export interface Search {
  readonly from: RawBuilder<unknown>
  /** What is in order first; `null` where ids alone are. */
  readonly at: RawBuilder<unknown> | null
  readonly id: RawBuilder<unknown>
  /** What an index answers. */
  readonly by: readonly Condition[]
  /** What each row is looked at for. */
  readonly rest: readonly Condition[]
  /** `by` is so few rows that all of them may be put in order; otherwise its index gives them in order. */
  readonly isFew?: boolean
}

export interface Found {
  readonly spots: readonly Spot[]
  /** Where to go on; `null`: there is nothing more. A page may end before it is full where much was looked at and little found. */
  readonly next: Spot | null
}

/** Rows that one page looks at: what nothing is found in costs no more than a few milliseconds, whatever is asked for and however much there is. */
export const MOST_LOOKED_AT = 2_000
/** So few rows may be put in order for a page. */
const FEW = 2_000

const all = (conditions: readonly Condition[]): Condition => (conditions.length === 0 ? sql`1 = 1` : sql.join(conditions, sql` AND `))

// The first of the two is what an index is entered by.
const below = ({ at, id }: Search, before: Spot | null): Condition[] => {
  if (before === null) return []
  return at === null ? [sql`${id} < ${before.id}`] : [sql`${at} <= ${before.at}`, sql`(${at} < ${before.at} OR ${id} < ${before.id})`]
}

const downTo = ({ at, id }: Search, last: Spot | null): Condition[] => {
  if (last === null) return []
  return at === null ? [sql`${id} >= ${last.id}`] : [sql`${at} >= ${last.at}`, sql`(${at} > ${last.at} OR ${id} >= ${last.id})`]
}

const spots = ({ from, at, id }: Search, where: readonly Condition[]) => {
  const order = at === null ? sql`${id} DESC` : sql`${at} DESC, ${id} DESC`
  return sql<Spot>`SELECT ${at ?? sql`0`} AS at, ${id} AS id FROM ${from} WHERE ${all(where)} ORDER BY ${order}`
}

/** Places of the rows of one page, newest first; `limit` of them at most. */
export async function look(db: Db | Tx, search: Search, page: { readonly before: Spot | null; readonly limit: number }): Promise<Found> {
  const { before, limit } = page
  const isBounded = search.rest.length > 0 && search.isFew !== true
  const way = [...search.by, ...below(search, before)]
  const last = isBounded ? await nth(db, spots(search, way)) : null
  const { rows } = await sql<Spot>`${spots(search, [...way, ...downTo(search, last), ...search.rest])} LIMIT ${limit + 1}`.execute(db)
  if (rows.length > limit) return { spots: rows.slice(0, limit), next: rows[limit - 1] ?? null }
  return { spots: rows, next: last }
}

async function nth(db: Db | Tx, ordered: RawBuilder<Spot>): Promise<Spot | null> {
  const { rows } = await sql<Spot>`${ordered} LIMIT 1 OFFSET ${MOST_LOOKED_AT - 1}`.execute(db)
  return rows[0] ?? null
}

/** Whether so few rows answer to this that all of them may be read. */
export async function isFew(db: Db | Tx, from: RawBuilder<unknown>, where: Condition): Promise<boolean> {
  const { rows } = await sql<{ count: number }>`SELECT count(*) AS count FROM (SELECT 1 FROM ${from} WHERE ${where} LIMIT ${FEW + 1}) AS few`.execute(db)
  return (rows[0]?.count ?? 0) <= FEW
}

/** Text that begins so, for a column that is compared by its bytes. */
export const beginsWith = (column: RawBuilder<unknown>, beginning: string): Condition =>
  sql`(${column} >= ${beginning} AND ${column} < ${`${beginning}\u{10ffff}`})`

export const among = (column: RawBuilder<unknown>, values: readonly string[]): Condition => sql`${column} IN (${sql.join(values)})`
