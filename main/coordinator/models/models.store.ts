import type { Selectable } from 'kysely'
import type { Model } from '../../../shared/contract/model.ts'
import type { Db, Schema, Tx } from '../persistence/database.ts'

export interface StoredModel extends Model {
  readonly addedBy: string
  /** Epoch milliseconds. */
  readonly addedAt: number
}

const decode = ({ body, added_by, added_at }: Selectable<Schema['model']>): StoredModel => ({
  ...(JSON.parse(body) as Model),
  addedBy: added_by,
  addedAt: added_at,
})

/** All SQL on table `model`, which is only ever appended to. */
export function createModelsStore(db: Db | Tx) {
  return {
    async get({ name, version }: Pick<Model, 'name' | 'version'>): Promise<StoredModel | null> {
      const row = await db.selectFrom('model').selectAll().where('name', '=', name).where('version', '=', version).executeTakeFirst()
      return row ? decode(row) : null
    },
    async add({ addedBy, addedAt, ...model }: StoredModel): Promise<void> {
      const { name, version } = model
      await db
        .insertInto('model')
        .values({ name, version, body: JSON.stringify(model), added_by: addedBy, added_at: addedAt })
        .execute()
    },
    /** By name, then version. */
    async list({ name, after, limit }: { name: string | null; after: Pick<Model, 'name' | 'version'> | null; limit: number }): Promise<StoredModel[]> {
      let query = db.selectFrom('model').selectAll()
      if (name !== null) query = query.where('name', '=', name)
      if (after !== null) query = query.where((e) => e.or([e('name', '>', after.name), e.and([e('name', '=', after.name), e('version', '>', after.version)])]))
      return (await query.orderBy('name').orderBy('version').limit(limit).execute()).map(decode)
    },
  }
}
