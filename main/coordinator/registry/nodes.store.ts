import type { Capabilities } from '../../../shared/contract/node.ts'
import { PublicJwk } from '../../../shared/contract/wire.ts'
import { currentKey, type KeyHistory, type NodeKey } from '../../../shared/domain/rotation.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { createDeviceKeysStore, type StoredRotation } from './device-keys.store.ts'

export interface Node {
  /** Thumbprint of the first key, for ever. */
  readonly nodeId: string
  /** The key that signs now, and its thumbprint. */
  readonly publicJwk: PublicJwk
  readonly keyId: string
  readonly history: KeyHistory
  /** The statements behind {@link history}, oldest first. */
  readonly rotations: readonly StoredRotation[]
  readonly state: 'active' | 'quarantined'
  /** Why the node is quarantined, for its owner. */
  readonly stateReason: string | null
  readonly payoutAddress: string | null
  readonly enrolledAt: number
  readonly lastEvent: number
}

const historyOf = (firstKey: NodeKey, rotations: readonly StoredRotation[]): KeyHistory => ({
  nodeId: firstKey.keyId,
  keys: [firstKey, ...rotations.map(({ keyId, publicJwk }) => ({ keyId, publicJwk }))],
  head: rotations.at(-1)?.bodySha256 ?? null,
})

function identities(db: Db | Tx) {
  return {
    async get(nodeId: string): Promise<Node | null> {
      const row = await db.selectFrom('node').selectAll().where('id', '=', nodeId).executeTakeFirst()
      if (!row) return null
      const { id, public_jwk, state, state_reason, payout_address, enrolled_at, last_event } = row
      const rotations = await createDeviceKeysStore(db).of(id)
      const firstKey = { keyId: id, publicJwk: PublicJwk.parse(JSON.parse(public_jwk)) }
      const history = historyOf(firstKey, rotations)
      return {
        nodeId: id,
        ...currentKey(history),
        history,
        rotations,
        state,
        stateReason: state_reason,
        payoutAddress: payout_address,
        enrolledAt: enrolled_at,
        lastEvent: last_event,
      }
    },
    async add({ nodeId, publicJwk, at }: { nodeId: string; publicJwk: PublicJwk; at: number }): Promise<void> {
      const row = {
        id: nodeId,
        public_jwk: JSON.stringify(publicJwk),
        state: 'active',
        state_reason: null,
        payout_address: null,
        enrolled_at: at,
        last_event: 0,
      } as const
      await db.insertInto('node').values(row).execute()
    },
    async setState(nodeId: string, state: Node['state'], reason: string | null): Promise<void> {
      await db.updateTable('node').set({ state, state_reason: reason }).where('id', '=', nodeId).execute()
    },
  }
}

function payoutAddresses(db: Db | Tx) {
  return {
    async setPayoutAddress(nodeId: string, address: string, at: number): Promise<void> {
      const last = await db
        .selectFrom('node_payout_address')
        .select('version')
        .where('node_id', '=', nodeId)
        .orderBy('version', 'desc')
        .limit(1)
        .executeTakeFirst()
      await db.updateTable('node').set({ payout_address: address }).where('id', '=', nodeId).execute()
      await db
        .insertInto('node_payout_address')
        .values({ node_id: nodeId, version: (last?.version ?? 0) + 1, address, recorded_at: at })
        .execute()
    },
  }
}

function capabilities(db: Db | Tx) {
  const newest = (nodeId: string) =>
    db.selectFrom('node_capabilities').select(['version', 'body']).where('node_id', '=', nodeId).orderBy('version', 'desc').limit(1).executeTakeFirst()
  return {
    /** Keeps a new version only if something changed. */
    async setCapabilities(nodeId: string, found: Capabilities, at: number): Promise<void> {
      const last = await newest(nodeId)
      const body = JSON.stringify(found)
      if (last?.body === body) return
      await db
        .insertInto('node_capabilities')
        .values({ node_id: nodeId, version: (last?.version ?? 0) + 1, body, recorded_at: at })
        .execute()
    },
    async capabilities(nodeId: string): Promise<Capabilities | null> {
      const row = await newest(nodeId)
      return row ? (JSON.parse(row.body) as Capabilities) : null
    },
    /** Every active node with its newest capabilities, oldest enrolment first. */
    async active(): Promise<{ nodeId: string; capabilities: Capabilities }[]> {
      const rows = await db
        .selectFrom('node')
        .innerJoin('node_capabilities as c', 'c.node_id', 'node.id')
        .select(['node.id as nodeId', 'c.body as body'])
        .where('node.state', '=', 'active')
        .where('c.version', '=', (sub) =>
          sub
            .selectFrom('node_capabilities as newest')
            .select((e) => e.fn.max('newest.version').as('version'))
            .whereRef('newest.node_id', '=', 'node.id'),
        )
        .orderBy('node.enrolled_at')
        .orderBy('node.id')
        .execute()
      return rows.map(({ nodeId, body }) => ({ nodeId, capabilities: JSON.parse(body) as Capabilities }))
    },
  }
}

/** All SQL on tables `node`, `node_capabilities` and `node_payout_address`. Histories are kept: nothing is overwritten but the current address. */
export const createNodesStore = (db: Db | Tx) => ({ ...identities(db), ...payoutAddresses(db), ...capabilities(db) })
