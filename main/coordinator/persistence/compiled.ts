import type { CompiledQuery } from 'kysely'
import type { Engine } from './engine.ts'
import type { Db, Tx } from './schema.ts'
import { engineOf } from './transact.ts'

/** Few rows in the order of a number. SQLite takes longer to be ready to sort than to find them. */
export const inOrderOf = <R>(rows: readonly R[], place: (row: R) => number): R[] => rows.toSorted((a, b) => place(a) - place(b))

/**
 * A query that is compiled once for each kind of database, since compiling one takes twice as long as asking it: for what every word of every node asks.
 * `values` take the places of the parameters that it was built with, in their order.
 */
export function compiledOnce<R>(
  build: (db: Db | Tx) => { readonly compile: () => CompiledQuery<R> },
): (db: Db | Tx, values: readonly unknown[]) => Promise<R[]> {
  const compiled = new Map<Engine['kind'], CompiledQuery<R>>()
  return async (db, values) => {
    const { kind } = engineOf(db)
    const query = compiled.get(kind) ?? build(db).compile()
    compiled.set(kind, query)
    return (await db.executeQuery<R>({ ...query, parameters: values })).rows
  }
}
