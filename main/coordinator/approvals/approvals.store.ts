import { type Selectable, sql } from 'kysely'
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

interface ApprovalPage {
  readonly now: number
  /** In which of these states at that time; `null`: in any. */
  readonly states: readonly Approval['state'][] | null
  readonly kinds: readonly ApprovalKind[] | null
  readonly after: string | null
  readonly limit: number
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

/** What waits for too long has expired, whether or not anybody has written that down. */
const standing = (states: readonly Approval['state'][], now: number) => {
  const waits = sql<boolean>`(state = 'waiting' AND expires_at > ${now})`
  const expired = sql<boolean>`(state = 'expired' OR (state = 'waiting' AND expires_at <= ${now}))`
  const is = (state: Approval['state']) => (state === 'waiting' ? waits : state === 'expired' ? expired : sql<boolean>`state = ${state}`)
  return sql<boolean>`(${sql.join(states.map(is), sql` OR `)})`
}

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
    /** Newest first. */
    async page({ now, states, kinds, after, limit }: ApprovalPage): Promise<Approval[]> {
      let query = all().orderBy('id', 'desc').limit(limit)
      if (states !== null) query = query.where(standing(states, now))
      if (kinds !== null) query = query.where('kind', 'in', kinds)
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
