import { expect, onTestFinished, test } from 'vitest'
import type { Presence } from '../../../shared/contract/node.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { openTestDatabase } from '../persistence/database.fake.ts'
import type { Db } from '../persistence/database.ts'
import { createMembership } from './membership.ts'
import { createNeighbours } from './neighbours.ts'
import type { HeardElsewhere, Order } from './orders.ts'

const idle: Presence = { ready: true, reasons: [], running: [] }
const busy: Presence = { ...idle, running: [{ leaseId: 'lease', token: 1, state: 'running' }] }
const cancel = { type: 'cancel', leaseId: 'lease', reason: 'cancelled' } as const
const events = { type: 'events', lastEvent: 3 } as const

async function openShared(): Promise<Db> {
  const db = await openTestDatabase()
  onTestFinished(() => db.destroy())
  return db
}

interface Given {
  readonly db: Db
  readonly time: { now: number }
  readonly id: string
  readonly session?: string
  readonly shared?: Readonly<Record<string, string>>
}

async function startReplica({ db, time, id, session = `${id} 1`, shared = { wallet: 'w' } }: Given) {
  const [clock, stop] = [createFakeClock(0), new AbortController()]
  const told: { heard: HeardElsewhere[]; ordered: Order[]; moved: string[]; problems: string[] } = { heard: [], ordered: [], moved: [], problems: [] }
  const common = { db, clock, databaseNow: async () => time.now, onFailure: (message: string) => void told.problems.push(message) }
  const membership = createMembership({ ...common, self: { replicaId: id, session, version: '1', shared }, ttlMs: 10_000 })
  const neighbours = createNeighbours({ ...common, replicaId: id, membership, presenceEveryMs: 15_000 })
  await membership.join(`http://${id}`)
  const ears = {
    heard: (more: readonly HeardElsewhere[]) => void told.heard.push(...more),
    ordered: (order: Order) => void told.ordered.push(order),
    moved: (nodeId: string) => void told.moved.push(nodeId),
    looked: async () => undefined,
  }
  const running = neighbours.run(ears, stop.signal)
  const leave = () => {
    stop.abort()
    return running
  }
  return { ...neighbours, clock, told, running, leave }
}

type Started = Awaited<ReturnType<typeof startReplica>>

const pass = async (time: { now: number }, ms: number, replicas: readonly Started[]) => {
  for (let passed = 0; passed < ms; passed += 500) {
    time.now += 500
    for (const { clock } of replicas) await clock.advance(500)
  }
}

async function startTwo() {
  const [db, time] = [await openShared(), { now: 1_000_000 }]
  const [one, two] = [await startReplica({ db, time, id: 'one' }), await startReplica({ db, time, id: 'two' })]
  onTestFinished(async () => {
    await Promise.all([one.leave(), two.leave()])
  })
  await pass(time, 2_000, [one, two])
  return { db, time, one, two, both: [one, two] }
}

test('what one hears of a node that has work to do, the other knows in two seconds, and how old it is', async () => {
  const { time, one, two, both } = await startTwo()
  one.heard('node', busy, false)
  await pass(time, 2_000, both)
  expect(two.told.heard).toEqual([{ nodeId: 'node', presence: busy, ageMs: expect.any(Number) }])
  expect(two.told.heard[0]?.ageMs).toBeLessThanOrEqual(2_000)
  expect(one.told.heard).toEqual([])
})

test('of nodes that are idle, others hear in one piece within a heartbeat, and only what is newest', async () => {
  const { db, time, one, two, both } = await startTwo()
  await pass(time, 15_000, both)
  for (let at = 0; at < 1_200; at++) one.heard(`node-${at}`, { ...idle, ready: false }, false)
  one.heard('node-7', idle, false)
  await pass(time, 16_500, both)
  expect(two.told.heard).toHaveLength(1_200)
  expect(two.told.heard.find(({ nodeId }) => nodeId === 'node-7')?.presence).toEqual(idle)
  // A row that an older report meets is left as it is.
  two.heard('node-7', { ...idle, reasons: ['paused'] }, true)
  await pass(time, 2_000, both)
  expect(one.told.heard.map(({ nodeId }) => nodeId)).toEqual(['node-7'])
  expect(await db.selectFrom('agent_presence').select('replica_id').where('node_id', '=', 'node-7').executeTakeFirst()).toEqual({ replica_id: 'two' })
})

test('a frame reaches the replica where the socket is, and nobody else', async () => {
  const { time, one, two, both } = await startTwo()
  expect(one.send('node', events)).toBe(false)
  two.opened('node')
  await pass(time, 2_000, both)
  expect(one.send('node', events)).toBe(true)
  await pass(time, 1_500, both)
  expect(two.told.ordered).toEqual([{ type: 'frame', nodeId: 'node', frame: events }])
  await pass(time, 5_000, both)
  expect(two.told.ordered).toHaveLength(1)
  two.closed('node')
  await pass(time, 2_000, both)
  expect(one.send('node', events)).toBe(false)
})

test('an order to end is heard everywhere, since a node without a socket may wait for it anywhere', async () => {
  const { time, one, two, both } = await startTwo()
  expect(one.send('node', cancel)).toBe(false)
  one.tellAll({ type: 'look' })
  await pass(time, 1_500, both)
  expect(two.told.ordered).toEqual([{ type: 'frame', nodeId: 'node', frame: cancel }, { type: 'look' }])
})

test('a node that has moved to another replica is let go by the first, and by that one alone', async () => {
  const { time, one, two, both } = await startTwo()
  one.opened('node')
  await pass(time, 2_000, both)
  two.opened('node')
  await pass(time, 2_000, both)
  expect([one.told.moved, two.told.moved]).toEqual([['node'], []])
  one.closed('node')
  await pass(time, 2_000, both)
  expect(one.send('node', events)).toBe(true)
})

test('nothing is sent by way of a replica that has fallen silent or has left', async () => {
  const { time, one, two, both } = await startTwo()
  two.opened('node')
  await pass(time, 2_000, both)
  await pass(time, 11_000, [one])
  expect(one.send('node', events)).toBe(false)
  await pass(time, 4_000, both)
  expect(one.send('node', events)).toBe(true)
  await two.leave()
  await pass(time, 2_000, [one])
  expect(one.send('node', events)).toBe(false)
})

test('a replica that comes back to life after another has started under its name ends', async () => {
  const [db, time] = [await openShared(), { now: 1_000_000 }]
  const first = await startReplica({ db, time, id: 'same' })
  const ended = expect(first.running).rejects.toThrow(expect.objectContaining({ code: 'instance.running' }))
  await pass(time, 1_000, [first])
  const second = await startReplica({ db, time, id: 'same', session: 'same 2' })
  await pass(time, 5_000, [first, second])
  await ended
  await second.leave()
})

test('replicas with different keys or stores do not work together, and the second is told what differs', async () => {
  const { db, time } = await startTwo()
  await expect(startReplica({ db, time, id: 'three', shared: { wallet: 'another' } })).rejects.toThrow(/with another wallet/)
  time.now += 60_000
  await (await startReplica({ db, time, id: 'three', shared: { wallet: 'another' } })).leave()
})

test('while the database cannot be written, what is to be said is kept, but for orders', async () => {
  const { db, time, one, two, both } = await startTwo()
  await db.schema.alterTable('agent_presence').renameTo('elsewhere').execute()
  one.opened('node')
  one.heard('node', busy, false)
  await pass(time, 3_000, both)
  expect(one.told.problems.length).toBeGreaterThan(0)
  await db.schema.alterTable('elsewhere').renameTo('agent_presence').execute()
  await pass(time, 3_000, both)
  expect(two.told.heard.map(({ nodeId }) => nodeId)).toEqual(['node'])
  expect(two.send('node', events)).toBe(true)
})
