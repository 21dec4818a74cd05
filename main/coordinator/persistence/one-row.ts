import { type Insertable, type Updateable, sql } from 'kysely'
import { compiledOnce } from './compiled.ts'
import type { Db, Schema, Tx } from './schema.ts'

/** For the hottest paths: one row of any columns, by a statement that is compiled once for those columns. Everything else is kysely's. */
const statements = new Map<string, ReturnType<typeof compiledOnce<unknown>>>()

type Build = () => ReturnType<typeof sql>

function statementFor(name: string, build: Build): ReturnType<typeof compiledOnce<unknown>> {
  const known = statements.get(name) ?? compiledOnce<unknown>((db) => ({ compile: () => build().compile(db) }))
  statements.set(name, known)
  return known
}

const listOf = (columns: readonly string[]) => sql.join(columns.map((column) => sql.ref(column)))

/** Adds a row; `over`: in the place of the one, if there is one, with the same values in these columns. */
export async function insertRow<T extends keyof Schema>(
  db: Db | Tx,
  { into, row, over = [] }: { readonly into: T; readonly row: Insertable<Schema[T]>; readonly over?: readonly (keyof Schema[T] & string)[] },
): Promise<void> {
  const columns = Object.keys(row)
  const insert = statementFor(`insert ${into} ${columns.join()} ${over.join()}`, () => {
    const added = sql`INSERT INTO ${sql.table(into)} (${listOf(columns)}) VALUES (${sql.join(columns.map(() => sql.val('')))})`
    if (over.length === 0) return added
    const changed = columns.flatMap((column) =>
      (over as readonly string[]).includes(column) ? [] : [sql`${sql.ref(column)} = ${sql.ref(`excluded.${column}`)}`],
    )
    return sql`${added} ON CONFLICT (${listOf(over)}) DO UPDATE SET ${sql.join(changed)}`
  })
  await insert(db, Object.values(row))
}

/** Changes the row with this id; columns that are not named stay as they are. */
export async function updateRow<T extends keyof Schema>(
  db: Db | Tx,
  { of, id, set }: { readonly of: T; readonly id: string; readonly set: Updateable<Schema[T]> },
): Promise<void> {
  const columns = Object.keys(set)
  if (columns.length === 0) return
  const update = statementFor(`update ${of} ${columns.join()}`, () => {
    const changes = columns.map((column) => sql`${sql.ref(column)} = ${sql.val('')}`)
    return sql`UPDATE ${sql.table(of)} SET ${sql.join(changes)} WHERE "id" = ${sql.val('')}`
  })
  await update(db, [...Object.values(set), id])
}
