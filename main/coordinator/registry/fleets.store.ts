import { rememberedOnce } from '../persistence/compiled.ts'
import type { Db, Tx } from '../persistence/database.ts'

export interface FleetMember {
  readonly nodeId: string
  readonly joinedAt: number
}

interface FleetInvite {
  readonly fleetId: string
  readonly createdBy: string
  readonly expiresAt: number
  readonly usedBy: string | null
}

const ofNode = rememberedOnce((db) => db.selectFrom('fleet_member').select('fleet_id').where('node_id', '=', ''))

function members(db: Db | Tx) {
  return {
    async fleetOf(nodeId: string): Promise<string | null> {
      return (await ofNode(db, [nodeId]))[0]?.fleet_id ?? null
    },
    /** `name`: how an operator calls its owner; `null` for a fleet that machines made by themselves. */
    async create(fleetId: string, { at, name }: { readonly at: number; readonly name: string | null }): Promise<void> {
      await db.insertInto('fleet').values({ id: fleetId, created_at: at, name }).execute()
    },
    async named(name: string): Promise<string | null> {
      return (await db.selectFrom('fleet').select('id').where('name', '=', name).executeTakeFirst())?.id ?? null
    },
    /** False if the node is in a fleet already, this or another. */
    async add(fleetId: string, nodeId: string, at: number): Promise<boolean> {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('fleet_member')
        .values({ node_id: nodeId, fleet_id: fleetId, joined_at: at })
        .onConflict((conflict) => conflict.column('node_id').doNothing())
        .executeTakeFirstOrThrow()
      return numInsertedOrUpdatedRows === 1n
    },
    /** Oldest first. */
    async members(fleetId: string): Promise<FleetMember[]> {
      const rows = await db
        .selectFrom('fleet_member')
        .select(['node_id', 'joined_at'])
        .where('fleet_id', '=', fleetId)
        .orderBy('joined_at')
        .orderBy('node_id')
        .execute()
      return rows.map(({ node_id, joined_at }) => ({ nodeId: node_id, joinedAt: joined_at }))
    },
    async remove(fleetId: string, nodeId: string): Promise<boolean> {
      const { numDeletedRows } = await db.deleteFrom('fleet_member').where('fleet_id', '=', fleetId).where('node_id', '=', nodeId).executeTakeFirst()
      return numDeletedRows === 1n
    },
  }
}

function invites(db: Db | Tx) {
  return {
    async invite(codeHash: string, { fleetId, createdBy, expiresAt }: Omit<FleetInvite, 'usedBy'>): Promise<void> {
      await db
        .insertInto('fleet_invite')
        .values({ code_hash: codeHash, fleet_id: fleetId, created_by: createdBy, expires_at: expiresAt, used_by: null })
        .execute()
    },
    async invited(codeHash: string): Promise<FleetInvite | null> {
      const row = await db.selectFrom('fleet_invite').selectAll().where('code_hash', '=', codeHash).executeTakeFirst()
      return row ? { fleetId: row.fleet_id, createdBy: row.created_by, expiresAt: row.expires_at, usedBy: row.used_by } : null
    },
    /** True for one node only, whoever else tries at the same moment. */
    async use(codeHash: string, nodeId: string, now: number): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('fleet_invite')
        .set({ used_by: nodeId })
        .where('code_hash', '=', codeHash)
        .where('used_by', 'is', null)
        .where('expires_at', '>', now)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },
    async openInvites(fleetId: string, now: number): Promise<number> {
      const row = await db
        .selectFrom('fleet_invite')
        .select((e) => e.fn.countAll<number | string>().as('count'))
        .where('fleet_id', '=', fleetId)
        .where('used_by', 'is', null)
        .where('expires_at', '>', now)
        .executeTakeFirstOrThrow()
      return Number(row.count)
    },
    /** What a node promised ends with its membership. */
    async withdraw(createdBy: string): Promise<void> {
      await db.deleteFrom('fleet_invite').where('created_by', '=', createdBy).where('used_by', 'is', null).execute()
    },
    async forgetBefore(at: number): Promise<void> {
      await db.deleteFrom('fleet_invite').where('expires_at', '<', at).execute()
    },
  }
}

/** All SQL on tables `fleet`, `fleet_member` and `fleet_invite`. */
export const createFleetsStore = (db: Db | Tx) => ({ ...members(db), ...invites(db) })
