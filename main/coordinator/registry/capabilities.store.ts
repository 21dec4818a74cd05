import { sql } from 'kysely'
import type { Capabilities } from '../../../shared/contract/node.ts'
import { rememberedOnce } from '../persistence/compiled.ts'
import type { Db, Tx } from '../persistence/database.ts'

interface RecordedCapabilities {
  readonly version: number
  readonly recordedAt: number
  readonly capabilities: Capabilities
}

/** Fewer than a statement may have parameters. */
const AT_ONCE = 500

const newestBody = rememberedOnce((db) =>
  db.selectFrom('node_capabilities').select(['version', 'body']).where('node_id', '=', '').orderBy('version', 'desc').limit(sql.lit(1)),
)

/** Keeps what nodes are looked for by as what it said last. */
async function index(db: Db | Tx, nodeId: string, { zone, gpus }: Capabilities): Promise<void> {
  const node = await db.updateTable('node').set({ zone }).where('id', '=', nodeId).returning('enrolled_at').executeTakeFirst()
  await db.deleteFrom('node_gpu').where('node_id', '=', nodeId).execute()
  const names = [...new Set(gpus.map(({ name }) => name))]
  if (!node || names.length === 0) return
  await db
    .insertInto('node_gpu')
    .values(names.map((name) => ({ node_id: nodeId, name, enrolled_at: node.enrolled_at })))
    .execute()
}

/** All SQL on table `node_capabilities`, which is only ever appended to, and on `node_gpu`, which says the newest of it. */
export function createCapabilitiesStore(db: Db | Tx) {
  const newest = async (nodeId: string) => (await newestBody(db, [nodeId]))[0]
  // A node may have said something new ten thousand times: older versions stay where they are.
  const newestOf = (nodeIds: readonly string[]) =>
    db
      .selectFrom('node_capabilities as c')
      .select(['c.node_id', 'c.body'])
      .where('c.node_id', 'in', nodeIds)
      .where('c.version', '=', (sub) =>
        sub
          .selectFrom('node_capabilities as newest')
          .select((e) => e.fn.max('newest.version').as('version'))
          .whereRef('newest.node_id', '=', 'c.node_id'),
      )
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
      await index(db, nodeId, found)
    },
    async capabilities(nodeId: string): Promise<Capabilities | null> {
      const row = await newest(nodeId)
      return row ? (JSON.parse(row.body) as Capabilities) : null
    },
    /** Newest first, each with the next older one's version to go on with. */
    async history(nodeId: string, { before, limit }: { readonly before: number | null; readonly limit: number }): Promise<RecordedCapabilities[]> {
      const all = db.selectFrom('node_capabilities').select(['version', 'body', 'recorded_at']).where('node_id', '=', nodeId)
      const rows = await (before === null ? all : all.where('version', '<', before)).orderBy('version', 'desc').limit(limit).execute()
      return rows.map(({ version, body, recorded_at }) => ({ version, recordedAt: recorded_at, capabilities: JSON.parse(body) as Capabilities }))
    },
    /** The newest of each of these nodes. */
    async capabilitiesOf(nodeIds: readonly string[]): Promise<Map<string, Capabilities>> {
      const found = new Map<string, Capabilities>()
      for (let at = 0; at < nodeIds.length; at += AT_ONCE) {
        const some = nodeIds.slice(at, at + AT_ONCE)
        const rows = await newestOf(some).execute()
        for (const { node_id, body } of rows) found.set(node_id, JSON.parse(body) as Capabilities)
      }
      return found
    },
  }
}
