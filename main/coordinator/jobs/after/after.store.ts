import { sql } from 'kysely'
import type { JobState } from '../../../../shared/contract/job.ts'
import { rememberedOnce } from '../../persistence/compiled.ts'
import type { Db, Tx } from '../../persistence/database.ts'
import { TERMINAL } from '../transition.ts'
import type { KnownLink, Link, States } from './standing.ts'

/** A job, or an array whose jobs all wait for the same. */
export interface Waiter {
  readonly kind: 'job' | 'array'
  readonly id: string
}

/** In these words, and not as a parameter, so that databases know that the index of those will do. */
const isDue = sql<boolean>`due = 1`

const isAnyWaiting = rememberedOnce((db) => db.selectFrom('job_after').select('waiter_id').limit(sql.lit(1)))

/** All SQL on table `job_after`. */
export function createAfterStore(db: Db | Tx) {
  const statesOf = async ({ kind, id }: Pick<Link, 'kind' | 'id'>): Promise<States> => {
    const rows = await db
      .selectFrom('job')
      .select(['state', (e) => e.fn.countAll<number>().as('count')])
      .where(kind === 'job' ? 'id' : 'array_id', '=', id)
      .groupBy('state')
      .execute()
    return Object.fromEntries(rows.map(({ state, count }) => [state, count]))
  }
  const linksOf = async ({ kind, id }: Waiter): Promise<Link[]> =>
    db
      .selectFrom('job_after')
      .select(['kind', 'id', 'ends'])
      .where('waiter_kind', '=', kind)
      .where('waiter_id', '=', id)
      .orderBy('kind')
      .orderBy('id')
      .execute()
  return {
    linksOf,
    statesOf,
    async add(waiter: Waiter, links: readonly Link[]): Promise<void> {
      if (links.length === 0) return
      const rows = links.map(({ kind, id, ends }) => ({ waiter_kind: waiter.kind, waiter_id: waiter.id, kind, id, ends, due: 0 }))
      await db.insertInto('job_after').values(rows).execute()
    },
    /** The same with how each stands at this moment. */
    known: async (links: readonly Link[]): Promise<KnownLink[]> => Promise.all(links.map(async (link) => ({ ...link, states: await statesOf(link) }))),
    /** Jobs of one array, or one of none, have ended: whoever waits for them is to be looked at. */
    async ended(jobIds: readonly string[], arrayId: string | null): Promise<void> {
      if ((await isAnyWaiting(db, [])).length === 0) return
      await db.updateTable('job_after').set({ due: 1 }).where('kind', '=', 'job').where('id', 'in', jobIds).where('due', '=', 0).execute()
      if (arrayId !== null)
        await db.updateTable('job_after').set({ due: 1 }).where('kind', '=', 'array').where('id', '=', arrayId).where('due', '=', 0).execute()
    },
    /** Somebody who is to be looked at, or `null`. */
    async firstDue(): Promise<Waiter | null> {
      const row = await db.selectFrom('job_after').select(['waiter_kind', 'waiter_id']).where(isDue).limit(1).executeTakeFirst()
      return row ? { kind: row.waiter_kind, id: row.waiter_id } : null
    },
    async lookedAt({ kind, id }: Waiter): Promise<void> {
      await db.updateTable('job_after').set({ due: 0 }).where('waiter_kind', '=', kind).where('waiter_id', '=', id).execute()
    },
    /** Ids of its jobs that still wait for something, in their order. */
    async blocked({ kind, id }: Waiter, limit: number): Promise<string[]> {
      const rows = await db
        .selectFrom('job')
        .select('id')
        .where(kind === 'job' ? 'id' : 'array_id', '=', id)
        .where('blocked', '=', 1)
        .where('state', 'not in', [...TERMINAL] satisfies JobState[])
        .limit(limit)
        .execute()
      return rows.map((row) => row.id)
    },
  }
}
