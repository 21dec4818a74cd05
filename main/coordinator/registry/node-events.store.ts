import type { NodeEvent } from '../../../shared/contract/node-event.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import { compiledOnce } from '../persistence/compiled.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { insertRows } from '../persistence/many-rows.ts'

const count = compiledOnce((db) =>
  db
    .updateTable('node')
    .set((e) => ({ last_event: e('last_event', '+', 1) }))
    .where('id', '=', '')
    .returning('last_event'),
)
const EVENT = { node_id: 'text', seq: 'bigint', at: 'bigint', body: 'text' } as const

/** Something that happened to a node; `at` in epoch milliseconds. */
export interface Happened {
  readonly fact: NodeEvent['fact']
  readonly at: number
}

/** All SQL on table `node_event`, which is only ever appended to, and on the counter that orders it. */
export function createNodeEventsStore(db: Db | Tx) {
  return {
    /**
     * The counter and the events are one statement apart inside the caller's transaction, so numbers never repeat and never skip. Answers with the number
     * of the last.
     */
    async append(nodeId: string, happened: readonly Happened[]): Promise<number> {
      const [counted] = await count(db, [happened.length, nodeId])
      if (!counted) throw new WindfallError('not-found', `There is no node ${nodeId}.`)
      const first = counted.last_event - happened.length + 1
      const rows = happened.map(({ fact, at }, index) => ({ node_id: nodeId, seq: first + index, at, body: JSON.stringify(fact) }))
      await insertRows(db, { into: 'node_event', types: EVENT, rows })
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
