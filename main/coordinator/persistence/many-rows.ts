import { type RawBuilder, sql } from 'kysely'
import type { Db, Tx } from './schema.ts'
import { compiledOnce } from './compiled.ts'
import { engineOf } from './transact.ts'

/** SQL types that both engines know a value to be of. */
type ColumnType = 'text' | 'bigint' | 'double precision'
type Value = string | number | bigint | null

/** Amounts above 2^53 travel as text, and text as a parameter would: with no half of a character. */
const jsonOf = (value: Value): string | number | null => {
  if (typeof value === 'string') return value.toWellFormed()
  return typeof value === 'bigint' ? value.toString() : value
}

interface ManyRows {
  /** Each column, in the order they were declared, as an expression with its name. */
  readonly columns: RawBuilder<unknown>
  readonly from: RawBuilder<unknown>
}

/**
 * Any number of rows as the one parameter of a statement, which so has the same text however many there are and is prepared once: to be read as
 * `SELECT columns FROM from`. For the hottest paths; everything else is kysely's.
 */
function manyRows<C extends string>(db: Db | Tx, types: Readonly<Record<C, ColumnType>>): ManyRows {
  const each = engineOf(db).kind === 'SQLite' ? sql`json_each(${''}) AS each` : sql`json_array_elements(CAST(${''} AS json)) AS each(value)`
  const column = (name: C, at: number) => sql`CAST(each.value ->> ${sql.lit(at)} AS ${sql.raw(types[name])}) AS ${sql.ref(name)}`
  return { columns: sql.join((Object.keys(types) as C[]).map(column)), from: each }
}

type Statement = ReturnType<typeof compiledOnce<unknown>>
const statements = new Map<string, Statement>()

/** One for each kind of change, table and list of columns. */
function statementFor(key: readonly [kind: 'insert' | 'update', table: string, types: object], build: (db: Db | Tx) => RawBuilder<unknown>): Statement {
  const [kind, table, types] = key
  const name = `${kind} ${table} ${Object.entries(types).join()}`
  const known = statements.get(name) ?? compiledOnce((db) => ({ compile: () => build(db).compile(db) }))
  statements.set(name, known)
  return known
}

function valuesOf<C extends string>(types: Readonly<Record<C, ColumnType>>, rows: readonly Readonly<Record<C, Value>>[]): readonly [string] {
  const names = Object.keys(types) as C[]
  return [JSON.stringify(rows.map((row) => names.map((name) => jsonOf(row[name]))))]
}

/** Adds rows, all of them with one statement. */
export async function insertRows<C extends string>(
  tx: Db | Tx,
  { into, types, rows }: { readonly into: string; readonly types: Readonly<Record<C, ColumnType>>; readonly rows: readonly Readonly<Record<C, Value>>[] },
): Promise<void> {
  if (rows.length === 0) return
  const insert = statementFor(['insert', into, types], (db) => {
    const { columns, from } = manyRows(db, types)
    return sql`INSERT INTO ${sql.table(into)} (${sql.join(Object.keys(types).map((name) => sql.ref(name)))}) SELECT ${columns} FROM ${from}`
  })
  await insert(tx, valuesOf(types, rows))
}

/** Changes rows by their id, all of them with one statement: every column that is declared beside `id` is set. */
export async function updateRows<C extends string>(
  tx: Db | Tx,
  {
    of,
    types,
    rows,
  }: { readonly of: string; readonly types: Readonly<Record<C | 'id', ColumnType>>; readonly rows: readonly Readonly<Record<C | 'id', Value>>[] },
): Promise<void> {
  if (rows.length === 0) return
  const update = statementFor(['update', of, types], (db) => {
    const { columns, from } = manyRows(db, types)
    const changes = Object.keys(types).flatMap((name) => (name === 'id' ? [] : [sql`${sql.ref(name)} = ${sql.ref(`given.${name}`)}`]))
    return sql`UPDATE ${sql.table(of)} SET ${sql.join(changes)} FROM (SELECT ${columns} FROM ${from}) AS given WHERE ${sql.ref(`${of}.id`)} = given.id`
  })
  await update(tx, valuesOf(types, rows))
}
