import { describe, expect, onTestFinished, test } from 'vitest'
import type { Presence } from '../../../shared/contract/node.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { aborted } from '../../kernel/lifecycle.ts'
import { type Db, openDatabase, transact } from '../persistence/database.ts'
import { databases } from '../persistence/databases.fixture.ts'
import { createNeighboursStore } from './neighbours.store.ts'
import { createShards } from './shards.ts'
import { databaseTime } from './shards.store.ts'

const idle: Presence = { ready: true, reasons: [], running: [] }

/** Time passes for the database alone: a replica asks once, and then is as good as paused until it is stopped. */
function startReplica(db: Db, replicaId: string, ttlMs = 60_000) {
  const stop = new AbortController()
  const shards = createShards({
    db,
    clock: createFakeClock(0),
    databaseNow: databaseTime,
    replicaId,
    ttlMs,
    onMoved: () => undefined,
    onFailure: () => undefined,
  })
  const running = shards.run({ planning: [aborted], proofs: [], payouts: [], upkeep: [] }, stop.signal)
  const leave = async () => {
    stop.abort()
    await running
  }
  onTestFinished(leave)
  return { shards, leave }
}

const write = (db: Db, nodeId: string) => transact(db, (tx) => createNeighboursStore(tx).savePresence('x', [{ nodeId, heardAt: 1, presence: idle }]))
const fenced = expect.objectContaining({ code: 'storage.fenced' })
const order = (nodeId: string) => ({ type: 'drop', nodeId }) as const

describe.each(databases)('on $name', ({ place }) => {
  /** As many connections of their own as there are processes; SQLite has one process. */
  async function openFor(processes: number): Promise<readonly Db[]> {
    const where = await place()
    const open = async () => {
      const db = await openDatabase(where)
      onTestFinished(() => db.destroy())
      return db
    }
    const first = await open()
    return where === ':memory:' ? Array.from({ length: processes }, () => first) : [first, ...(await Promise.all(Array.from({ length: processes - 1 }, open)))]
  }

  test('of several replicas that start at once, one gets everything, and it alone can write', async () => {
    const replicas = (await openFor(3)).map((db, index) => startReplica(db, `replica-${index}`))
    const owners = () => replicas.filter(({ shards }) => shards.epochOf('planning') !== null)
    await expect.poll(() => owners().length).toBe(1)
    const tried = await Promise.allSettled(replicas.map(({ shards }, index) => write(shards.fenced('planning'), `node-${index}`)))
    expect(tried.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(tried.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))).toEqual([fenced, fenced])
  })

  test('a paused replica whose time has run out can write nothing once another has taken over, however sure of itself it is', async () => {
    const [one, two] = (await openFor(2)) as [Db, Db]
    const paused = startReplica(one, 'paused', 1)
    await expect.poll(() => paused.shards.epochOf('planning')).toBe(1)
    await expect(write(paused.shards.fenced('planning'), 'before')).resolves.toBeUndefined()
    const heir = startReplica(two, 'heir')
    await expect.poll(() => heir.shards.epochOf('planning')).toBe(2)
    expect(paused.shards.epochOf('planning')).toBe(1)
    await expect(write(paused.shards.fenced('planning'), 'after')).rejects.toThrow(fenced)
    await expect(write(heir.shards.fenced('planning'), 'after')).resolves.toBeUndefined()
    // What it writes for nobody in particular, such as an answer to a request, is as good as ever.
    await expect(write(one, 'any')).resolves.toBeUndefined()
    await paused.leave()
    expect(heir.shards.epochOf('planning')).toBe(2)
    await expect(write(heir.shards.fenced('planning'), 'later')).resolves.toBeUndefined()
  })

  test('the database’s clock goes on', async () => {
    const [db] = (await openFor(1)) as [Db]
    const [before, after] = [await databaseTime(db), await databaseTime(db)]
    expect(after).toBeGreaterThanOrEqual(before)
    expect(Number.isInteger(before)).toBe(true)
  })

  test('of a node that several replicas have heard, the newest report stands, and each is read once', async () => {
    const [db] = (await openFor(1)) as [Db]
    const store = createNeighboursStore(db)
    const heard = (nodeId: string, heardAt: number) => ({ nodeId, heardAt, presence: idle })
    await transact(db, (tx) => createNeighboursStore(tx).savePresence('one', [heard('a', 10), heard('b', 10)]))
    await transact(db, (tx) => createNeighboursStore(tx).savePresence('two', [heard('a', 9), heard('b', 11)]))
    expect((await store.presenceAfter(0, 'two')).map(({ nodeId }) => nodeId)).toEqual(['a'])
    const [b] = await store.presenceAfter(0, 'one')
    expect(b).toMatchObject({ nodeId: 'b', heardAt: 11, presence: idle })
    expect(await store.presenceAfter(b?.seq ?? 0, 'one')).toEqual([])
  })

  test('who holds a socket is told in order, and only its holder ends it', async () => {
    const [db] = (await openFor(1)) as [Db]
    const store = createNeighboursStore(db)
    await transact(db, (tx) => createNeighboursStore(tx).openLines('one', ['a', 'b']))
    await transact(db, (tx) => createNeighboursStore(tx).openLines('two', ['a']))
    await transact(db, (tx) => createNeighboursStore(tx).closeLines('one', ['a', 'b']))
    expect(await store.linesAfter(0)).toEqual([
      { nodeId: 'a', replicaId: 'two', seq: 3 },
      { nodeId: 'b', replicaId: null, seq: 4 },
    ])
    await transact(db, (tx) => createNeighboursStore(tx).closeAllLines('two'))
    expect(await store.linesAfter(4)).toEqual([{ nodeId: 'a', replicaId: null, seq: 5 }])
  })

  test('orders reach whom they are for, in order, until they are done', async () => {
    const [db] = (await openFor(1)) as [Db]
    const store = createNeighboursStore(db)
    const add = (to: string, nodeId: string, at: number) => transact(db, (tx) => createNeighboursStore(tx).addOrders([{ to, order: order(nodeId) }], at))
    await add('one', 'a', 1)
    await add('two', 'b', 2)
    await add('one', 'c', 3)
    const mine = await store.ordersFor('one')
    expect(mine.map((one) => one.order)).toEqual([order('a'), order('c')])
    await store.ordersDone('one', mine[0]?.seq ?? 0)
    expect(await store.ordersFor('one')).toHaveLength(1)
    await store.forgetOrders(3)
    expect([await store.ordersFor('one'), await store.ordersFor('two')]).toMatchObject([[{ order: order('c') }], []])
  })
})
