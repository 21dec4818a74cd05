import type { Db, Tx } from '../persistence/database.ts'
import { type Decision, nextDecision } from './chain.ts'

/** All SQL on table `decision`, which is only ever appended to. */
export function createDecisionsStore(db: Db | Tx) {
  const columns = ['seq', 'at', 'kind', 'body', 'prev_hash as prevHash', 'hash'] as const
  return {
    async append(fact: Pick<Decision, 'at' | 'kind' | 'body'>): Promise<Decision> {
      const last = await db.selectFrom('decision').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1).executeTakeFirst()
      const { prevHash, ...decision } = nextDecision(last ?? null, fact)
      await db
        .insertInto('decision')
        .values({ ...decision, prev_hash: prevHash })
        .execute()
      return { ...decision, prevHash }
    },
    /** Oldest first, those after sequence number `after`. */
    page: (after: number, limit: number): Promise<Decision[]> =>
      db.selectFrom('decision').select(columns).where('seq', '>', after).orderBy('seq').limit(limit).execute(),
  }
}
