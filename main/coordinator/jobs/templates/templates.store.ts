import type { Selectable } from 'kysely'
import type { Db, Schema, Tx } from '../../persistence/database.ts'

/** One version of a template. `body` is its content, JSON text. */
export interface StoredTemplate {
  readonly name: string
  readonly version: number
  readonly body: string
  /** Epoch milliseconds. */
  readonly createdAt: number
  readonly isDeleted: boolean
}

const decode = ({ name, version, body, created_at, deleted_at }: Selectable<Schema['job_template']>): StoredTemplate => ({
  name,
  version,
  body,
  createdAt: created_at,
  isDeleted: deleted_at !== null,
})

/** All SQL on table `job_template`, for the templates of one requester. */
export function createTemplatesStore(db: Db | Tx, requesterId: string) {
  const own = () => db.selectFrom('job_template').selectAll().where('requester_id', '=', requesterId)
  return {
    async add({ name, version, body, createdAt }: Omit<StoredTemplate, 'isDeleted'>): Promise<void> {
      await db.insertInto('job_template').values({ requester_id: requesterId, name, version, body, created_at: createdAt, deleted_at: null }).execute()
    },
    /** The newest version of a name, deleted or not. */
    async newest(name: string): Promise<StoredTemplate | null> {
      const row = await own().where('name', '=', name).orderBy('version', 'desc').limit(1).executeTakeFirst()
      return row ? decode(row) : null
    },
    async get(name: string, version: number): Promise<StoredTemplate | null> {
      const row = await own().where('name', '=', name).where('version', '=', version).executeTakeFirst()
      return row ? decode(row) : null
    },
    /** The newest version of each template that is not deleted, by name, from after a name on. */
    async page({ after, limit }: { readonly after: string | null; readonly limit: number }): Promise<StoredTemplate[]> {
      let query = own()
        .where('deleted_at', 'is', null)
        .where('version', '=', (e) =>
          e
            .selectFrom('job_template as other')
            .select((of) => of.fn.max('other.version').as('newest'))
            .where('other.requester_id', '=', requesterId)
            .whereRef('other.name', '=', 'job_template.name'),
        )
      if (after !== null) query = query.where('name', '>', after)
      return (await query.orderBy('name').limit(limit).execute()).map(decode)
    },
    async remove(name: string, at: number): Promise<void> {
      await db
        .updateTable('job_template')
        .set({ deleted_at: at })
        .where('requester_id', '=', requesterId)
        .where('name', '=', name)
        .where('deleted_at', 'is', null)
        .execute()
    },
  }
}
