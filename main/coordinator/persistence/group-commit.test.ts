import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { CompiledQuery, type DatabaseConnection, Kysely } from 'kysely'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Db, openDatabase, transact } from './database.ts'
import { databases } from './databases.fixture.ts'
import type { Engine } from './engine.ts'
import { createGroupCommit } from './group-commit.ts'
import { openSqliteEngine } from './sqlite.ts'

/** What one caller wants done in one transaction: values for keys, and how it ends. */
interface Order {
  readonly puts: readonly (readonly [key: string, value: number])[]
  readonly end: 'answer' | 'throw' | 'break a constraint' | 'go on after a broken constraint'
}
const key = fc.constantFrom('a', 'b', 'c')
const order: fc.Arbitrary<Order> = fc.record({
  puts: fc.array(fc.tuple(key, fc.nat(99)), { maxLength: 3 }),
  end: fc.constantFrom('answer', 'answer', 'answer', 'throw', 'break a constraint', 'go on after a broken constraint'),
})
/** Orders of one element are given at once, the next ones when those are answered. */
const orders = fc.array(fc.array(order, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 })

const put = (db: Pick<Db, 'insertInto'>, id: string, epoch: number) =>
  db
    .insertInto('shard')
    .values({ id, owner: null, epoch, until: 0 })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ epoch }))
    .execute()

const state = async (db: Pick<Db, 'selectFrom'>): Promise<string> =>
  (await db.selectFrom('shard').select(['id', 'epoch']).where('id', '!=', 'twice').orderBy('id').execute()).map(({ id, epoch }) => `${id}=${epoch}`).join(' ')

const carryOut = (db: Db, { puts, end }: Order): Promise<string> =>
  transact(db, async (tx) => {
    for (const [id, value] of puts) await put(tx, id, value)
    if (end === 'throw') throw new Error('thrown')
    const twice = () => tx.insertInto('shard').values({ id: 'twice', owner: null, epoch: 1, until: 0 }).execute()
    if (end === 'break a constraint') await twice()
    if (end === 'go on after a broken constraint') await twice().catch(() => undefined)
    for (const [id, value] of end === 'answer' ? [] : puts) await put(tx, id, value).catch(() => undefined)
    return state(tx)
  })

function expected(map: Map<string, number>, { puts, end }: Order): string {
  if (end !== 'answer') return 'refused'
  for (const [id, value] of puts) map.set(id, value)
  return [...map]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, value]) => `${id}=${value}`)
    .join(' ')
}

describe.each(databases)('on $name', ({ name, place }) => {
  test('whatever is given at once, and whatever of it fails, ends as if it had been given one by one', async () => {
    const file = name === 'SQLite' ? join(mkdtempSync(join(tmpdir(), 'windfall-group-')), 'test.sqlite') : await place()
    const db = await openDatabase(file)
    onTestFinished(() => db.destroy())
    await fc.assert(
      fc.asyncProperty(orders, async (rounds) => {
        await transact(db, (tx) => tx.deleteFrom('shard').execute())
        await put(db, 'twice', 0)
        const model = new Map<string, number>()
        for (const round of rounds) {
          const wanted = round.map((one) => expected(model, one))
          const answers = await Promise.allSettled(round.map((one) => carryOut(db, one)))
          expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : 'refused'))).toEqual(wanted)
        }
        expect(await state(db)).toBe(expected(model, { puts: [], end: 'answer' }))
      }),
      { numRuns: 60 },
    )
  })

  test('a query that nobody waited for is over before the next work begins, or refused', async () => {
    const db = await openDatabase(await place())
    onTestFinished(() => db.destroy())
    const late: (() => Promise<unknown>)[] = []
    const hasty = transact(db, async (tx) => {
      late.push(() => put(tx, 'late', 1))
      void put(tx, 'hasty', 1).catch(() => undefined)
      throw new Error('hasty')
    })
    const [, next] = await Promise.allSettled([hasty, transact(db, (tx) => state(tx))])
    expect(next).toEqual({ status: 'fulfilled', value: '' })
    await expect(late[0]?.()).rejects.toThrow(/after the end of its transaction/)
    expect(await state(db)).toBe('')
  })
})

/** A connection to a file that dies, as its process does: before or after its n-th statement, and for good. */
interface Mortal {
  readonly file: string
  readonly dies: { readonly at: number; readonly when: 'before' | 'after' }
}

async function openMortal({ file, dies }: Mortal) {
  const engine = openSqliteEngine(file)
  const db = new Kysely<unknown>({ dialect: engine.dialect })
  let statements = 0
  const isDead = (): boolean => statements > dies.at
  const mortal = (connection: DatabaseConnection): DatabaseConnection => ({
    ...connection,
    streamQuery: connection.streamQuery.bind(connection),
    executeQuery: async (query) => {
      statements += 1
      const ends = statements === dies.at + 1
      if (isDead() && !(ends && dies.when === 'after')) throw new Error('dead')
      const result = await connection.executeQuery<never>(query)
      if (ends) throw new Error('dead')
      return result
    },
  })
  const commit = createGroupCommit({ engine: { ...engine, isDurable: true }, provide: (give) => db.getExecutor().provideConnection((c) => give(mortal(c))) })
  return { db, commit, isDead }
}

test.each(['before', 'after'] as const)('dying at any point, %s a statement, loses nothing that was answered and keeps no half of anything', async (when) => {
  let at = 0
  for (let died = true; died; at += 1) {
    const file = join(mkdtempSync(join(tmpdir(), 'windfall-mortal-')), 'test.sqlite')
    const first = await openMortal({ file, dies: { at: Number.POSITIVE_INFINITY, when } })
    await first.db.executeQuery(CompiledQuery.raw('CREATE TABLE kept (work INTEGER, part INTEGER)'))
    await first.db.destroy()
    const { db, commit, isDead } = await openMortal({ file, dies: { at, when } })
    const write = (work: number) =>
      commit(async (connection) => {
        for (const part of [1, 2]) await connection.executeQuery(CompiledQuery.raw(`INSERT INTO kept VALUES (${work}, ${part})`))
        if (work === 2) throw new Error('thrown')
      })
    const answers = [...(await Promise.allSettled([1, 2, 3].map(write))), ...(await Promise.allSettled([4, 5].map(write)))]
    died = isDead()
    await db.destroy()
    const again = new Kysely<{ kept: { work: bigint; part: bigint } }>({ dialect: openSqliteEngine(file).dialect })
    const kept = Map.groupBy(await again.selectFrom('kept').selectAll().execute(), ({ work }) => work)
    await again.destroy()
    for (const [n, { status }] of answers.entries())
      if (status === 'fulfilled') expect(kept.get(BigInt(n + 1)), `work ${n + 1} of a death at ${at}`).toHaveLength(2)
    for (const parts of kept.values()) expect(parts).toHaveLength(2)
    expect(kept.has(2n)).toBe(false)
  }
  expect(at).toBeGreaterThan(20)
})

/** Speaks of what it is asked, and fails where it is told to. */
function scripted(failing: (sql: string, n: number) => boolean) {
  const said: string[] = []
  const connection = {
    executeQuery: async ({ sql }: CompiledQuery) => {
      said.push(sql)
      if (failing(sql, said.length)) throw new Error(`no ${sql}`)
      return { rows: [] }
    },
  } as unknown as DatabaseConnection
  const engine: Pick<Engine, 'begin' | 'isBatched' | 'isDurable'> = { begin: ['BEGIN'], isBatched: false, isDurable: true }
  return { said, commit: createGroupCommit({ engine, provide: (give) => give(connection) }) }
}

test('what arrives while a commit is under way shares the next one, and nothing is answered before its COMMIT', async () => {
  const { said, commit } = scripted(() => false)
  const answered = (work: string) => commit(async () => void said.push(work)).then(() => said.push(`${work} answered`))
  const first = answered('one')
  await commit(async () => {
    said.push('two')
    void answered('three')
    void answered('four')
  })
  await first
  await commit(async () => undefined)
  const told = said.filter((line) => !/SAVEPOINT/.test(line)).slice(0, 10)
  expect(told).toEqual(['BEGIN', 'one', 'two', 'COMMIT', 'one answered', 'BEGIN', 'three', 'four', 'COMMIT', 'three answered'])
})

test('a COMMIT that fails rejects all that ran in it, and the next transaction goes on', async () => {
  let commits = 0
  const { said, commit } = scripted((sql) => (sql === 'COMMIT' && ++commits === 1) || (sql.startsWith('ROLLBACK TO') && commits === 1))
  const answers = await Promise.allSettled(['a', 'b', 'c'].map((id) => commit(async () => id)))
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect(answers[0]).toMatchObject({ reason: { code: 'storage.failed' } })
  expect(said.at(-1)).toBe('ROLLBACK')
  expect(await commit(async () => 'd')).toBe('d')
})

test('when a transaction is lost on the way, what had not begun goes on in the next one', async () => {
  let isLost = false
  const { commit } = scripted((sql) => isLost && sql.startsWith('ROLLBACK TO'))
  const answers = await Promise.allSettled([
    commit(async () => 'first'),
    commit(async () => {
      isLost = true
      throw new Error('the server went away')
    }),
    commit(async () => {
      isLost = false
      return 'third'
    }),
  ])
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
})

test('where none can begin, all are told, and nothing is left open', async () => {
  const { said, commit } = scripted((sql, n) => sql === 'BEGIN' && n === 1)
  const answers = await Promise.allSettled([commit(async () => 1), commit(async () => 2)])
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(said).toEqual(['BEGIN', 'ROLLBACK'])
  expect(await commit(async () => 3)).toBe(3)
})

test('what each of the next turns of the event loop brings shares the transaction, for as long as each brings more', async () => {
  const said: string[] = []
  const connection = { executeQuery: async ({ sql }: CompiledQuery) => (said.push(sql), { rows: [] }) } as unknown as DatabaseConnection
  const commit = createGroupCommit({ engine: { begin: ['BEGIN'], isBatched: false, isDurable: true }, provide: (work) => work(connection) })
  const works: Promise<void>[] = []
  const bring = (left: number): void => {
    // Registered before what looks whether more has come.
    if (left > 1) setImmediate(() => bring(left - 1))
    works.push(commit(async () => undefined))
  }
  bring(4)
  while (works.length < 4) await new Promise((resolve) => setImmediate(resolve))
  await Promise.all(works)
  expect(said.filter((sql) => sql === 'COMMIT')).toHaveLength(1)
})
