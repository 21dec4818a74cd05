import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createKeysetPage } from './keyset.store.ts'
import { openSqlite } from './sqlite.ts'

const TABLE = { version: 1, sql: 'CREATE TABLE item (id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID' }

function setUp() {
  const db = openSqlite(':memory:', [TABLE])
  const insert = db.prepare<[string, number]>('INSERT OR IGNORE INTO item (id, at) VALUES (?, ?)')
  const page = createKeysetPage<{ id: string; at: number }>(db, { select: 'SELECT id, at FROM item', table: 'item', at: 'at', id: 'id' })
  return { db, page, add: (id: string, at: number) => insert.run(id, at) }
}

const Item = fc.record({ id: fc.stringMatching(/^[a-f]{1,3}$/), at: fc.nat({ max: 5 }) })

test('pages show every row that was there at the start once and in order, whatever is added meanwhile', () => {
  fc.assert(
    fc.property(
      fc.array(Item, { maxLength: 30 }),
      fc.array(fc.array(Item, { maxLength: 4 }), { maxLength: 12 }),
      fc.integer({ min: 1, max: 7 }),
      (start, later, limit) => {
        const { db, page, add } = setUp()
        for (const { id, at } of start) add(id, at)
        const expected = page(null, 1_000).map(({ id }) => id)
        const seen: { id: string; at: number }[] = []
        for (let rows = page(null, limit); rows.length > 0; rows = page(seen.at(-1)?.id ?? '', limit)) {
          seen.push(...rows)
          for (const { id, at } of later.shift() ?? []) add(id, at)
        }
        db.close()
        const ids = seen.map(({ id }) => id)
        expect(new Set(ids).size).toBe(ids.length)
        expect(ids.filter((id) => expected.includes(id))).toEqual(expected)
        expect(seen).toEqual(seen.toSorted((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1)))
      },
    ),
  )
})

test('an id that nobody knows reads as the first page, and the end is empty', () => {
  const { page, add } = setUp()
  add('a', 1)
  add('b', 1)
  expect(page('nobody', 1)).toEqual([{ id: 'b', at: 1 }])
  expect(page('b', 5)).toEqual([{ id: 'a', at: 1 }])
  expect(page('a', 5)).toEqual([])
})
