import { CompiledQuery } from 'kysely'
import { Client } from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Db, databaseNow, openDatabase, ping, transact } from './database.ts'
import { hasPostgres, postgresPlace } from './databases.fixture.ts'
import { createPostgresDatabase } from './postgres-databases.fixture.ts'
import { startPostgres } from './postgres-server.fixture.ts'
import { refusalOf } from './postgres.ts'

async function open(place: string, options: Parameters<typeof openDatabase>[1] = {}): Promise<Db> {
  const db = await openDatabase(place, options)
  onTestFinished(() => db.destroy())
  return db
}

const add = (db: Db, id: string) => transact(db, (tx) => tx.insertInto('shard').values({ id, owner: null, epoch: 1, until: 0 }).execute())
/** Adds one to what it reads. */
const raise = (db: Db) =>
  transact(db, async (tx) => {
    const { epoch } = await tx.selectFrom('shard').select('epoch').where('id', '=', 'counter').executeTakeFirstOrThrow()
    await tx
      .updateTable('shard')
      .set({ epoch: epoch + 1 })
      .where('id', '=', 'counter')
      .execute()
    return epoch
  })

const ids = async (db: Db): Promise<string[]> => (await db.selectFrom('shard').select('id').orderBy('id').execute()).map(({ id }) => id)
const changed = (url: string, change: Partial<URL>): string => Object.assign(new URL(url), change).href

async function asServer<T>(url: string, ask: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await ask(client)
  } finally {
    await client.end()
  }
}

test('a server that is too old, or keeps text in another encoding, is refused with what to do', () => {
  expect(refusalOf({ version: '130014', encoding: 'UTF8' })).toMatch(/PostgreSQL 13.*needs 14/)
  expect(refusalOf({ version: '170002', encoding: 'SQL_ASCII' })).toMatch(/CREATE DATABASE .* ENCODING 'UTF8'/)
  expect(refusalOf({ version: '140000', encoding: 'UTF8' })).toBeNull()
})

describe.runIf(hasPostgres)('on a server', () => {
  test.each([
    ['nobody listens', { port: '1' }, 'storage.unavailable', /127\.0\.0\.1:1.*Start the server/],
    ['the password is wrong', { password: 'tiger' }, 'config.invalid', /password.*WINDFALL_DATABASE_PASSWORD_FILE/],
    ['there is no such database', { pathname: '/nowhere' }, 'config.invalid', /CREATE DATABASE/],
  ] as const)('where %s, the message says which and what to do, and no secret', async (_, change, code, says) => {
    const refused = await openDatabase(changed(await postgresPlace(), change)).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code, message: expect.stringMatching(says) })
    expect(String(refused)).not.toMatch(/tiger|windfall:windfall/)
  })

  test('the password may come from elsewhere than the address', async () => {
    const place = changed(await postgresPlace(), { password: 'tiger' })
    await ping(await open(place, { password: 'windfall' }))
  })

  test('a text that it cannot keep is the mistake of whoever sent it, and nobody else’s', async () => {
    const db = await open(await postgresPlace())
    const outcomes = await Promise.allSettled([add(db, 'a'), add(db, 'b\u0000'), add(db, 'c')])
    expect(outcomes).toMatchObject([{ status: 'fulfilled' }, { reason: { code: 'input.invalid' } }, { status: 'fulfilled' }])
    expect(await ids(db)).toEqual(expect.arrayContaining(['a', 'c']))
  })

  test('text is ordered by its bytes, whatever the language of the server', async () => {
    const db = await open(await postgresPlace({ template: false }))
    for (const id of ['b', 'B', 'a', 'Z', 'é', '_']) await add(db, id)
    expect(await ids(db)).toEqual(['B', 'Z', '_', 'a', 'b', 'é'])
  })

  test('integers arrive as they do from SQLite: money exact, everything else as a number or not at all', async () => {
    const db = await open(await postgresPlace())
    const one = async (sql: string) => (await db.executeQuery<Record<string, unknown>>(CompiledQuery.raw(`SELECT ${sql}`))).rows[0]
    expect(await one('9007199254740993::bigint AS amount, 7::bigint AS n, sum(v) AS total, avg(v) AS mean FROM (VALUES (1::bigint), (2)) AS t(v)')).toEqual({
      amount: 9_007_199_254_740_993n,
      n: 7,
      total: 3,
      mean: 1.5,
    })
    await expect(one('9007199254740993::bigint AS n')).rejects.toThrow(/n holds 9007199254740993/)
  })

  test('its clock is asked, not ours', async () => {
    const db = await open(await postgresPlace())
    const [before, now, after] = [await databaseNow(db), await transact(db, databaseNow), await databaseNow(db)]
    expect([before, now, after].toSorted((a, b) => a - b)).toEqual([before, now, after])
  })

  test('two coordinators take turns: what one has read, the other has not changed meanwhile', async () => {
    const place = await postgresPlace()
    const both = [await open(place), await open(place)]
    await add(both[0] as Db, 'counter')
    const seen = await Promise.all(Array.from({ length: 60 }, (_, n) => raise(both[n % 2] as Db)))
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, n) => n + 1))
  })

  test('a coordinator that stops in the middle of a transaction loses it, the others go on, and so does it when it is back', async () => {
    const place = await postgresPlace()
    const paused = await open(place)
    const other = await open(place)
    const back = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const lost = transact(paused, async (tx) => {
      await tx.insertInto('shard').values({ id: 'paused', owner: null, epoch: 1, until: 0 }).execute()
      // Only from here on: a slow machine is no paused one.
      await tx.executeQuery(CompiledQuery.raw('SET LOCAL idle_in_transaction_session_timeout = 50'))
      begun.resolve()
      await back.promise
      await tx.insertInto('shard').values({ id: 'paused on', owner: null, epoch: 1, until: 0 }).execute()
    })
    await begun.promise
    await add(other, 'other')
    back.resolve()
    await expect(lost).rejects.toMatchObject({ code: 'storage.unavailable' })
    await add(paused, 'back')
    expect(await ids(other)).toEqual(['back', 'other'])
  })

  test('while nobody can write, waiting ends with an answer', async () => {
    const place = await postgresPlace()
    const db = await open(place, { timeouts: { lock_timeout: 100 } })
    await asServer(place, async (client) => {
      await client.query('BEGIN; SELECT id FROM writer FOR UPDATE')
      await expect(add(db, 'a')).rejects.toMatchObject({ code: 'storage.unavailable' })
      await client.query('ROLLBACK')
    })
    await add(db, 'b')
    expect(await ids(db)).toEqual(['b'])
  })

  test('a restart of the server needs none of ours: what is asked meanwhile is refused, what is asked after is done', async () => {
    const server = await startPostgres()
    onTestFinished(server.stop)
    const heard: string[] = []
    const db = await open(server.url, { onLost: (message) => void heard.push(message) })
    await add(db, 'before')
    await Promise.all([ping(db), ping(db)])
    await server.restart()
    const writing = async (id: string) => {
      while ((await add(db, id).catch(({ code }: { code: string }) => code)) === 'storage.unavailable');
    }
    await Promise.all([writing('after'), writing('and after')])
    expect(await ids(db)).toEqual(['after', 'and after', 'before'])
    expect(heard.join()).toMatch(/terminat/)
  })

  test('a database that can only be read says so, and takes up its work when it can be written again', async () => {
    const { url, server, drop } = await createPostgresDatabase()
    onTestFinished(drop)
    const name = new URL(url).pathname.slice(1)
    const set = (value: string) => asServer(server, (client) => client.query(`ALTER DATABASE ${name} SET default_transaction_read_only = ${value}`))
    await set('on')
    const db = await open(url)
    await expect(add(db, 'before')).rejects.toMatchObject({ code: 'storage.read-only' })
    expect(await ids(db)).toEqual([])
    await set('off')
    // Each session that began meanwhile is found out once.
    while ((await add(db, 'after').catch(({ code }: { code: string }) => code)) === 'storage.read-only');
    expect(await ids(db)).toEqual(['after'])
  })
})
