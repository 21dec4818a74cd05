import type { Db, Tx } from '../persistence/database.ts'
import type { Chained } from './chain.ts'
import type { Head } from './decisions.store.ts'

/** An act as it is in the chain; what is sealed apart is found by its number. */
export interface Act extends Chained {
  readonly form: 'act'
}

export interface ActFilter {
  /** `requester:ID`, `member:ID`, `node:ID` or `nobody`. */
  readonly actor: string | null
  /** Such as `node:ID` or `requester:ID`. */
  readonly about: string | null
  readonly kind: string | null
  readonly outcome: string | null
  /** Epoch milliseconds: from, and before. */
  readonly since: number | null
  readonly until: number | null
}

interface NewAct {
  readonly act: Act
  readonly id: string
  readonly outcome: string
  readonly actor: string
  readonly about: readonly string[]
  /** What is sealed apart. */
  readonly detail: string
}

interface Page {
  readonly after: number | null
  readonly limit: number
}

const COLUMNS = ['seq', 'at', 'kind', 'body', 'prev_hash as prevHash', 'hash'] as const

const asAct = (row: Omit<Act, 'form'>): Act => ({ ...row, form: 'act' })

/** All SQL on tables `act`, which is only ever appended to, `act_subject` and `act_detail`. */
export function createActsStore(db: Db | Tx) {
  const found = (subject: string, role: 'actor' | 'about') => db.selectFrom('act_subject').select('seq').where('subject', '=', subject).where('role', '=', role)
  const matching = ({ actor, about, kind, outcome, since, until }: ActFilter) => {
    let query = db.selectFrom('act').select(COLUMNS)
    if (actor !== null) query = query.where('seq', 'in', found(actor, 'actor'))
    if (about !== null) query = query.where('seq', 'in', found(about, 'about'))
    if (kind !== null) query = query.where('kind', '=', kind)
    if (outcome !== null) query = query.where('outcome', '=', outcome)
    if (since !== null) query = query.where('at', '>=', since)
    return until === null ? query : query.where('at', '<', until)
  }
  return {
    async head(): Promise<Head> {
      return (await db.selectFrom('act').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1).executeTakeFirst()) ?? null
    },
    async append({ act, id, outcome, actor, about, detail }: NewAct): Promise<void> {
      const { form: _, prevHash, ...row } = act
      await db
        .insertInto('act')
        .values({ ...row, prev_hash: prevHash, id, outcome })
        .execute()
      const subjects = [{ subject: actor, role: 'actor' as const }, ...new Set(about)].map((one) =>
        typeof one === 'string' ? { subject: one, role: 'about' as const, seq: act.seq } : { ...one, seq: act.seq },
      )
      await db.insertInto('act_subject').values(subjects).execute()
      await db.insertInto('act_detail').values({ seq: act.seq, at: act.at, text: detail }).execute()
    },
    has: async (id: string): Promise<boolean> => (await db.selectFrom('act').select('seq').where('id', '=', id).executeTakeFirst()) !== undefined,
    newest: async (filter: ActFilter, { after, limit }: Page): Promise<Act[]> =>
      (await (after === null ? matching(filter) : matching(filter).where('seq', '<', after)).orderBy('seq', 'desc').limit(limit).execute()).map(asAct),
    oldest: async ({ after, limit }: Page): Promise<Act[]> =>
      (
        await db
          .selectFrom('act')
          .select(COLUMNS)
          .where('seq', '>', after ?? 0)
          .orderBy('seq')
          .limit(limit)
          .execute()
      ).map(asAct),
    async get(seq: number): Promise<Act | null> {
      const row = await db.selectFrom('act').select(COLUMNS).where('seq', '=', seq).executeTakeFirst()
      return row ? asAct(row) : null
    },
    /** Those that are still kept. */
    async details(seqs: readonly number[]): Promise<ReadonlyMap<number, string>> {
      if (seqs.length === 0) return new Map()
      const rows = await db.selectFrom('act_detail').select(['seq', 'text']).where('seq', 'in', seqs).execute()
      return new Map(rows.map(({ seq, text }) => [seq, text]))
    },
    async forgetDetails(before: number): Promise<void> {
      await db.deleteFrom('act_detail').where('at', '<', before).execute()
    },
  }
}
