import type { Db, Tx } from '../persistence/database.ts'

/** All SQL on tables `requester` and `api_key`. Only the SHA-256 of a key is ever stored. */
export function createApiKeysStore(db: Db | Tx) {
  return {
    async addRequester(requester: { id: string; name: string; at: number }): Promise<void> {
      await db
        .insertInto('requester')
        .values({ id: requester.id, name: requester.name, created_at: requester.at })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute()
    },
    async addKey(key: { sha256: string; prefix: string; requesterId: string; at: number }): Promise<void> {
      await db
        .insertInto('api_key')
        .values({ sha256: key.sha256, prefix: key.prefix, requester_id: key.requesterId, created_at: key.at, revoked_at: null })
        .onConflict((conflict) => conflict.column('sha256').doUpdateSet({ revoked_at: null }))
        .execute()
    },
    async requesterOf(sha256: string): Promise<string | null> {
      const row = await db.selectFrom('api_key').select('requester_id').where('sha256', '=', sha256).where('revoked_at', 'is', null).executeTakeFirst()
      return row?.requester_id ?? null
    },
    async revokeOthers({ sha256, requesterId, at }: { sha256: string; requesterId: string; at: number }): Promise<void> {
      await db
        .updateTable('api_key')
        .set({ revoked_at: at })
        .where('requester_id', '=', requesterId)
        .where('sha256', '!=', sha256)
        .where('revoked_at', 'is', null)
        .execute()
    },
  }
}
