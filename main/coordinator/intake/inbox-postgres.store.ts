import { sql } from 'kysely'
import { type Db, type Tx, engineOf } from '../persistence/database.ts'
import { type Entry, type Inbox, type InboxChanges, type Message, lastOfPage } from './inbox.ts'

/** What a coordinator took in and did not get to for so long is left behind: it has died, or has more than it can do. */
const LEFT_AFTER_MS = 30_000

/**
 * All SQL on tables `proof_inbox` and `proof_inbox_place`, for PostgreSQL: an inbox that several coordinators share. `replicaId` is this one's name,
 * under which it finds its own again after a restart.
 */
export function createPostgresInbox(db: Db, replicaId: string): Inbox {
  const now = sql.raw(engineOf(db).now)
  const mine = (all: boolean) => sql`(replica_id = ${replicaId}${all ? sql` OR kept_at < ${now} - ${LEFT_AFTER_MS}` : sql``})`
  return {
    commit: (changes) => (changes.append.length === 0 ? removeOnly(db, changes) : db.transaction().execute((tx) => commit(tx, changes, { replicaId, now }))),
    async page({ after, limit, scope }) {
      const from = sql`FROM proof_inbox WHERE seq > ${after} AND ${mine(scope === 'all')}`
      const { rows: sizes } = await sql<{ seq: number; bytes: number }>`SELECT seq, bytes ${from} ORDER BY seq LIMIT ${limit}`.execute(db)
      if (sizes.length === 0) return []
      const { rows } = await sql<Entry>`
        SELECT seq, digest, node_id AS "nodeId", received_at AS at, body ${from} AND seq <= ${lastOfPage(sizes, after)} ORDER BY seq LIMIT ${limit}`.execute(db)
      return rows
    },
    async depth() {
      const { rows } = await sql<{ messages: number; bytes: number }>`
        SELECT count(*) AS messages, coalesce(sum(bytes), 0)::bigint AS bytes FROM proof_inbox`.execute(db)
      return rows[0] ?? { messages: 0, bytes: 0 }
    },
    close: async () => undefined,
  }
}

async function removeOnly(db: Db | Tx, { remove }: Pick<InboxChanges, 'remove'>): Promise<[]> {
  if (remove.length > 0) await sql`DELETE FROM proof_inbox WHERE seq = ANY(${remove}::bigint[])`.execute(db)
  return []
}

interface Keeper {
  readonly replicaId: string
  readonly now: ReturnType<typeof sql.raw>
}

async function commit(tx: Tx, { append, remove }: InboxChanges, keeper: Keeper): Promise<readonly number[]> {
  const messages = [...new Map(append.map((message) => [message.digest, message])).values()]
  // Nobody else appends until this is committed, so that whoever reads on never misses a place that becomes visible later.
  const { rows: places } = await sql<{ last: number }>`UPDATE proof_inbox_place SET last = last + ${messages.length} WHERE id = 1 RETURNING last`.execute(tx)
  await removeOnly(tx, { remove })
  await insert(tx, messages, { ...keeper, first: (places[0]?.last ?? 0) - messages.length })
  const digests = messages.map(({ digest }) => digest)
  const { rows } = await sql<{ digest: string; seq: number }>`SELECT digest, seq FROM proof_inbox WHERE digest = ANY(${digests}::text[])`.execute(tx)
  const placeOf = new Map(rows.map(({ digest, seq }) => [digest, seq]))
  return append.map(({ digest }) => placeOf.get(digest) ?? 0)
}

async function insert(tx: Tx, messages: readonly Message[], { replicaId, now, first }: Keeper & { readonly first: number }): Promise<void> {
  const column = <T>(of: (message: Message) => T): T[] => messages.map(of)
  await sql`
    INSERT INTO proof_inbox (seq, digest, node_id, received_at, kept_at, replica_id, bytes, body)
    SELECT ${first} + m.n, m.digest, m.node_id, m.received_at, ${now}, ${replicaId}, length(m.body), m.body
    FROM unnest(
      ${column(({ digest }) => digest)}::text[], ${column(({ nodeId }) => nodeId)}::text[],
      ${column(({ at }) => at)}::bigint[], ${column(({ body }) => Buffer.from(body))}::bytea[]
    ) WITH ORDINALITY AS m (digest, node_id, received_at, body, n)
    ON CONFLICT (digest) DO NOTHING`.execute(tx)
}
