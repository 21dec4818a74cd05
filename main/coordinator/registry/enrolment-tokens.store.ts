import type { Db, Tx } from '../persistence/database.ts'

export interface EnrolmentToken {
  readonly tokenId: string
  /** `null`: the node is nobody's until it is paired. */
  readonly fleetId: string | null
  readonly owner: string | null
  readonly createdBy: string
  readonly createdAt: number
  readonly expiresAt: number
  readonly uses: number
  readonly used: number
  readonly revokedAt: number | null
}

type NewToken = Omit<EnrolmentToken, 'owner' | 'used' | 'revokedAt'>

function reading(db: Db | Tx) {
  const all = () =>
    db
      .selectFrom('enrolment_token as t')
      .leftJoin('fleet', 'fleet.id', 't.fleet_id')
      .select([
        't.id as tokenId',
        't.fleet_id as fleetId',
        'fleet.name as owner',
        't.created_by as createdBy',
        't.created_at as createdAt',
        't.expires_at as expiresAt',
        't.uses as uses',
        't.used as used',
        't.revoked_at as revokedAt',
      ])
  return {
    byHash: async (sha256: string): Promise<EnrolmentToken | null> => (await all().where('t.token_sha256', '=', sha256).executeTakeFirst()) ?? null,
    byId: async (tokenId: string): Promise<EnrolmentToken | null> => (await all().where('t.id', '=', tokenId).executeTakeFirst()) ?? null,
    /** Newest first. */
    newest: ({ after, limit }: { after: string | null; limit: number }): Promise<EnrolmentToken[]> =>
      (after === null ? all() : all().where('t.id', '<', after)).orderBy('t.id', 'desc').limit(limit).execute(),
  }
}

function writing(db: Db | Tx) {
  return {
    async add({ sha256, ...token }: NewToken & { readonly sha256: string }): Promise<void> {
      const row = { id: token.tokenId, token_sha256: sha256, fleet_id: token.fleetId, created_by: token.createdBy, uses: token.uses, used: 0, revoked_at: null }
      await db
        .insertInto('enrolment_token')
        .values({ ...row, created_at: token.createdAt, expires_at: token.expiresAt })
        .execute()
    },
    /** False if this node has used it before. */
    async use(tokenId: string, nodeId: string, at: number): Promise<boolean> {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('enrolment_token_use')
        .values({ token_id: tokenId, node_id: nodeId, used_at: at })
        .onConflict((conflict) => conflict.columns(['token_id', 'node_id']).doNothing())
        .executeTakeFirstOrThrow()
      if (numInsertedOrUpdatedRows !== 1n) return false
      await db
        .updateTable('enrolment_token')
        .set((e) => ({ used: e('used', '+', 1) }))
        .where('id', '=', tokenId)
        .execute()
      return true
    },
    async revoke(tokenId: string, at: number): Promise<void> {
      await db.updateTable('enrolment_token').set({ revoked_at: at }).where('id', '=', tokenId).where('revoked_at', 'is', null).execute()
    },
  }
}

/** All SQL on tables `enrolment_token` and `enrolment_token_use`. Only the SHA-256 of a token is ever stored. */
export const createEnrolmentTokensStore = (db: Db | Tx) => ({ ...reading(db), ...writing(db) })
