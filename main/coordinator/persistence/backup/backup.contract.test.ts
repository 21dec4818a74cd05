import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type Db, openDatabase, transact } from '../database.ts'
import { hasPostgres, postgresPlace } from '../databases.fixture.ts'
import type { Engine } from '../engine.ts'
import { openPostgresEngine } from '../postgres.ts'
import { openSqliteEngine } from '../sqlite.ts'
import { createArchive, openArchive } from './archive.ts'
import { withSnapshot } from './dump.ts'
import { load } from './load.ts'

const ABOUT = { madeBy: '0.0.0', madeAt: '2026-03-01T12:00:00.000Z', inbox: 0, blobs: 'included' as const }
const freeFolder = (): string => join(mkdtempSync(join(tmpdir(), 'windfall-backup-')), 'backup')

interface Kind {
  readonly place: () => Promise<string>
  readonly engine: (place: string) => Engine
}
const sqlite: Kind = { place: async () => join(mkdtempSync(join(tmpdir(), 'windfall-backup-')), 'test.sqlite'), engine: openSqliteEngine }
const postgres: Kind = { place: () => postgresPlace({ template: false }), engine: (url) => openPostgresEngine(url, { connections: 1 }) }

async function open(place: string): Promise<Db> {
  const db = await openDatabase(place)
  onTestFinished(() => db.destroy())
  return db
}

const HUGE = 9_007_199_254_740_993n
const ODD = 'a "quoted"\nline, ünïcode, {"i":"1"}'

const BOOKED = { id: 't', seq: 1, kind: 'k', at: 1, sha256: 'x', transfers: 1, note: ODD }

/** Rows with everything that a cell can be, in tables that refer to each other. */
const fill = (db: Db): Promise<void> =>
  transact(db, async (tx) => {
    await tx.insertInto('requester').values({ id: 'r', name: ODD, created_at: 1 }).execute()
    await tx.insertInto('api_key').values({ sha256: 'k', prefix: 'p', requester_id: 'r', created_at: 2, revoked_at: null }).execute()
    await tx.insertInto('ledger_transaction').values(BOOKED).execute()
    await tx
      .insertInto('ledger_transfer')
      .values({ transaction_id: BOOKED.id, n: 0, from_account: 'external:x', to_account: 'a', asset: 'lamport', amount: HUGE })
      .execute()
    await tx.insertInto('ledger_balance').values({ account: 'a', asset: 'lamport', amount: HUGE, overdraft: 0 }).execute()
    // What was booked before it was closed is brought back all the same.
    await tx.insertInto('ledger_transaction_period').values({ until: 5, closed_at: 6, sheet: null }).execute()
    await tx
      .insertInto('job_log')
      .values({ attempt_id: 'x', position: 0, length: 3, stream: 'out', source: 0, said_at: 5, content: Buffer.from([0, 255, 10]) })
      .execute()
    await tx.insertInto('shard').values({ id: 's', owner: 'me', epoch: 7, until: 9 }).execute()
    const many = Array.from({ length: 1_234 }, (_, n) => ({
      seq: n + 1,
      at: n,
      kind: 'k',
      form: 'fact' as const,
      body: '{}',
      prev_hash: String(n),
      hash: String(n + 1),
    }))
    for (let from = 0; from < many.length; from += 200)
      await tx
        .insertInto('decision')
        .values(many.slice(from, from + 200))
        .execute()
  })

const decisions = (db: Db) => db.selectFrom('decision').selectAll().orderBy('seq').execute()

async function backUp(engine: Engine, directory: string, meanwhile = async () => {}) {
  const archive = await createArchive(directory)
  return withSnapshot(engine, async ({ schema, tables, dump }) => {
    const counts: Record<string, number> = {}
    await meanwhile()
    for (const table of tables) {
      await archive.add(
        `tables/${table}.jsonl.gz`,
        dump(table, (rows) => {
          counts[table] = rows
        }),
      )
    }
    return archive.finish({ ...ABOUT, schema: [...(await schema())], tables: counts })
  })
}

async function restore(directory: string, engine: Engine): Promise<ReadonlyMap<string, number>> {
  const { manifest, read } = await openArchive(directory)
  const counts = new Map<string, number>()
  await load(engine, {
    schema: manifest.schema,
    tables: Object.keys(manifest.tables),
    read: (table) => read(`tables/${table}.jsonl.gz`),
    onTable: (table, rows) => void counts.set(table, rows),
  })
  expect(Object.fromEntries(counts)).toEqual(manifest.tables)
  return counts
}

const ways: readonly (readonly [string, Kind, Kind])[] = [
  ['from SQLite to SQLite', sqlite, sqlite],
  ...(hasPostgres
    ? ([
        ['from SQLite to PostgreSQL', sqlite, postgres],
        ['from PostgreSQL to SQLite', postgres, sqlite],
        ['from PostgreSQL to PostgreSQL', postgres, postgres],
      ] as const)
    : []),
]

test.each(ways)('%s everything arrives as it was at one moment, whatever is written meanwhile', async (_, from, to) => {
  const [source, target, directory] = [await from.place(), await to.place(), freeFolder()]
  const before = await open(source)
  await fill(before)
  const later = () => transact(before, (tx) => tx.insertInto('requester').values({ id: 'later', name: 'later', created_at: 3 }).execute())
  await backUp(from.engine(source), directory, async () => void (await later()))
  const counts = await restore(directory, to.engine(target))
  expect(counts.get('decision')).toBe(1_234)
  const after = await open(target)
  expect(await after.selectFrom('requester').select(['id', 'name', 'created_at']).execute()).toEqual([{ id: 'r', name: ODD, created_at: 1 }])
  expect(await after.selectFrom('ledger_balance').select(['account', 'amount']).execute()).toEqual([{ account: 'a', amount: HUGE }])
  expect(await after.selectFrom('ledger_transaction').selectAll().execute()).toEqual([BOOKED])
  await expect(
    transact(after, (tx) =>
      tx
        .insertInto('ledger_transaction')
        .values({ ...BOOKED, id: 'u', seq: 2 })
        .execute(),
    ),
  ).rejects.toThrow(/closed period/)
  expect((await after.selectFrom('job_log').select('content').executeTakeFirstOrThrow()).content).toEqual(Buffer.from([0, 255, 10]))
  expect(await after.selectFrom('shard').selectAll().execute()).toEqual([{ id: 's', owner: 'me', epoch: 1_007, until: 0 }])
  expect(await decisions(after)).toEqual(await decisions(before))
  await transact(after, (tx) => tx.insertInto('requester').values({ id: 'goes on', name: '', created_at: 3 }).execute())
  const orphan = { sha256: 'o', prefix: 'p', requester_id: 'nobody', created_at: 2, revoked_at: null }
  await expect(transact(after, (tx) => tx.insertInto('api_key').values(orphan).execute())).rejects.toThrow(/foreign key/i)
})

test('a backup is its owner’s alone, is never written over another, and is refused once a byte of it has changed', async () => {
  const [source, directory] = [await sqlite.place(), freeFolder()]
  await fill(await open(source))
  await backUp(openSqliteEngine(source), directory)
  expect([directory, join(directory, 'manifest.json'), join(directory, 'tables/decision.jsonl.gz')].map((file) => statSync(file).mode & 0o077)).toEqual([
    0, 0, 0,
  ])
  await expect(createArchive(directory)).rejects.toMatchObject({ code: 'conflict' })
  const file = join(directory, 'tables/decision.jsonl.gz')
  const bytes = readFileSync(file)
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1
  writeFileSync(file, bytes)
  await expect(openArchive(directory)).rejects.toMatchObject({
    code: 'input.invalid',
    message: expect.stringMatching(/decision\.jsonl\.gz is not as it was written/),
  })
})

test('what is not empty is not restored over, what a newer version made is refused, and what is no coordinator’s is not backed up', async () => {
  const [source, directory] = [await sqlite.place(), freeFolder()]
  await fill(await open(source))
  const { schema } = await backUp(openSqliteEngine(source), directory)
  const nothing = { tables: [], read: async function* () {}, onTable: () => {} }
  await expect(load(openSqliteEngine(source), { ...nothing, schema })).rejects.toMatchObject({ code: 'conflict' })
  await expect(load(openSqliteEngine(await sqlite.place()), { ...nothing, schema: [...schema, '9999-later'] })).rejects.toMatchObject({ code: 'storage.newer' })
  await expect(withSnapshot(openSqliteEngine(await sqlite.place()), ({ schema: ask }) => ask())).rejects.toMatchObject({ code: 'not-found' })
})
