import type { Db, Tx } from '../persistence/database.ts'
import type { PersonTables } from '../persistence/tables/persons.ts'

export type ErasureRow = PersonTables['erasure']
export type PersonKind = ErasureRow['kind']
export interface Person {
  readonly kind: PersonKind
  readonly id: string
}

/** All SQL on table `erasure`. */
export const createErasuresStore = (db: Db | Tx) => ({
  add: async (row: ErasureRow): Promise<void> => {
    await db
      .insertInto('erasure')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute()
  },
  get: async (id: string): Promise<ErasureRow | null> => (await db.selectFrom('erasure').selectAll().where('id', '=', id).executeTakeFirst()) ?? null,
  /** The newest one of a person, of those in this state. */
  async of({ kind, id }: Person, state: ErasureRow['state']): Promise<ErasureRow | null> {
    const rows = db.selectFrom('erasure').selectAll().where('kind', '=', kind).where('person', '=', id).where('state', '=', state)
    return (await rows.orderBy('asked_at', 'desc').limit(1).executeTakeFirst()) ?? null
  },
  /** So many of those whose time has come, by their ids, after one. */
  due: (now: number, { after, limit }: { readonly after: string; readonly limit: number }): Promise<ErasureRow[]> =>
    db.selectFrom('erasure').selectAll().where('state', '=', 'waiting').where('due_at', '<=', now).where('id', '>', after).orderBy('id').limit(limit).execute(),
  done: (): Promise<ErasureRow[]> => db.selectFrom('erasure').selectAll().where('state', '=', 'done').orderBy('ended_at').execute(),
  change: async (id: string, changes: Partial<ErasureRow>): Promise<void> => {
    await db.updateTable('erasure').set(changes).where('id', '=', id).execute()
  },
  /** Newest first; of these persons only, `null`: of everybody. */
  async page({ persons, state, after, limit }: { persons: readonly Person[] | null; state: ErasureRow['state'] | null; after: string | null; limit: number }) {
    let query = db.selectFrom('erasure').selectAll()
    if (persons !== null) query = query.where((is) => is.or(persons.map(({ kind, id }) => is.and([is('kind', '=', kind), is('person', '=', id)]))))
    if (state !== null) query = query.where('state', '=', state)
    if (after !== null) query = query.where('id', '<', after)
    return query.orderBy('id', 'desc').limit(limit).execute()
  },
})
