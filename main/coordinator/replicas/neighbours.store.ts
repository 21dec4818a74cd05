import type { Presence } from '../../../shared/contract/node.ts'
import type { Db, Tx } from '../persistence/database.ts'
import type { Order } from './orders.ts'

/** One coordinator of several. Times are the database's own, epoch ms. */
export interface Replica {
  readonly replicaId: string
  /** Another one each time it starts. */
  readonly session: string
  readonly url: string
  readonly version: string
  /** What all of them must have in common, by name. */
  readonly shared: Readonly<Record<string, string>>
  readonly startedAt: number
  readonly seenAt: number
}

interface PresenceRow {
  readonly nodeId: string
  readonly heardAt: number
  readonly presence: Presence
}

const AT_ONCE = 500
/** So many rows are read at a time. */
export const PAGE = 2_000

/** All SQL on tables `replica`, `agent_line`, `agent_presence` and `replica_order`. */
export const createNeighboursStore = (db: Db | Tx) => ({ ...replicas(db), ...lines(db), ...presence(db), ...orders(db) })

const slicesOf = <T>(all: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(all.length / AT_ONCE) }, (_, index) => all.slice(index * AT_ONCE, (index + 1) * AT_ONCE))

/** Writers take turns, so a number that is higher is also seen later. */
async function nextSeq(db: Db | Tx, table: 'agent_line' | 'agent_presence' | 'replica_order'): Promise<number> {
  const row = await db
    .selectFrom(table)
    .select((e) => e.fn.max<number | null>('seq').as('last'))
    .executeTakeFirst()
  return (row?.last ?? 0) + 1
}

function replicas(db: Db | Tx) {
  return {
    async replicas(): Promise<Replica[]> {
      const rows = await db.selectFrom('replica').selectAll().orderBy('started_at').orderBy('id').execute()
      return rows.map(({ id, session, url, version, shared, started_at, seen_at }) => ({
        replicaId: id,
        session,
        url,
        version,
        shared: JSON.parse(shared) as Replica['shared'],
        startedAt: started_at,
        seenAt: seen_at,
      }))
    },
    async join({ replicaId, session, url, version, shared, startedAt, seenAt }: Replica): Promise<void> {
      const row = { session, url, version, shared: JSON.stringify(shared), started_at: startedAt, seen_at: seenAt }
      await db
        .insertInto('replica')
        .values({ id: replicaId, ...row })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
        .execute()
    },
    /** False if this session is not the replica's any more. */
    async seen({ replicaId, session }: Pick<Replica, 'replicaId' | 'session'>, at: number): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('replica')
        .set({ seen_at: at })
        .where('id', '=', replicaId)
        .where('session', '=', session)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
    async leave({ replicaId, session }: Pick<Replica, 'replicaId' | 'session'>): Promise<void> {
      await db.deleteFrom('replica').where('id', '=', replicaId).where('session', '=', session).execute()
    },
    async forgetReplicas(before: number): Promise<void> {
      await db.deleteFrom('replica').where('seen_at', '<', before).execute()
    },
  }
}

function lines(db: Db | Tx) {
  return {
    /** The sockets of these nodes are here now. Returns the number from which on others know. */
    async openLines(replicaId: string, nodeIds: readonly string[]): Promise<number> {
      let seq = await nextSeq(db, 'agent_line')
      const first = seq
      for (const some of slicesOf(nodeIds))
        await db
          .insertInto('agent_line')
          .values(some.map((nodeId) => ({ node_id: nodeId, replica_id: replicaId, seq: seq++ })))
          .onConflict((conflict) => conflict.column('node_id').doUpdateSet((e) => ({ replica_id: e.ref('excluded.replica_id'), seq: e.ref('excluded.seq') })))
          .execute()
      return first
    },
    /** Those that are still said to be here are nowhere now. */
    async closeLines(replicaId: string, nodeIds: readonly string[]): Promise<void> {
      for (const some of slicesOf(nodeIds)) {
        const seq = await nextSeq(db, 'agent_line')
        await db.updateTable('agent_line').set({ replica_id: null, seq }).where('node_id', 'in', some).where('replica_id', '=', replicaId).execute()
      }
    },
    /** None of this replica's lines has outlived it. */
    async closeAllLines(replicaId: string): Promise<void> {
      const seq = await nextSeq(db, 'agent_line')
      await db.updateTable('agent_line').set({ replica_id: null, seq }).where('replica_id', '=', replicaId).execute()
    },
    async linesAfter(seq: number): Promise<{ nodeId: string; replicaId: string | null; seq: number }[]> {
      const rows = await db.selectFrom('agent_line').selectAll().where('seq', '>', seq).orderBy('seq').execute()
      return rows.map(({ node_id, replica_id, seq: at }) => ({ nodeId: node_id, replicaId: replica_id, seq: at }))
    },
  }
}

function presence(db: Db | Tx) {
  return {
    /** What was heard here, unless another replica has heard the node since. */
    async savePresence(replicaId: string, heard: readonly PresenceRow[]): Promise<void> {
      let seq = await nextSeq(db, 'agent_presence')
      for (const some of slicesOf(heard))
        await db
          .insertInto('agent_presence')
          .values(some.map((row) => ({ node_id: row.nodeId, replica_id: replicaId, seq: seq++, heard_at: row.heardAt, body: JSON.stringify(row.presence) })))
          .onConflict((conflict) =>
            conflict
              .column('node_id')
              .doUpdateSet((e) => ({
                replica_id: e.ref('excluded.replica_id'),
                seq: e.ref('excluded.seq'),
                heard_at: e.ref('excluded.heard_at'),
                body: e.ref('excluded.body'),
              }))
              .whereRef('agent_presence.heard_at', '<=', 'excluded.heard_at'),
          )
          .execute()
    },
    /** What others have heard, a page of it. */
    async presenceAfter(seq: number, replicaId: string): Promise<(PresenceRow & { readonly seq: number })[]> {
      const rows = await db
        .selectFrom('agent_presence')
        .selectAll()
        .where('seq', '>', seq)
        .where('replica_id', '!=', replicaId)
        .orderBy('seq')
        .limit(PAGE)
        .execute()
      return rows.map((row) => ({ nodeId: row.node_id, heardAt: row.heard_at, presence: JSON.parse(row.body) as Presence, seq: row.seq }))
    },
  }
}

function orders(db: Db | Tx) {
  return {
    async addOrders(orders: readonly { readonly to: string; readonly order: Order }[], at: number): Promise<void> {
      let seq = await nextSeq(db, 'replica_order')
      for (const some of slicesOf(orders))
        await db
          .insertInto('replica_order')
          .values(some.map(({ to, order }) => ({ seq: seq++, replica_id: to, at, body: JSON.stringify(order) })))
          .execute()
    },
    async ordersFor(replicaId: string): Promise<{ seq: number; at: number; order: Order }[]> {
      const rows = await db.selectFrom('replica_order').selectAll().where('replica_id', '=', replicaId).orderBy('seq').limit(PAGE).execute()
      return rows.map(({ seq, at, body }) => ({ seq, at, order: JSON.parse(body) as Order }))
    },
    async ordersDone(replicaId: string, last: number): Promise<void> {
      await db.deleteFrom('replica_order').where('replica_id', '=', replicaId).where('seq', '<=', last).execute()
    },
    /** What was meant for one that is not there any more. */
    async forgetOrders(before: number): Promise<void> {
      await db.deleteFrom('replica_order').where('at', '<', before).execute()
    },
  }
}
