import type { SessionView } from '../../../shared/contract/member.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { type Member, memberOf } from './members.store.ts'

export interface Session {
  readonly sessionId: string
  readonly memberId: string
  readonly client: SessionView['client']
  readonly label: string | null
  readonly createdAt: number
  readonly seenAt: number
  readonly idleMs: number
  readonly expiresAt: number
}

/** All SQL on table `member_session`. Only the SHA-256 of a token is ever stored. */
export function createSessionsStore(db: Db | Tx) {
  return {
    async add(session: Session, tokenSha256: string): Promise<void> {
      const { sessionId: id, memberId, client, label, createdAt, seenAt, idleMs, expiresAt } = session
      const times = { created_at: createdAt, seen_at: seenAt, idle_ms: idleMs, expires_at: expiresAt }
      await db
        .insertInto('member_session')
        .values({ id, token_sha256: tokenSha256, member_id: memberId, client, label, ...times })
        .execute()
    },
    /** With whose it is, and what they may do now. */
    async byToken(tokenSha256: string): Promise<{ readonly session: Session; readonly member: Member } | null> {
      const row = await db.selectFrom('member_session').selectAll().where('token_sha256', '=', tokenSha256).executeTakeFirst()
      const member = row && (await db.selectFrom('member').selectAll().where('id', '=', row.member_id).where('removed_at', 'is', null).executeTakeFirst())
      return row && member ? { session: sessionOf(row), member: memberOf(member) } : null
    },
    /** Newest first. */
    async of(memberId: string): Promise<Session[]> {
      const rows = await db
        .selectFrom('member_session')
        .selectAll()
        .where('member_id', '=', memberId)
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .execute()
      return rows.map(sessionOf)
    },
    async seen(sessionId: string, at: number): Promise<void> {
      await db.updateTable('member_session').set({ seen_at: at }).where('id', '=', sessionId).where('seen_at', '<', at).execute()
    },
    /** Whether there was one. */
    async end({ sessionId, memberId }: Pick<Session, 'sessionId' | 'memberId'>): Promise<boolean> {
      const ended = await db.deleteFrom('member_session').where('id', '=', sessionId).where('member_id', '=', memberId).returning('id').execute()
      return ended.length > 0
    },
    async endAll(memberId: string): Promise<void> {
      await db.deleteFrom('member_session').where('member_id', '=', memberId).execute()
    },
    async forget(now: number): Promise<void> {
      await db.deleteFrom('member_session').where('expires_at', '<=', now).execute()
    },
  }
}

const sessionOf = (row: {
  id: string
  member_id: string
  client: SessionView['client']
  label: string | null
  created_at: number
  seen_at: number
  idle_ms: number
  expires_at: number
}): Session => ({
  sessionId: row.id,
  memberId: row.member_id,
  client: row.client,
  label: row.label,
  createdAt: row.created_at,
  seenAt: row.seen_at,
  idleMs: row.idle_ms,
  expiresAt: row.expires_at,
})
