import type { Selectable } from 'kysely'
import type { ApprovalKind } from '../../../shared/contract/approval.ts'
import type { Db, Schema, Tx } from '../persistence/database.ts'

/** Times are epoch milliseconds. */
export interface Approval {
  readonly approvalId: string
  readonly kind: ApprovalKind
  /** Nothing waits twice for the same. */
  readonly about: string
  readonly summary: string
  /** What is done once it is approved, as JSON. */
  readonly body: string
  readonly state: 'waiting' | 'done' | 'rejected' | 'expired'
  readonly askedBy: string
  readonly askedPerson: string
  readonly askedAt: number
  readonly expiresAt: number
  readonly decidedBy: string | null
  readonly decidedAt: number | null
  readonly reason: string | null
}

export interface Decided {
  readonly to: 'done' | 'rejected'
  readonly by: string
  readonly at: number
  readonly reason: string | null
}

const decode = (row: Selectable<Schema['approval']>): Approval => ({
  approvalId: row.id,
  kind: row.kind as ApprovalKind,
  about: row.about,
  summary: row.summary,
  body: row.body,
  state: row.state,
  askedBy: row.asked_by,
  askedPerson: row.asked_person,
  askedAt: row.asked_at,
  expiresAt: row.expires_at,
  decidedBy: row.decided_by,
  decidedAt: row.decided_at,
  reason: row.reason,
})

/** All SQL on table `approval`. */
export function createApprovalsStore(db: Db | Tx) {
  const all = () => db.selectFrom('approval').selectAll()
  return {
    async get(approvalId: string): Promise<Approval | null> {
      const row = await all().where('id', '=', approvalId).executeTakeFirst()
      return row ? decode(row) : null
    },
    /** What waits for the same, until it expires. */
    async waitingFor(kind: ApprovalKind, about: string): Promise<Approval | null> {
      const row = await all().where('kind', '=', kind).where('about', '=', about).where('state', '=', 'waiting').executeTakeFirst()
      return row ? decode(row) : null
    },
    /** Newest first. `waitingAt`: only those that wait at that time. */
    async page({ waitingAt, after, limit }: { waitingAt: number | null; after: string | null; limit: number }): Promise<Approval[]> {
      let query = all().orderBy('id', 'desc').limit(limit)
      if (waitingAt !== null) query = query.where('state', '=', 'waiting').where('expires_at', '>', waitingAt)
      return (await (after === null ? query : query.where('id', '<', after)).execute()).map(decode)
    },
    async add(approval: Omit<Approval, 'state' | 'decidedBy' | 'decidedAt' | 'reason'>): Promise<void> {
      const { approvalId: id, kind, about, summary, body } = approval
      const asked = { asked_by: approval.askedBy, asked_person: approval.askedPerson, asked_at: approval.askedAt, expires_at: approval.expiresAt }
      await db
        .insertInto('approval')
        .values({ id, kind, about, summary, body, state: 'waiting', ...asked, decided_by: null, decided_at: null, reason: null })
        .execute()
    },
    /** False if it does not wait any more. */
    async decide(approvalId: string, { to, by, at, reason }: Decided): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('approval')
        .set({ state: to, decided_by: by, decided_at: at, reason })
        .where('id', '=', approvalId)
        .where('state', '=', 'waiting')
        .where('expires_at', '>', at)
        .executeTakeFirstOrThrow()
      return numUpdatedRows === 1n
    },
    async expire(approvalId: string): Promise<void> {
      await db.updateTable('approval').set({ state: 'expired' }).where('id', '=', approvalId).where('state', '=', 'waiting').execute()
    },
  }
}
