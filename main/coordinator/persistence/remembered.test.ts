import type { CompiledQuery } from 'kysely'
import { describe, expect, onTestFinished, test } from 'vitest'
import { rememberedOnce } from './compiled.ts'
import { openDatabase } from './database.ts'
import { databases } from './databases.fixture.ts'
import { createRemembered, mayChange, toRemember } from './remembered.ts'
import { transact } from './transact.ts'

const READ = 'select "id", "state" from "node" where "id" = ?'

test.each([
  ['another table is written', 'insert into "job" ("id") values (?)', false],
  ['a row is added', 'insert into "node" ("id") values (?)', true],
  ['many rows are added', 'INSERT INTO "node" ("id") SELECT CAST(each.value ->> 0 AS text) FROM json_each(?) AS each', true],
  ['a column is set that it asks for', 'update "node" set "enrolled_at" = ?, "state" = $2 where "id" = $3', true],
  ['only others are set', 'update "node" set "last_event" = "last_event" + ?, "enrolled_at" = ? where "id" = ? returning "last_event"', false],
  ['a column is set by what cannot be read', `update "node" set "last_event" = coalesce("last_event", 0) where "id" = ?`, true],
  ['all rows are set', 'update "node" set "last_event" = ?', true],
  ['rows are deleted, of any table', 'delete from "owner" where "id" = ?', true],
  ['rows are set by words between', 'update or replace "node" set "state" = ? where "id" = ?', true],
  ['and by PostgreSQL’s', 'update only "node" set "state" = $1 where "id" = $2', true],
  ['the table has another name there', 'update "node" as n set "state" = ? where n."id" = ?', true],
  ['the schema changes', 'alter table "job" add column "x" text', true],
  ['something is read', 'select * from "node"', false],
])('an answer may be another one after %s: $2', (_, statement, expected) => {
  expect(mayChange(statement, READ)).toBe(expected)
})

test('a query for every column is asked again whatever column is set', () => {
  expect(mayChange('update "node" set "last_event" = ? where "id" = ?', 'select * from "node" where "id" = ?')).toBe(true)
})

const text = (sql: string): CompiledQuery => ({ query: { kind: 'RawNode' }, queryId: { queryId: '' }, sql, parameters: [] }) as unknown as CompiledQuery

test('an answer that was under way while something was written is not given again', async () => {
  const ask = createRemembered(false)
  const query = toRemember(text(READ))
  const slow = Promise.withResolvers<{ rows: unknown[] }>()
  const first = ask(query, () => slow.promise)
  await ask(text('insert into "node" ("id") values (?)'), async () => ({ rows: [] }))
  slow.resolve({ rows: ['before'] })
  await first
  expect((await ask(query, async () => ({ rows: ['after'] }))).rows).toEqual(['after'])
})

describe.each(databases)('on $name', ({ place }) => {
  const nameOf = rememberedOnce((db) => db.selectFrom('requester').select('name').where('id', '=', ''))

  async function open() {
    const db = await openDatabase(await place())
    onTestFinished(() => db.destroy())
    await transact(db, (tx) => tx.insertInto('requester').values({ id: 'r', name: 'one', created_at: 0 }).execute())
    return db
  }

  test('what is remembered is what was committed, whoever asks', async () => {
    const db = await open()
    expect(await nameOf(db, ['r'])).toEqual([{ name: 'one' }])
    await transact(db, async (tx) => {
      expect(await nameOf(tx, ['r'])).toEqual([{ name: 'one' }])
      await tx.updateTable('requester').set({ name: 'two' }).where('id', '=', 'r').execute()
      expect(await nameOf(tx, ['r'])).toEqual([{ name: 'two' }])
    })
    expect(await nameOf(db, ['r'])).toEqual([{ name: 'two' }])
  })

  test('what was undone was never there', async () => {
    const db = await open()
    const undone = transact(db, async (tx) => {
      await tx.updateTable('requester').set({ name: 'never' }).where('id', '=', 'r').execute()
      expect(await nameOf(tx, ['r'])).toEqual([{ name: 'never' }])
      throw new Error('undo this')
    })
    const next = transact(db, (tx) => nameOf(tx, ['r']))
    await expect(undone).rejects.toThrow('undo this')
    expect(await next).toEqual([{ name: 'one' }])
    expect(await nameOf(db, ['r'])).toEqual([{ name: 'one' }])
  })
})

test('on a database that others write to, nothing is remembered beside a transaction', async () => {
  const ask = createRemembered(true)
  const query = toRemember(text(READ))
  let asked = 0
  const execute = async () => ({ rows: [++asked] })
  for (const _ of [1, 2]) await ask(query, execute)
  expect(asked).toBe(2)
  await ask(text('BEGIN; SELECT id FROM writer WHERE id = 1 FOR UPDATE; SAVEPOINT work'), async () => ({ rows: [] }))
  for (const _ of [1, 2]) await ask(query, execute)
  expect(asked).toBe(3)
  await ask(text('RELEASE SAVEPOINT work; COMMIT'), async () => ({ rows: [] }))
  await ask(query, execute)
  expect(asked).toBe(4)
})
