import type { NodeState } from '../../../shared/contract/node.ts'
import type { PublicJwk } from '../../../shared/contract/wire.ts'
import { currentKey, type KeyHistory, type NodeKey } from '../../../shared/domain/rotation.ts'
import { rememberedOnce } from '../persistence/compiled.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { type StoredRotation, createDeviceKeysStore } from './device-keys.store.ts'

export interface Node {
  /** Thumbprint of the first key, for ever. */
  readonly nodeId: string
  /** The key that signs now, and its thumbprint. */
  readonly publicJwk: PublicJwk
  readonly keyId: string
  readonly history: KeyHistory
  /** The statements behind {@link history}, oldest first. */
  readonly rotations: readonly StoredRotation[]
  readonly state: NodeState
  /** Why the node is not simply active, for its owner. */
  readonly stateReason: string | null
  /** When it came into its state, and when a quarantine ends by itself; epoch milliseconds. */
  readonly stateSince: number | null
  readonly quarantinedUntil: number | null
  readonly payoutAddress: string | null
  readonly enrolledAt: number
}

interface StateChange {
  readonly state: NodeState
  readonly reason: string | null
  readonly at: number
  readonly until?: number | null
}

const historyOf = (firstKey: NodeKey, rotations: readonly StoredRotation[]): KeyHistory => ({
  nodeId: firstKey.keyId,
  keys: [firstKey, ...rotations.map(({ keyId, publicJwk }) => ({ keyId, publicJwk }))],
  head: rotations.at(-1)?.bodySha256 ?? null,
})

// Not its newest event: that changes with everything that happens to it.
const COLUMNS = ['id', 'public_jwk', 'state', 'state_reason', 'state_since', 'quarantined_until', 'payout_address', 'enrolled_at'] as const
const byId = rememberedOnce((db) => db.selectFrom('node').select(COLUMNS).where('id', '=', ''))
const stateOf = rememberedOnce((db) => db.selectFrom('node').select('state').where('id', '=', ''))
const isThere = rememberedOnce((db) => db.selectFrom('node').select('id').where('id', '=', ''))

function identities(db: Db | Tx) {
  return {
    async get(nodeId: string): Promise<Node | null> {
      const [row] = await byId(db, [nodeId])
      if (!row) return null
      const { id, public_jwk, state, state_reason, state_since, quarantined_until, payout_address, enrolled_at } = row
      const rotations = await createDeviceKeysStore(db).of(id)
      const firstKey = { keyId: id, publicJwk: JSON.parse(public_jwk) as PublicJwk }
      const history = historyOf(firstKey, rotations)
      return {
        nodeId: id,
        ...currentKey(history),
        history,
        rotations,
        state,
        stateReason: state_reason,
        stateSince: state_since,
        quarantinedUntil: quarantined_until,
        payoutAddress: payout_address,
        enrolledAt: enrolled_at,
      }
    },
    /** Thumbprint of the key that signs for it now; `null` if there is no such node. A first key names its node. */
    async keyOf(nodeId: string): Promise<string | null> {
      const last = (await createDeviceKeysStore(db).of(nodeId)).at(-1)
      return last?.keyId ?? (await isThere(db, [nodeId]))[0]?.id ?? null
    },
    async add({ nodeId, publicJwk, at }: { nodeId: string; publicJwk: PublicJwk; at: number }): Promise<void> {
      const row = {
        id: nodeId,
        public_jwk: JSON.stringify(publicJwk),
        state: 'active',
        state_reason: null,
        state_since: at,
        quarantined_until: null,
        payout_address: null,
        enrolled_at: at,
        last_event: 0,
      } as const
      await db.insertInto('node').values(row).execute()
    },
  }
}

function states(db: Db | Tx) {
  return {
    async stateOf(nodeId: string): Promise<NodeState | null> {
      return (await stateOf(db, [nodeId]))[0]?.state ?? null
    },
    async setState(nodeId: string, { state, reason, at, until = null }: StateChange): Promise<void> {
      await db.updateTable('node').set({ state, state_reason: reason, state_since: at, quarantined_until: until }).where('id', '=', nodeId).execute()
    },
    async countWorking(): Promise<number> {
      const counted = db.selectFrom('node').select((e) => e.fn.countAll<number>().as('count'))
      return (await counted.where('state', 'in', ['active', 'probation']).executeTakeFirstOrThrow()).count
    },
    /** Nodes whose quarantine ends by itself, and by now. */
    async quarantineOver(now: number): Promise<string[]> {
      const rows = await db.selectFrom('node').select('id').where('state', '=', 'quarantined').where('quarantined_until', '<=', now).execute()
      return rows.map(({ id }) => id)
    },
    /** Nodes that may no longer work, since then. */
    async bannedSince(at: number): Promise<string[]> {
      const rows = await db.selectFrom('node').select('id').where('state', 'in', ['quarantined', 'removed']).where('state_since', '>=', at).execute()
      return rows.map(({ id }) => id)
    },
  }
}

/** All SQL on table `node` but where it is paid. */
export const createNodesStore = (db: Db | Tx) => ({ ...identities(db), ...states(db) })
