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

/** These nodes with whose they are, newest enrolment first. */
export const nodeRows = async (db: Db, nodeIds: readonly string[]): Promise<NodeRow[]> =>
  nodeIds.length === 0 ? [] : withOwners(db).where('node.id', 'in', nodeIds).orderBy('node.enrolled_at', 'desc').orderBy('node.id', 'desc').execute()

export const nodeRow = async (db: Db, nodeId: string): Promise<NodeRow | null> =>
  (await withOwners(db).where('node.id', '=', nodeId).executeTakeFirst()) ?? null
