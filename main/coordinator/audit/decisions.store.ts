import { sql } from 'kysely'
import type { DecisionSubject } from '../../../shared/contract/decision.ts'
import { compiledOnce } from '../persistence/compiled.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { insertRows } from '../persistence/many-rows.ts'
import type { Decision } from './chain.ts'

/** The head of the log; `null` of an empty one. */
export type Head = Pick<Decision, 'seq' | 'hash'> | null

export interface Concerned {
  readonly subject: DecisionSubject
  /** It is about this one; otherwise it can be found by it. */
  readonly isFirst: boolean
}

export interface DecisionFilter {
  readonly about: DecisionSubject | null
  readonly kind: string | null
  /** Epoch milliseconds: from, and before. */
  readonly since: number | null
  readonly until: number | null
  /** Only what is about this requester's jobs; `null`: everything. */
  readonly requesterId: string | null
}

export interface DecisionPage {
  /** Sequence number of the last one seen. */
  readonly after: number | null
  readonly limit: number
}

const DECISION = { seq: 'bigint', at: 'bigint', kind: 'text', form: 'text', body: 'text', prev_hash: 'text', hash: 'text' } as const
const SUBJECT = { kind: 'text', id: 'text', seq: 'bigint', is_first: 'bigint' } as const
const COLUMNS = ['seq', 'at', 'kind', 'form', 'body', 'prev_hash as prevHash', 'hash'] as const

const newest = compiledOnce((db) => db.selectFrom('decision').select(['seq', 'hash']).orderBy('seq', 'desc').limit(sql.lit(1)))

/** All SQL on tables `decision`, which is only ever appended to, and `decision_subject`. */
export function createDecisionsStore(db: Db | Tx) {
  const about = ({ kind, id }: DecisionSubject) => db.selectFrom('decision_subject').select('seq').where('kind', '=', kind).where('id', '=', id)
  const ofRequester = (requesterId: string) =>
    db
      .selectFrom('decision_subject')
      .innerJoin('job', 'job.id', 'decision_subject.id')
      .select('decision_subject.seq')
      .where('decision_subject.kind', '=', 'job')
      .where('decision_subject.is_first', '=', 1)
      .where('job.requester_id', '=', requesterId)
  const matching = (filter: DecisionFilter) => {
    let query = db.selectFrom('decision').select(COLUMNS)
    if (filter.about !== null) query = query.where('seq', 'in', about(filter.about))
    if (filter.requesterId !== null) query = query.where('seq', 'in', ofRequester(filter.requesterId))
    if (filter.kind !== null) query = query.where('kind', '=', filter.kind)
    if (filter.since !== null) query = query.where('at', '>=', filter.since)
    return filter.until === null ? query : query.where('at', '<', filter.until)
  }
  return {
    async head(): Promise<Head> {
      return (await newest(db, []))[0] ?? null
    },
    /** Records in their order, each following on the one before it, the first on the head. */
    async append(decisions: readonly Decision[], concerned: readonly (Concerned & Pick<Decision, 'seq'>)[]): Promise<void> {
      await insertRows(db, { into: 'decision', types: DECISION, rows: decisions.map(({ prevHash, ...decision }) => ({ ...decision, prev_hash: prevHash })) })
      const found = concerned.map(({ subject, seq, isFirst }) => ({ ...subject, seq, is_first: isFirst ? 1 : 0 }))
      await insertRows(db, { into: 'decision_subject', types: SUBJECT, rows: found })
    },
    /** Newest first. */
    newest: (filter: DecisionFilter, { after, limit }: DecisionPage): Promise<Decision[]> =>
      (after === null ? matching(filter) : matching(filter).where('seq', '<', after)).orderBy('seq', 'desc').limit(limit).execute(),
    /** Oldest first. */
    oldest: (filter: DecisionFilter, { after, limit }: DecisionPage): Promise<Decision[]> =>
      (after === null ? matching(filter) : matching(filter).where('seq', '>', after)).orderBy('seq').limit(limit).execute(),
    get: (seq: number, filter: DecisionFilter): Promise<Decision | undefined> => matching(filter).where('seq', '=', seq).executeTakeFirst(),
    /** What each of these records concerns, the first first. */
    async subjects(seqs: readonly number[]): Promise<ReadonlyMap<number, DecisionSubject[]>> {
      if (seqs.length === 0) return new Map()
      const rows = await db.selectFrom('decision_subject').selectAll().where('seq', 'in', seqs).orderBy('is_first', 'desc').orderBy('kind').execute()
      const found = Map.groupBy(rows, ({ seq }) => seq)
      return new Map([...found].map(([seq, of]) => [seq, of.map(({ kind, id }) => ({ kind, id }) as DecisionSubject)]))
    },
  }
}
