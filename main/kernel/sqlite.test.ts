import { mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Migration, openSqlite } from './sqlite.ts'

const FIRST: Migration = { version: 1, sql: 'CREATE TABLE a (x INTEGER NOT NULL) STRICT' }
const SECOND: Migration = { version: 2, sql: 'ALTER TABLE a ADD COLUMN y INTEGER; INSERT INTO a (x, y) VALUES (7, 8)' }
const newFile = () => join(mkdtempSync(join(tmpdir(), 'windfall-sqlite-')), 'test.sqlite')

test('every commit reaches the disk, foreign keys hold, and only the owner can read any of its files', () => {
  const file = newFile()
  const db = openSqlite(file, [FIRST])
  db.exec('INSERT INTO a (x) VALUES (1)')
  const settings = Object.fromEntries(['journal_mode', 'synchronous', 'foreign_keys'].map((name) => [name, db.pragma(name, { simple: true })]))
  expect(settings).toEqual({ journal_mode: 'wal', synchronous: 2, foreign_keys: 1 })
  for (const name of readdirSync(join(file, '..'))) expect(statSync(join(file, '..', name)).mode & 0o077, name).toBe(0)
})

test('migrations run once, in order, and what was there stays', () => {
  const file = newFile()
  const first = openSqlite(file, [FIRST])
  first.exec('INSERT INTO a (x) VALUES (1)')
  first.close()
  for (let start = 0; start < 2; start++) {
    const db = openSqlite(file, [FIRST, SECOND])
    expect(db.prepare('SELECT x, y FROM a ORDER BY x').all()).toEqual([
      { x: 1, y: null },
      { x: 7, y: 8 },
    ])
  }
})

test('a database that a newer Windfall wrote is left alone', () => {
  const file = newFile()
  openSqlite(file, [FIRST, SECOND]).close()
  expect(() => openSqlite(file, [FIRST])).toThrow(
    expect.objectContaining({ code: 'storage.newer', message: expect.stringMatching(/schema 2.*knows 1.*Update/) }),
  )
  const db = openSqlite(file, [FIRST, SECOND])
  expect(db.prepare('SELECT count(*) AS n FROM a').get()).toEqual({ n: 1 })
})

test('a migration that fails leaves the version it started from, so that the next start tries again', () => {
  const file = newFile()
  openSqlite(file, [FIRST]).close()
  const broken = { version: 2, sql: 'ALTER TABLE a ADD COLUMN y INTEGER; INSERT INTO nowhere VALUES (1)' }
  expect(() => openSqlite(file, [FIRST, broken])).toThrow(/nowhere/)
  const db = openSqlite(file, [FIRST, SECOND])
  expect(db.prepare('SELECT x, y FROM a').all()).toEqual([{ x: 7, y: 8 }])
})

test.each([
  ['in a folder that does not exist', () => join(newFile(), 'deeper', 'test.sqlite')],
  [
    'that is something else',
    () => {
      const file = newFile()
      writeFileSync(file, 'this is not a database, and long enough to be looked at '.repeat(20))
      return file
    },
  ],
])('a database %s cannot be opened, and the message says which and what to check', (_, file) => {
  const path = file()
  expect(() => openSqlite(path, [FIRST])).toThrow(expect.objectContaining({ code: 'storage.failed', message: expect.stringContaining(path) }))
})
