import { type Migration, type Sqlite, openSqlite } from '../../kernel/sqlite.ts'
import { type Entry, type Inbox, type InboxChanges, type InboxDepth, lastOfPage } from './inbox.ts'

const migrations: readonly Migration[] = [
  {
    version: 1,
    // AUTOINCREMENT: a place that was given once is never given again, whatever was removed.
    sql: `CREATE TABLE inbox (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      digest TEXT NOT NULL UNIQUE,
      node_id TEXT NOT NULL,
      received_at INTEGER NOT NULL,
      bytes INTEGER NOT NULL,
      body BLOB NOT NULL
    ) STRICT`,
  },
]

/** A proof takes half of a page of the usual size or more, so that each would have a page of its own, written twice. */
const PAGE_BYTES = 16_384

/** Opens the file of an inbox, and makes it where there is none. Error: `storage.failed`. */
export const openInboxFile = (file: string): Sqlite => openSqlite(file, migrations, { pageBytes: PAGE_BYTES })

interface Row {
  readonly seq: number
  readonly digest: string
  readonly node_id: string
  readonly received_at: number
  readonly bytes: number
  readonly body: Uint8Array
}

const entryOf = ({ seq, digest, node_id, received_at, body }: Row): Entry => ({ seq, digest, nodeId: node_id, at: received_at, body })

/** All SQL on the file of an inbox, of which one thread is the only writer. Statements are prepared once. */
export function createInboxStore(db: Sqlite) {
  const insert = db.prepare<[string, string, number, number, Uint8Array]>(
    'INSERT INTO inbox (digest, node_id, received_at, bytes, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING',
  )
  const placeOf = db.prepare<[string], { seq: number }>('SELECT seq FROM inbox WHERE digest = ?')
  const remove = db.prepare<[number]>('DELETE FROM inbox WHERE seq = ?')
  const sizes = db.prepare<[number, number], { seq: number; bytes: number }>('SELECT seq, bytes FROM inbox WHERE seq > ? ORDER BY seq LIMIT ?')
  const between = db.prepare<[number, number], Row>('SELECT * FROM inbox WHERE seq > ? AND seq <= ? ORDER BY seq')
  const depth = db.prepare<[], InboxDepth>('SELECT count(*) AS messages, coalesce(sum(bytes), 0) AS bytes FROM inbox')
  const place = (message: InboxChanges['append'][number]): number => {
    const { nodeId, digest, at, body } = message
    const { changes, lastInsertRowid } = insert.run(digest, nodeId, at, body.length, body)
    return changes === 1 ? Number(lastInsertRowid) : (placeOf.get(digest)?.seq ?? 0)
  }
  const commit = db.transaction(({ append, remove: done }: InboxChanges): number[] => {
    for (const seq of done) remove.run(seq)
    return append.map(place)
  })
  return {
    commit: (changes: InboxChanges): number[] => commit.immediate(changes),
    page: ({ after, limit }: Parameters<Inbox['page']>[0]): Entry[] => between.all(after, lastOfPage(sizes.all(after, limit), after)).map(entryOf),
    depth: (): InboxDepth => depth.get() ?? { messages: 0, bytes: 0 },
  }
}
