import { sql } from 'kysely'
import type { NodeEvent } from '../../../shared/contract/node-event.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import { compiledOnce } from '../persistence/compiled.ts'
import type { Db, Tx } from '../persistence/database.ts'

const count = compiledOnce((db) =>
  db
    .updateTable('node')
    .set((e) => ({ last_event: e('last_event', '+', sql.lit(1)) }))
    .where('id', '=', '')
    .returning('last_event'),
)
const add = compiledOnce((db) => db.insertInto('node_event').values({ node_id: '', seq: 0, at: 0, body: '' }))

/** All SQL on table `node_event`, which is only ever appended to, and on the counter that orders it. */
export function createNodeEventsStore(db: Db | Tx) {
  return {
    /** The counter and the event are one statement apart inside the caller's transaction, so numbers never repeat and never skip. */
    async append(nodeId: string, fact: NodeEvent['fact'], at: number): Promise<number> {
      const [counted] = await count(db, [nodeId])
      if (!counted) throw new WindfallError('not-found', `There is no node ${nodeId}.`)
      await add(db, [nodeId, counted.last_event, at, JSON.stringify(fact)])
      return counted.last_event
    },
    async after(nodeId: string, after: number, limit: number): Promise<NodeEvent[]> {
      const rows = await db
        .selectFrom('node_event')
        .select(['seq', 'at', 'body'])
        .where('node_id', '=', nodeId)
        .where('seq', '>', after)
        .orderBy('seq')
        .limit(limit)
        .execute()
      return rows.map(({ seq, at, body }) => ({ seq, at: toIso(at), fact: JSON.parse(body) as NodeEvent['fact'] }))
    },
    /** Newest sequence number of each of these nodes. */
    async positions(nodeIds: readonly string[]): Promise<Map<string, number>> {
      if (nodeIds.length === 0) return new Map()
      const rows = await db.selectFrom('node').select(['id', 'last_event']).where('id', 'in', nodeIds).execute()
      return new Map(rows.map(({ id, last_event }) => [id, last_event]))
    },
  }
}
