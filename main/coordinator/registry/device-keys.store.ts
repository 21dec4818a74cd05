import type { Envelope, PublicJwk } from '../../../shared/contract/wire.ts'
import type { NodeKey } from '../../../shared/domain/rotation.ts'
import { inOrderOf, rememberedOnce } from '../persistence/compiled.ts'
import type { Db, Tx } from '../persistence/database.ts'

/** One change of a node's key, as it was believed. */
export interface StoredRotation extends NodeKey {
  readonly envelope: Envelope
  /** Hex SHA-256 of the statement's body. */
  readonly bodySha256: string
}

const ofNode = rememberedOnce((db) => db.selectFrom('node_key_rotation').selectAll().where('node_id', '=', ''))

/** All SQL on table `node_key_rotation`, which is only ever appended to. A key belongs to one node for ever: the database itself sees to that. */
export function createDeviceKeysStore(db: Db | Tx) {
  return {
    /** Oldest first. They were checked when they were stored. */
    async of(nodeId: string): Promise<StoredRotation[]> {
      const rows = await ofNode(db, [nodeId])
      return inOrderOf(rows, ({ seq }) => seq).map(({ key_id, public_jwk, body_sha256, envelope }) => ({
        keyId: key_id,
        publicJwk: JSON.parse(public_jwk) as PublicJwk,
        bodySha256: body_sha256,
        envelope: JSON.parse(envelope) as Envelope,
      }))
    },
    /** The node that has this key or once had it; `null` if no node ever did. */
    async nodeOf(keyId: string): Promise<string | null> {
      const later = await db.selectFrom('node_key_rotation').select('node_id').where('key_id', '=', keyId).executeTakeFirst()
      if (later) return later.node_id
      return (await db.selectFrom('node').select('id').where('id', '=', keyId).executeTakeFirst())?.id ?? null
    },
    async add({ nodeId, seq, at, ...rotation }: StoredRotation & { nodeId: string; seq: number; at: number }): Promise<void> {
      const { keyId, publicJwk, bodySha256, envelope } = rotation
      const texts = { public_jwk: JSON.stringify(publicJwk), body_sha256: bodySha256, envelope: JSON.stringify(envelope) }
      await db
        .insertInto('node_key_rotation')
        .values({ node_id: nodeId, seq, key_id: keyId, ...texts, recorded_at: at })
        .execute()
    },
  }
}
