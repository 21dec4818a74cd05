import type { CompiledQuery } from 'kysely'
import type { Engine } from './engine.ts'
import { toRemember } from './remembered.ts'
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

/** Of more at once, what is asked is compiled each time: numbers are many, and each has a text of its own. */
const MOST_COUNTED = 16

/** The same for a query that asks about so many at once, compiled once for each small number. */
export function compiledForEach<R>(
  build: (db: Db | Tx, all: readonly string[]) => { readonly compile: () => CompiledQuery<R> },
): (db: Db | Tx, count: number, values: readonly unknown[]) => Promise<R[]> {
  const known = new Map<number, ReturnType<typeof compiledOnce<R>>>()
  return (db, count, values) => {
    const query = known.get(count) ?? compiledOnce((of) => build(of, Array<string>(count).fill('')))
    if (count <= MOST_COUNTED) known.set(count, query)
    return query(db, values)
  }
}

/**
 * The same for what is often asked and rarely changes: it is not asked again for as long as nothing is written that could change the answer, whose rows
 * are nobody's to change.
 */
export const rememberedOnce = <R>(build: (db: Db | Tx) => { readonly compile: () => CompiledQuery<R> }): ReturnType<typeof compiledOnce<R>> =>
  compiledOnce((db) => ({ compile: () => toRemember(build(db).compile()) }))
