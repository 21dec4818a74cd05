import { type RawBuilder, sql } from 'kysely'
import { type Db, type Tx, engineOf } from '../persistence/database.ts'
import type { By, Place } from './places.ts'
import { SCRUBBED } from './scrubbed.ts'

/** Everything a person is known by: accounts, machines, fleets and sign-ins. */
export interface Scope {
  readonly requesterIds: readonly string[]
  readonly nodeIds: readonly string[]
  readonly fleetIds: readonly string[]
  readonly memberIds: readonly string[]
}

type Row = Readonly<Record<string, unknown>>

/** `IN ()` is no SQL. */
const among = (column: RawBuilder<unknown>, ids: readonly string[]): RawBuilder<boolean> =>
  ids.length === 0 ? sql<boolean>`1 = 0` : sql<boolean>`${column} IN (${sql.join(ids)})`

const actorsOf = ({ requesterIds, memberIds, nodeIds }: Scope): string[] => [...requesterIds, ...memberIds.map((id) => `member:${id}`), ...nodeIds]

/** Accounts of the books whose names begin with one of these owners. */
function ofBooks(column: RawBuilder<unknown>, { requesterIds, nodeIds }: Scope): RawBuilder<boolean> {
  const owners = [...requesterIds.map((id) => `requester:${id}`), ...nodeIds.map((id) => `node:${id}`)]
  const ranges = owners.map((owner) => sql`(${column} >= ${`${owner}:`} AND ${column} < ${`${owner};`})`)
  return ranges.length === 0 ? sql<boolean>`1 = 0` : sql<boolean>`(${sql.join(ranges, sql` OR `)})`
}

const WHOSE: Readonly<Record<By, (column: RawBuilder<unknown>, scope: Scope) => RawBuilder<boolean>>> = {
  requester: (column, { requesterIds }) => among(column, requesterIds),
  job: (column, { requesterIds }) => sql<boolean>`${column} IN (SELECT id FROM job WHERE ${among(sql`requester_id`, requesterIds)})`,
  attempt: (column, { requesterIds }) =>
    sql<boolean>`${column} IN (SELECT attempt.id FROM attempt INNER JOIN job ON job.id = attempt.job_id WHERE ${among(sql`job.requester_id`, requesterIds)})`,
  webhook: (column, { requesterIds }) => sql<boolean>`${column} IN (SELECT id FROM webhook WHERE ${among(sql`requester_id`, requesterIds)})`,
  deposit: (column, { requesterIds }) => sql<boolean>`${column} IN (SELECT id FROM funding_request WHERE ${among(sql`requester_id`, requesterIds)})`,
  node: (column, { nodeIds }) => among(column, nodeIds),
  fleet: (column, { fleetIds }) => among(column, fleetIds),
  member: (column, { memberIds }) => among(column, memberIds),
  actor: (column, scope) => among(column, actorsOf(scope)),
  anyone: (column, scope) => among(column, [...actorsOf(scope), ...scope.memberIds]),
  invited: (column, { memberIds }) => {
    const named = (by: 'email' | 'subject') => sql`SELECT ${sql.ref(by)} FROM member WHERE ${among(sql`id`, memberIds)} AND ${sql.ref(by)} IS NOT NULL`
    return sql<boolean>`kind = 'member.invite' AND ${column} IN (${named('email')} UNION ${named('subject')})`
  },
  books: ofBooks,
  address: (column, { nodeIds }) => sql<boolean>`${column} IN (SELECT address FROM node_payout_address WHERE ${among(sql`node_id`, nodeIds)})`,
  // What was claimed is part of the books.
  unclaimed: (column, { nodeIds }) => sql<boolean>`${among(column, nodeIds)} AND id NOT IN (SELECT quote_id FROM payout_claim)`,
}

const rowsOf = ({ table, by, column }: Place, scope: Scope) => sql`${sql.table(table)} WHERE ${WHOSE[by](sql.ref(column), scope)}`

function changesOf({ table, erasure }: Place): RawBuilder<unknown> | null {
  if (erasure === 'remove' || !('set' in erasure)) return null
  const changes = Object.entries(erasure.set).map(([name, value]) => sql`${sql.ref(name)} = ${value === '' ? (SCRUBBED[`${table}.${name}`] ?? '') : value}`)
  return sql.join(changes)
}

/** All SQL by which what is kept about a person is found, read and erased, over every table. */
export function createPersonsStore(db: Db | Tx) {
  const isSqlite = engineOf(db).kind === 'SQLite'
  return {
    /** The people who sign in to an account, removed ones included. */
    membersOf: async (requesterId: string): Promise<string[]> =>
      (await db.selectFrom('member').select('id').where('requester_id', '=', requesterId).execute()).map(({ id }) => id),
    hasRequester: async (id: string): Promise<boolean> => (await db.selectFrom('requester').select('id').where('id', '=', id).executeTakeFirst()) !== undefined,
    hasMember: async (id: string): Promise<boolean> => (await db.selectFrom('member').select('id').where('id', '=', id).executeTakeFirst()) !== undefined,
    /** A machine with the others of its fleet, and the fleet; nothing of one that is not there. */
    async machines(nodeId: string): Promise<Pick<Scope, 'nodeIds' | 'fleetIds'>> {
      const node = await db.selectFrom('node').select('id').where('id', '=', nodeId).executeTakeFirst()
      if (!node) return { nodeIds: [], fleetIds: [] }
      const fleet = await db.selectFrom('fleet_member').select('fleet_id').where('node_id', '=', nodeId).executeTakeFirst()
      if (!fleet) return { nodeIds: [nodeId], fleetIds: [] }
      const mates = await db.selectFrom('fleet_member').select('node_id').where('fleet_id', '=', fleet.fleet_id).execute()
      return { nodeIds: mates.map(({ node_id }) => node_id), fleetIds: [fleet.fleet_id] }
    },
    /** What people are invited by, and the log of acts says of who invited them. */
    emails: async ({ memberIds }: Scope): Promise<string[]> =>
      memberIds.length === 0 ? [] : (await db.selectFrom('member').select('email').where('id', 'in', memberIds).execute()).flatMap(({ email }) => email ?? []),
    jobIds: async ({ requesterIds }: Scope): Promise<string[]> =>
      requesterIds.length === 0 ? [] : (await db.selectFrom('job').select('id').where('requester_id', 'in', requesterIds).execute()).map(({ id }) => id),
    /** Rows of one place, from one on. */
    async rows(place: Place, scope: Scope, { offset, limit }: { readonly offset: number; readonly limit: number }): Promise<readonly Row[]> {
      const order = isSqlite ? sql`rowid` : sql`ctid`
      return (await sql<Row>`SELECT * FROM ${rowsOf(place, scope)} ORDER BY ${order} LIMIT ${limit} OFFSET ${offset}`.execute(db)).rows
    },
    /** From here on what is removed is overwritten in the file of the database, too. PostgreSQL does that when it vacuums. */
    beginWiping: async (): Promise<void> => void (isSqlite && (await sql`PRAGMA secure_delete = ON`.execute(db))),
    endWiping: async (): Promise<void> => void (isSqlite && (await sql`PRAGMA secure_delete = OFF`.execute(db))),
    /** Nobody signs in as somebody who is forgotten. */
    async signOff({ memberIds }: Scope, now: number): Promise<void> {
      if (memberIds.length > 0) await db.updateTable('member').set({ removed_at: now }).where('id', 'in', memberIds).where('removed_at', 'is', null).execute()
    },
    /** Erases what is in one place. Returns how many rows. */
    async erase(place: Place, scope: Scope): Promise<number> {
      const changes = changesOf(place)
      if (place.erasure !== 'remove' && changes === null) return 0
      const { table, by, column } = place
      const done =
        changes === null
          ? await sql`DELETE FROM ${rowsOf(place, scope)}`.execute(db)
          : await sql`UPDATE ${sql.table(table)} SET ${changes} WHERE ${WHOSE[by](sql.ref(column), scope)}`.execute(db)
      return Number(done.numAffectedRows ?? 0n)
    },
  }
}
