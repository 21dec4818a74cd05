import type { Selectable } from 'kysely'
import type { Grants } from '../../../shared/domain/permissions.ts'
import { rememberedOnce } from '../persistence/compiled.ts'
import type { Db, Schema, Tx } from '../persistence/database.ts'

/** Who made the key that is in the key file: nobody who could be asked, and no name that an account could have. */
export const KEY_FILE = 'key file'

/** Times are epoch milliseconds. */
export interface StoredKey {
  readonly sha256: string
  readonly prefix: string
  readonly requesterId: string
  readonly label: string | null
  /** `null`: all that its account may. */
  readonly may: Grants | null
  /** `null`: from before keys were kept apart. */
  readonly createdBy: string | null
  readonly createdAt: number
  readonly expiresAt: number | null
  readonly lastUsedAt: number | null
  readonly revokedAt: number | null
  readonly revokedBy: string | null
}

export type NewKey = Omit<StoredKey, 'lastUsedAt' | 'revokedAt' | 'revokedBy'>

const decode = (row: Selectable<Schema['api_key']>): StoredKey => ({
  sha256: row.sha256,
  prefix: row.prefix,
  requesterId: row.requester_id,
  label: row.label,
  may: row.may === null ? null : (JSON.parse(row.may) as Grants),
  createdBy: row.created_by,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  lastUsedAt: row.last_used_at,
  revokedAt: row.revoked_at,
  revokedBy: row.revoked_by,
})

const encode = (key: NewKey) => ({
  sha256: key.sha256,
  prefix: key.prefix,
  requester_id: key.requesterId,
  label: key.label,
  may: key.may === null ? null : JSON.stringify(key.may),
  created_by: key.createdBy,
  created_at: key.createdAt,
  expires_at: key.expiresAt,
})

const bySha256 = rememberedOnce((db) => db.selectFrom('api_key').selectAll().where('sha256', '=', ''))

const reading = (db: Db | Tx) => ({
  async bySha256(sha256: string): Promise<StoredKey | null> {
    const [row] = await bySha256(db, [sha256])
    return row ? decode(row) : null
  },
  async byPrefix(prefix: string): Promise<StoredKey | null> {
    const row = await db.selectFrom('api_key').selectAll().where('prefix', '=', prefix).orderBy('created_at', 'desc').executeTakeFirst()
    return row ? decode(row) : null
  },
  /** Newest first; of every account where `requesterId` is null. `after`: a prefix. */
  async page({ requesterId, after, limit }: { requesterId: string | null; after: string | null; limit: number }): Promise<StoredKey[]> {
    let query = db.selectFrom('api_key').selectAll()
    if (requesterId !== null) query = query.where('requester_id', '=', requesterId)
    const before = after === null ? null : await this.byPrefix(after)
    // Where a key of others stands in time is theirs.
    if (before !== null && (requesterId === null || before.requesterId === requesterId))
      query = query.where((e) =>
        e.or([e('created_at', '<', before.createdAt), e.and([e('created_at', '=', before.createdAt), e('sha256', '<', before.sha256)])]),
      )
    return (await query.orderBy('created_at', 'desc').orderBy('sha256', 'desc').limit(limit).execute()).map(decode)
  },
  /** Keys of an account that open something at this time. */
  async countLive(requesterId: string, at: number): Promise<number> {
    const row = await db
      .selectFrom('api_key')
      .select((e) => e.fn.countAll<number>().as('live'))
      .where('requester_id', '=', requesterId)
      .where('revoked_at', 'is', null)
      .where((e) => e.or([e('expires_at', 'is', null), e('expires_at', '>', at)]))
      .executeTakeFirstOrThrow()
    return row.live
  },
})

const writing = (db: Db | Tx) => ({
  async addRequester(requester: { id: string; name: string; at: number }): Promise<void> {
    await db
      .insertInto('requester')
      .values({ id: requester.id, name: requester.name, created_at: requester.at })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute()
  },
  async add(key: NewKey): Promise<void> {
    await db.insertInto('api_key').values(encode(key)).execute()
  },
  /** The key of the key file, whether it is new, known or was ended; it ends the one that was in the file before. */
  async addFileKey(key: NewKey): Promise<void> {
    await db
      .insertInto('api_key')
      .values(encode(key))
      .onConflict((conflict) => conflict.column('sha256').doUpdateSet({ revoked_at: null, revoked_by: null, created_by: KEY_FILE }))
      .execute()
    await db
      .updateTable('api_key')
      .set({ revoked_at: key.createdAt, revoked_by: null })
      .where('requester_id', '=', key.requesterId)
      .where('sha256', '!=', key.sha256)
      .where((e) => e.or([e('created_by', 'is', null), e('created_by', '=', KEY_FILE)]))
      .where('revoked_at', 'is', null)
      .execute()
  },
  async revoke(sha256: string, { by, at }: { by: string; at: number }): Promise<void> {
    await db.updateTable('api_key').set({ revoked_at: at, revoked_by: by }).where('sha256', '=', sha256).where('revoked_at', 'is', null).execute()
  },
  async expire(sha256: string, at: number): Promise<void> {
    await db
      .updateTable('api_key')
      .set({ expires_at: at })
      .where('sha256', '=', sha256)
      .where((e) => e.or([e('expires_at', 'is', null), e('expires_at', '>', at)]))
      .execute()
  },
  async touch(sha256: string, at: number): Promise<void> {
    await db
      .updateTable('api_key')
      .set({ last_used_at: at })
      .where('sha256', '=', sha256)
      .where((e) => e.or([e('last_used_at', 'is', null), e('last_used_at', '<', at)]))
      .execute()
  },
})

/** All SQL on tables `requester` (making one) and `api_key`. Only the SHA-256 of a key is ever stored. */
export const createApiKeysStore = (db: Db | Tx) => ({ ...reading(db), ...writing(db) })
