import { sql } from 'kysely'
import type { Envelope } from '../../../shared/contract/wire.ts'
import { decodeBase64, encodeBase64 } from '../../../shared/domain/encoding.ts'
import type { Hash } from '../../../shared/domain/merkle.ts'
import type { StoredNode } from '../../../shared/domain/merkle-log.ts'
import { compiledOnce } from '../persistence/compiled.ts'
import type { Db, Schema, Tx } from '../persistence/database.ts'
import { insertRows } from '../persistence/many-rows.ts'
import { insertRow } from '../persistence/one-row.ts'

export interface StoredHead {
  readonly treeSize: number
  readonly logId: string
  readonly rootHash: string
  readonly at: number
  readonly envelope: Envelope
}

const toHead = (row: Schema['tree_head']): StoredHead => ({
  treeSize: row.tree_size,
  logId: row.log_id,
  rootHash: row.root_hash,
  at: row.at,
  envelope: JSON.parse(row.envelope) as Envelope,
})

const toRow = ({ treeSize, logId, rootHash, at, envelope }: StoredHead): Schema['tree_head'] => ({
  tree_size: treeSize,
  log_id: logId,
  root_hash: rootHash,
  at,
  envelope: JSON.stringify(envelope),
})

/** Leaves are at even positions; written as in the index that knows them alone. */
const isLeaf = sql<boolean>`position % 2 = 0`

const nodes = (db: Db | Tx) => ({
  async addNodes(added: readonly StoredNode[]): Promise<void> {
    const rows = added.map(({ position, hash }) => ({ position, hash: encodeBase64(hash) }))
    await insertRows(db, { into: 'log_node', types: { position: 'bigint', hash: 'text' }, rows })
  },
  nodes: async (positions: readonly number[]): Promise<ReadonlyMap<number, Hash>> => {
    if (positions.length === 0) return new Map()
    const rows = await db.selectFrom('log_node').selectAll().where('position', 'in', positions).execute()
    return new Map(rows.map(({ position, hash }) => [position, decodeBase64(hash) ?? new Uint8Array()]))
  },
  /** Hashes of the leaves from `from` to before `to`, base64; a leaf is at twice its number. */
  async leaves(from: number, to: number): Promise<string[]> {
    const between = db
      .selectFrom('log_node')
      .select('hash')
      .where('position', '>=', from * 2)
      .where('position', '<', to * 2 - 1)
    return (await between.where(isLeaf).orderBy('position').execute()).map(({ hash }) => hash)
  },
  /** Where the log holds a leaf with this hash; the first one, should there be several. */
  async leafWith(hash: string): Promise<number | null> {
    const row = await db.selectFrom('log_node').select('position').where('hash', '=', hash).where(isLeaf).orderBy('position').limit(1).executeTakeFirst()
    return row ? row.position / 2 : null
  },
})

const newest = compiledOnce((db) => db.selectFrom('tree_head').selectAll().orderBy('tree_size', 'desc').limit(sql.lit(1)))

const heads = (db: Db | Tx) => {
  const all = () => db.selectFrom('tree_head').selectAll()
  return {
    async addHead(head: StoredHead): Promise<void> {
      await insertRow(db, { into: 'tree_head', row: toRow(head) })
    },
    async newestHead(): Promise<StoredHead | null> {
      const [row] = await newest(db, [])
      return row ? toHead(row) : null
    },
    async head(treeSize: number): Promise<StoredHead | null> {
      const row = await all().where('tree_size', '=', treeSize).executeTakeFirst()
      return row ? toHead(row) : null
    },
    /** The first head of a log in which this leaf is. */
    async headOver(leafIndex: number): Promise<StoredHead | null> {
      const row = await all().where('tree_size', '>', leafIndex).orderBy('tree_size').limit(1).executeTakeFirst()
      return row ? toHead(row) : null
    },
    /** Of every log that is larger than `from` and no larger than `to`. */
    async headsWithin(from: number, to: number): Promise<StoredHead[]> {
      return (await all().where('tree_size', '>', from).where('tree_size', '<=', to).orderBy('tree_size').execute()).map(toHead)
    },
  }
}

const epochs = (db: Db | Tx) => ({
  async newestEpoch(): Promise<(StoredHead & { readonly epoch: number }) | null> {
    const row = await db.selectFrom('epoch_head').selectAll().orderBy('epoch', 'desc').limit(1).executeTakeFirst()
    return row ? { ...toHead(row), epoch: row.epoch } : null
  },
  async addEpoch(epoch: number, head: StoredHead): Promise<void> {
    await db
      .insertInto('epoch_head')
      .values({ epoch, ...toRow(head) })
      .execute()
  },
  /** Oldest first, of epochs that began after `after`. */
  async epochsAfter(after: number | null, limit: number): Promise<readonly { readonly epoch: number; readonly envelope: Envelope }[]> {
    const all = db.selectFrom('epoch_head').select(['epoch', 'envelope']).orderBy('epoch').limit(limit)
    const rows = await (after === null ? all : all.where('epoch', '>', after)).execute()
    return rows.map(({ epoch, envelope }) => ({ epoch, envelope: JSON.parse(envelope) as Envelope }))
  },
})

/** All SQL on tables `log_node`, `tree_head` and `epoch_head`. */
export const createLogStore = (db: Db | Tx) => ({ ...nodes(db), ...heads(db), ...epochs(db) })

export type LogStore = ReturnType<typeof createLogStore>
