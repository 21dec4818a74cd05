import { openSqlite } from '../kernel/sqlite.ts'

const MIGRATIONS = [
  {
    version: 1,
    sql: `CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
          CREATE TABLE landed (seq INTEGER PRIMARY KEY, slot INTEGER NOT NULL, unix_seconds INTEGER NOT NULL, raw BLOB NOT NULL, err TEXT) STRICT;`,
  },
]

export interface LandedRow {
  readonly slot: number
  readonly unixSeconds: number
  readonly raw: Uint8Array
  /** JSON of the error it landed with, or `null`. */
  readonly err: string | null
}

/** Everything that must outlive the process: the chain's identity, how far its slots went, and what landed, in order. */
export interface Journal extends Disposable {
  /** Reads a fact, or stores what `create` makes. */
  readonly fact: (name: string, create: () => string) => string
  /** No slot up to this one is reported twice, even after a crash. */
  readonly reservedSlot: () => number | null
  /** One durable commit: rows, the reservation, or both. */
  readonly commit: (rows: readonly LandedRow[], reservedSlot: number | null) => void
  readonly landed: () => IterableIterator<LandedRow>
}

/** Opens the journal, or makes it. `:memory:` keeps nothing. Errors: `storage.failed`, `storage.newer`. */
export function openJournal(file: string): Journal {
  const db = openSqlite(file, MIGRATIONS)
  const selectFact = db.prepare<[string], { value: string }>('SELECT value FROM fact WHERE name = ?')
  const upsertFact = db.prepare<[string, string]>('INSERT INTO fact (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value')
  const insert = db.prepare<[number, number, Uint8Array, string | null]>('INSERT INTO landed (slot, unix_seconds, raw, err) VALUES (?, ?, ?, ?)')
  const select = db.prepare<[], LandedRow>('SELECT slot, unix_seconds AS unixSeconds, raw, err FROM landed ORDER BY seq')
  const write = db.transaction((rows: readonly LandedRow[], reservedSlot: number | null) => {
    for (const row of rows) insert.run(row.slot, row.unixSeconds, row.raw, row.err)
    if (reservedSlot !== null) upsertFact.run('reserved-slot', String(reservedSlot))
  })
  return {
    fact(name, create) {
      const known = selectFact.get(name)
      if (known) return known.value
      const value = create()
      upsertFact.run(name, value)
      return value
    },
    reservedSlot() {
      const value = selectFact.get('reserved-slot')?.value
      return value === undefined ? null : Number(value)
    },
    commit: (rows, reservedSlot) => write(rows, reservedSlot),
    landed: () => select.iterate(),
    [Symbol.dispose]: () => db.close(),
  }
}
