import type { Db } from '../persistence/database.ts'

/** How many jobs there ever were, and how many of them were completed, but for those of one requester. */
export async function jobCounts(db: Db, except: string): Promise<{ readonly submitted: number; readonly completed: number }> {
  const rows = await db
    .selectFrom('job')
    .select((e) => ['state', e.fn.countAll<number>().as('count')])
    .where('requester_id', '<>', except)
    .groupBy('state')
    .execute()
  return {
    submitted: rows.reduce((sum, { count }) => sum + count, 0),
    completed: rows.find(({ state }) => state === 'completed')?.count ?? 0,
  }
}
