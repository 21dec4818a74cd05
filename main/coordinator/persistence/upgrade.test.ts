import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, type TableMetadata, sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openDatabase } from './database.ts'
import { hasPostgres, postgresPlace } from './databases.fixture.ts'
import type { Engine } from './engine.ts'
import { migratorOf } from './migrate.ts'
import { openPostgresEngine } from './postgres.ts'
import { openSqliteEngine } from './sqlite.ts'

type Row = Record<string, unknown>
type AnyDb = Kysely<Record<string, Row>>

const newFile = (): string => join(mkdtempSync(join(tmpdir(), 'windfall-upgrade-')), 'test.sqlite')
const sqlite = {
  name: 'SQLite',
  place: async () => newFile(),
  open: openSqliteEngine,
  unbound: 'PRAGMA foreign_keys = OFF',
  triggers: `SELECT name, sql FROM sqlite_master WHERE type = 'trigger'`,
}
const postgres = {
  name: 'PostgreSQL',
  place: () => postgresPlace({ template: false }),
  open: (url: string): Engine => openPostgresEngine(url, { connections: 1 }),
  // Which sets triggers aside as well.
  unbound: 'SET session_replication_role = replica',
  triggers: `SELECT '' AS name, '' AS sql WHERE false`,
}

const WINDOW = { from: '2026-03-01T12:00:00.000Z', to: '2026-03-01T13:00:00.000Z' }
const packed = (content: object) => Buffer.from(JSON.stringify(content)).toString('base64')
const RECEIPT = {
  subject: [{ name: 'output', digest: { sha256: 'f'.repeat(64) } }],
  predicate: { modelId: null, intervals: [WINDOW] },
}
/** What migrations read of a row has to be as it was written; the rest may be anything of its type. */
const WRITTEN: Row = {
  spec: '{"needs":{"gpu":true,"vramBytes":0},"price":{"microUsdPerHour":"600000"},"expected":{"seconds":60}}',
  plan: JSON.stringify({ nodeId: 'n', window: WINDOW }),
  body: '{"jobId":"job-1"}',
  envelope: JSON.stringify({ payload: packed(RECEIPT), signatures: [{ keyid: 'k' }] }),
  proofs: JSON.stringify([{ payload: packed({ durationMs: 60_000, devices: [{ kind: 'gpu' }] }) }]),
  keys: '[]',
}
/** Columns whose content a later version may write anew. */
const REWRITTEN = new Set(['spec', 'plan'])

const isInteger = (type: string): boolean => /int/i.test(type)

function rowOf({ columns }: TableMetadata, n: number): Row {
  const filled = columns.map(({ name, dataType }, c) => {
    if (isInteger(dataType)) return [name, n * 100 + c + 1]
    if (/real|double|float/i.test(dataType)) return [name, n + 0.5]
    return [name, WRITTEN[name] ?? `${name}-${n}`]
  })
  return Object.fromEntries(filled) as Row
}

async function tablesOf(db: AnyDb): Promise<readonly TableMetadata[]> {
  const { rows } = await sql<{ name: string }>`SELECT 1 AS name`.execute(db)
  expect(rows).toHaveLength(1)
  return (await db.introspection.getTables()).filter(({ name }) => name !== 'writer')
}

function plain(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString()
  return typeof value === 'bigint' ? Number(value) : value
}

async function failHalfWay(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable('half').addColumn('id', 'text').execute()
  throw new Error('half-way')
}

/** The rows are made up, so that no rule about what they mean is in their way. */
async function withoutTriggers(db: AnyDb, asked: string, fill: () => Promise<void>): Promise<void> {
  const { rows } = await sql.raw<{ name: string; sql: string }>(asked).execute(db)
  for (const { name } of rows) await sql.raw(`DROP TRIGGER ${name}`).execute(db)
  await fill()
  for (const trigger of rows) await sql.raw(trigger.sql).execute(db)
}

describe.each(hasPostgres ? [sqlite, postgres] : [sqlite])('on $name', ({ place, open, unbound, triggers }) => {
  test('every version goes on with what every version before it wrote', async () => {
    const at = await place()
    const db: AnyDb = new Kysely({ dialect: open(at).dialect })
    onTestFinished(() => db.destroy())
    const migrator = migratorOf(db)
    const kept = new Map<string, Row[]>()
    const versions = (await migrator.getMigrations()).map(({ name }) => name)
    for (const [n, version] of versions.entries()) {
      const { error } = await migrator.migrateTo(version)
      expect(error, version).toBeUndefined()
      await sql.raw(unbound).execute(db)
      await withoutTriggers(db, triggers, async () => {
        for (const table of await tablesOf(db)) {
          const row = rowOf(table, n + 1)
          await db.insertInto(table.name).values(row).execute()
          kept.set(table.name, [...(kept.get(table.name) ?? []), row])
        }
      })
    }
    for (const { name, columns } of await tablesOf(db)) {
      const present = columns.map((column) => column.name).filter((column) => !REWRITTEN.has(column))
      const found = (await db.selectFrom(name).selectAll().execute()).map((row) => new Map(present.map((column) => [column, plain(row[column])])))
      for (const row of kept.get(name) ?? []) {
        const same = found.filter((other) => present.every((column) => row[column] === undefined || other.get(column) === row[column]))
        expect(same, `${name} ${JSON.stringify(row)}`).toHaveLength(1)
      }
    }
    await (await openDatabase(at)).destroy()
  })

  test('a database that a newer version wrote is left alone', async () => {
    const at = await place()
    const db = await openDatabase(at)
    await sql`INSERT INTO kysely_migration (name, timestamp) VALUES ('9999-later', '2099-01-01T00:00:00.000Z')`.execute(db)
    await db.destroy()
    await expect(openDatabase(at)).rejects.toMatchObject({ code: 'storage.newer', message: expect.stringMatching(/Update Windfall/) })
  })

  test('a change of the schema that fails half-way leaves nothing of itself', async () => {
    const db: AnyDb = new Kysely({ dialect: open(await place()).dialect })
    onTestFinished(() => db.destroy())
    const { error } = await new Migrator({ db, provider: { getMigrations: async () => ({ '1': { up: failHalfWay } }) } }).migrateToLatest()
    expect(String(error)).toMatch(/half-way/)
    expect(await tablesOf(db)).toEqual([])
  })
})
