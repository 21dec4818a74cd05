import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { type Db, openDatabase, transact } from './database.ts'

async function open(): Promise<Db> {
  const db = await openDatabase(join(mkdtempSync(join(tmpdir(), 'windfall-sqlite-')), 'test.sqlite'))
  onTestFinished(() => db.destroy())
  return db
}

const add = (db: Db, id: string, owner = '') => transact(db, (tx) => tx.insertInto('shard').values({ id, owner, epoch: 1, until: 0 }).execute())
const ids = async (db: Db): Promise<string[]> => (await db.selectFrom('shard').select('id').orderBy('id').execute()).map(({ id }) => id)

test('a full disk refuses what is new, keeps what was answered, and takes new work as soon as there is room', async () => {
  const db = await open()
  await add(db, 'before')
  const { rows } = await sql<{ page_count: number }>`PRAGMA page_count`.execute(db)
  await sql`PRAGMA max_page_count = ${sql.lit((rows[0]?.page_count ?? 0) + 2)}`.execute(db)
  const answers = await Promise.allSettled([add(db, 'small'), add(db, 'large', 'x'.repeat(1_000_000)), add(db, 'small too')])
  expect(answers[1]).toMatchObject({ status: 'rejected', reason: { code: 'storage.full', status: 503, retry: true } })
  const kept = ['small', 'small too'].filter((_, n) => answers[n * 2]?.status === 'fulfilled')
  expect(await ids(db)).toEqual(['before', ...kept])
  await sql`PRAGMA max_page_count = 1000000`.execute(db)
  await add(db, 'large', 'x'.repeat(1_000_000))
  expect(await ids(db)).toContain('large')
})

test('a database that can only be read is read, and written again as soon as it can be', async () => {
  const db = await open()
  await add(db, 'before')
  await sql`PRAGMA query_only = ON`.execute(db)
  await expect(add(db, 'meanwhile')).rejects.toMatchObject({ code: 'storage.read-only', status: 503, retry: true })
  expect(await ids(db)).toEqual(['before'])
  await sql`PRAGMA query_only = OFF`.execute(db)
  await add(db, 'after')
  expect(await ids(db)).toEqual(['after', 'before'])
})

test('a statement that is kept prepared sees a column that was added since', async () => {
  const db = await open()
  await add(db, 'a')
  const all = () => db.selectFrom('shard').selectAll().execute()
  expect(await all()).toEqual([{ id: 'a', owner: '', epoch: 1, until: 0 }])
  await sql`ALTER TABLE shard ADD COLUMN more bigint NOT NULL DEFAULT 7`.execute(db)
  expect(await all()).toEqual([{ id: 'a', owner: '', epoch: 1, until: 0, more: 7 }])
})
