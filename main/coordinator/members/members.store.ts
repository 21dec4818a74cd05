import type { Selectable } from 'kysely'
import type { Role } from '../../../shared/domain/permissions.ts'
import type { Db, Tx } from '../persistence/database.ts'
import type { MemberTables } from '../persistence/tables/members.ts'

export interface Member {
  readonly memberId: string
  readonly email: string | null
  readonly name: string | null
  readonly role: Role
  readonly requesterId: string | null
  readonly issuer: string | null
  readonly subject: string | null
  readonly invitedBy: string
  readonly invitedAt: number
  readonly joinedAt: number | null
  readonly seenAt: number | null
}

export const memberOf = (row: Selectable<MemberTables['member']>): Member => ({
  memberId: row.id,
  email: row.email,
  name: row.name,
  role: row.role,
  requesterId: row.requester_id,
  issuer: row.issuer,
  subject: row.subject,
  invitedBy: row.invited_by,
  invitedAt: row.invited_at,
  joinedAt: row.joined_at,
  seenAt: row.seen_at,
})

/** All SQL on table `member`. One that was removed is as good as not there. */
export function createMembersStore(db: Db | Tx) {
  const there = () => db.selectFrom('member').selectAll().where('removed_at', 'is', null)
  const one = async (query: ReturnType<typeof there>): Promise<Member | null> => {
    const row = await query.executeTakeFirst()
    return row ? memberOf(row) : null
  }
  return {
    get: (memberId: string) => one(there().where('id', '=', memberId)),
    bySubject: (issuer: string, subject: string) => one(there().where('issuer', '=', issuer).where('subject', '=', subject)),
    byEmail: (email: string) => one(there().where('email', '=', email)),
    /** By id, and so oldest first. */
    async page({ after, limit }: { after: string | null; limit: number }): Promise<Member[]> {
      const rows = await there()
        .where('id', '>', after ?? '')
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(memberOf)
    },
    /** Those who have signed in, and can let others in. */
    async owners(): Promise<readonly string[]> {
      const rows = await there().where('role', '=', 'owner').where('joined_at', 'is not', null).execute()
      return rows.map(({ id }) => id)
    },
    /** Whether anybody but this one has ever been let in, also somebody who was removed. */
    async anyBut(memberId: string | null): Promise<boolean> {
      const row = await db
        .selectFrom('member')
        .select('id')
        .where('id', '!=', memberId ?? '')
        .limit(1)
        .executeTakeFirst()
      return row !== undefined
    },
    async add(member: Omit<Member, 'seenAt'>): Promise<void> {
      const { memberId: id, email, name, role, requesterId, issuer, subject, invitedBy, invitedAt, joinedAt } = member
      const invited = { requester_id: requesterId, invited_by: invitedBy, invited_at: invitedAt, joined_at: joinedAt }
      await db
        .insertInto('member')
        .values({ id, email, name, role, issuer, subject, ...invited, seen_at: null, removed_at: null })
        .execute()
    },
    async join(memberId: string, { issuer, subject, name, at }: { issuer: string; subject: string; name: string | null; at: number }): Promise<void> {
      await db.updateTable('member').set({ issuer, subject, name, joined_at: at }).where('id', '=', memberId).execute()
    },
    async seen(memberId: string, at: number): Promise<void> {
      await db.updateTable('member').set({ seen_at: at }).where('id', '=', memberId).execute()
    },
    async place(memberId: string, { role, requesterId }: { role: Role; requesterId: string | null }): Promise<void> {
      await db.updateTable('member').set({ role, requester_id: requesterId }).where('id', '=', memberId).execute()
    },
    async remove(memberId: string, at: number): Promise<void> {
      await db.updateTable('member').set({ removed_at: at }).where('id', '=', memberId).execute()
    },
  }
}
