import type { NodeState } from '../../../shared/contract/node.ts'
import type { Db } from '../persistence/database.ts'

export interface NodeRow {
  readonly nodeId: string
  readonly fleetId: string | null
  readonly fleetName: string | null
  readonly state: NodeState
  readonly stateReason: string | null
  readonly enrolledAt: number
  readonly good: number | null
  readonly bad: number | null
  readonly asOf: number | null
}

export interface NodeFilter {
  readonly state: NodeState | null
  readonly beginning: string | null
  /** Those that come after this one. */
  readonly after: { readonly enrolledAt: number; readonly nodeId: string } | null
  readonly limit: number
}

const withOwners = (db: Db) =>
  db
    .selectFrom('node')
    .leftJoin('fleet_member as m', 'm.node_id', 'node.id')
    .leftJoin('fleet', 'fleet.id', 'm.fleet_id')
    .leftJoin('node_standing as s', 's.node_id', 'node.id')
    .select([
      'node.id as nodeId',
      'm.fleet_id as fleetId',
      'fleet.name as fleetName',
      'node.state as state',
      'node.state_reason as stateReason',
      'node.enrolled_at as enrolledAt',
      's.good as good',
      's.bad as bad',
      's.as_of as asOf',
    ])

/** Nodes with whose they are, newest enrolment first. */
export function listNodes(db: Db, { state, beginning, after, limit }: NodeFilter): Promise<NodeRow[]> {
  let query = withOwners(db)
  if (state !== null) query = query.where('node.state', '=', state)
  // Neither the order of texts nor LIKE is the same in every database.
  if (beginning !== null) query = query.where((e) => e(e.fn<string>('substr', ['node.id', e.val(1), e.val(beginning.length)]), '=', beginning))
  if (after !== null)
    query = query.where((e) =>
      e.or([e('node.enrolled_at', '<', after.enrolledAt), e.and([e('node.enrolled_at', '=', after.enrolledAt), e('node.id', '>', after.nodeId)])]),
    )
  return query.orderBy('node.enrolled_at', 'desc').orderBy('node.id').limit(limit).execute()
}

export const nodeRow = async (db: Db, nodeId: string): Promise<NodeRow | null> =>
  (await withOwners(db).where('node.id', '=', nodeId).executeTakeFirst()) ?? null
