import type { NodeState } from '../../../shared/contract/node.ts'
import { compiledOnce, rememberedOnce } from '../persistence/compiled.ts'
import type { Db } from '../persistence/database.ts'

export interface WorkingNode {
  readonly nodeId: string
  readonly state: NodeState
  readonly enrolledAt: number
  /** Of its newest capabilities, with them as JSON. */
  readonly version: number
  readonly body: string
  /** All `null` for a node of which nothing was ever found. */
  readonly good: number | null
  readonly bad: number | null
  readonly asOf: number | null
  readonly quota: number | null
  readonly today: number | null
}

/** A part of what is known of a node, as it is now. */
export type NodeChange = Pick<WorkingNode, 'nodeId'> &
  (Pick<WorkingNode, 'state'> | Pick<WorkingNode, 'version'> | Pick<WorkingNode, 'good' | 'bad' | 'asOf' | 'quota' | 'today'>)

/** Nearly nothing moves, and the same question has the same answer. */
const ASKED_MS = 5_000

const movedSince = rememberedOnce((db) => db.selectFrom('node').select(['id as nodeId', 'state']).where('state_since', '>=', 0))
const toldSince = rememberedOnce((db) => db.selectFrom('node_capabilities').select(['node_id as nodeId', 'version']).where('recorded_at', '>=', 0))
const foundSince = compiledOnce((db) =>
  db.selectFrom('node_standing').select(['node_id as nodeId', 'good', 'bad', 'as_of as asOf', 'quota', 'results_today as today']).where('as_of', '>=', 0),
)

/** Nodes that may work, with the newest of what they can do and how they have worked. */
export function createWorkforceStore(db: Db) {
  const working = () =>
    db
      .selectFrom('node')
      .innerJoin('node_capabilities as c', 'c.node_id', 'node.id')
      .leftJoin('node_standing as s', 's.node_id', 'node.id')
      .select([
        'node.id as nodeId',
        'node.state as state',
        'node.enrolled_at as enrolledAt',
        'c.version as version',
        'c.body as body',
        's.good as good',
        's.bad as bad',
        's.as_of as asOf',
        's.quota as quota',
        's.results_today as today',
      ])
      .where('node.state', 'in', ['active', 'probation'])
      .where('c.version', '=', (sub) =>
        sub
          .selectFrom('node_capabilities as newest')
          .select((e) => e.fn.max('newest.version').as('version'))
          .whereRef('newest.node_id', '=', 'node.id'),
      )
  return {
    /** Ids of those that follow `after`, in their order. */
    async page(after: string, limit: number): Promise<string[]> {
      const all = db.selectFrom('node').select('id').where('id', '>', after).where('state', 'in', ['active', 'probation'])
      return (await all.orderBy('id').limit(limit).execute()).map(({ id }) => id)
    },
    among: async (nodeIds: readonly string[]): Promise<WorkingNode[]> => (nodeIds.length === 0 ? [] : working().where('node.id', 'in', nodeIds).execute()),
    /** What was recorded of nodes at or after `since`, epoch milliseconds, or a little before, whether or not they may work. */
    async changed(since: number): Promise<readonly NodeChange[]> {
      const from = Math.floor(since / ASKED_MS) * ASKED_MS
      const [moved, told, found] = [await movedSince(db, [from]), await toldSince(db, [from]), await foundSince(db, [since])]
      return [...moved, ...told.toSorted((a, b) => a.version - b.version), ...found]
    },
  }
}
