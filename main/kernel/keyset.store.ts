import type { Sqlite } from './sqlite.ts'

export interface KeysetQuery {
  /** `SELECT … FROM …` without `WHERE`. */
  readonly select: string
  readonly table: string
  readonly at: string
  readonly id: string
}

/**
 * Newest first, without OFFSET: `after` is the id of the last row the reader has seen, `null` for the first page.
 * An id that no longer exists reads as the first page.
 */
export function createKeysetPage<Row>(db: Sqlite, { select, table, at, id }: KeysetQuery): (after: string | null, limit: number) => Row[] {
  const order = `ORDER BY ${table}.${at} DESC, ${table}.${id} DESC LIMIT ?`
  const first = db.prepare<[number], Row>(`${select} ${order}`)
  const following = db.prepare<[number, string, number], Row>(`${select} WHERE (${table}.${at}, ${table}.${id}) < (?, ?) ${order}`)
  const position = db.prepare<[string], { at: number }>(`SELECT ${at} AS at FROM ${table} WHERE ${id} = ?`)
  return (after, limit) => {
    const last = after === null ? undefined : position.get(after)
    return last && after !== null ? following.all(last.at, after, limit) : first.all(limit)
  }
}
