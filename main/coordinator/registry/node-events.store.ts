import type { NodeEvent } from '../../../shared/contract/node-event.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import type { Db, Tx } from '../persistence/database.ts'

/** All SQL on table `node_event`, which is only ever appended to, and on the counter that orders it. */
export function createNodeEventsStore(db: Db | Tx) {
  return {
    /** The counter and the event are one statement apart inside the caller's transaction, so numbers never repeat and never skip. */
    async append(nodeId: string, fact: NodeEvent['fact'], at: number): Promise<number> {
      const counted = await db
        .updateTable('node')
        .set((e) => ({ last_event: e('last_event', '+', 1) }))
        .where('id', '=', nodeId)
        .returning('last_event')
        .executeTakeFirst()
      if (!counted) throw new WindfallError('not-found', `There is no node ${nodeId}.`)
      await db
        .insertInto('node_event')
        .values({ node_id: nodeId, seq: counted.last_event, at, body: JSON.stringify(fact) })
        .execute()
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
