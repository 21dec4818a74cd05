import { expect, onTestFinished, test } from 'vitest'
import { WindfallError } from '../../../shared/errors.ts'
import { type FakeClock, createFakeClock } from '../../kernel/clock.fake.ts'
import { type Run, aborted } from '../../kernel/lifecycle.ts'
import { openTestDatabase } from '../persistence/database.fake.ts'
import { type Db, transact } from '../persistence/database.ts'
import type { ShardName } from './shard-machine.ts'
import { type Shards, createShards } from './shards.ts'

const TTL_MS = 10_000

async function openShared(): Promise<Db> {
  const db = await openTestDatabase()
  onTestFinished(() => db.destroy())
  return db
}

interface Replica {
  /** Of this machine: it runs while the machine does, and shows whatever it likes. */
  readonly clock: FakeClock
  readonly shards: Shards
  readonly log: string[]
  readonly problems: string[]
  readonly stop: () => Promise<void>
}

interface Given {
  readonly db: Db
  readonly now: () => number
  readonly id: string
  readonly ttlMs?: number
  readonly planning?: Run
}

function startReplica({ db, now, id, ttlMs = TTL_MS, planning = aborted }: Given): Replica {
  const clock = createFakeClock(0)
  const [log, problems, stop]: [string[], string[], AbortController] = [[], [], new AbortController()]
  const shards = createShards({
    db,
    clock,
    databaseNow: async () => now(),
    replicaId: id,
    ttlMs,
    onMoved: (shard, epoch, how) => void (shard === 'planning' && log.push(`${how} ${epoch}`)),
    onFailure: (message) => void problems.push(message),
  })
  const running = shards.run({ planning: [planning], proofs: [], payouts: [], upkeep: [] }, stop.signal)
  return {
    clock,
    shards,
    log,
    problems,
    stop: async () => {
      stop.abort()
      await running
    },
  }
}

const write = (db: Db, shard: ShardName = 'planning') =>
  transact(
    db,
    async (tx) =>
      void (await tx
        .insertInto('shard')
        .values({ id: `written for ${shard} ${Math.random()}`, owner: null, epoch: 1, until: 0 })
        .execute()),
  )

/** Lets time pass for a database and for those replicas that run. */
const pass = async (time: { now: number }, ms: number, replicas: readonly Replica[]) => {
  for (let passed = 0; passed < ms; passed += 500) {
    time.now += 500
    for (const { clock } of replicas) await clock.advance(500)
  }
}

test('one replica holds everything; another takes it over once that one falls silent, and the first cannot write any more', async () => {
  const [db, time] = [await openShared(), { now: 1_000_000 }]
  const of = { db, now: () => time.now }
  const first = startReplica({ ...of, id: 'first' })
  await pass(time, 1_000, [first])
  const second = startReplica({ ...of, id: 'second' })
  await pass(time, 60_000, [first, second])
  expect([first.shards.epochOf('planning'), second.shards.epochOf('planning')]).toEqual([1, null])
  await expect(write(first.shards.fenced('planning'))).resolves.toBeUndefined()
  await expect(write(second.shards.fenced('planning'))).rejects.toThrow(expect.objectContaining({ code: 'storage.fenced' }))

  await pass(time, TTL_MS + 3_000, [second])
  expect(second.shards.epochOf('planning')).toBe(2)
  // It still believes that it holds everything.
  expect(first.shards.epochOf('planning')).toBe(1)
  await expect(write(first.shards.fenced('planning'))).rejects.toThrow(expect.objectContaining({ code: 'storage.fenced' }))
  await expect(write(second.shards.fenced('planning'))).resolves.toBeUndefined()

  await pass(time, 5_000, [first, second])
  expect(first.log).toEqual(['taken 1', 'lost 1'])
  expect(second.log).toEqual(['taken 2'])
  await second.stop()
  await pass(time, 3_000, [first])
  expect(first.log).toEqual(['taken 1', 'lost 1', 'taken 3'])
  await first.stop()
})

test('a replica that is started again has its shards at once, under another epoch', async () => {
  const [db, time] = [await openShared(), { now: 1_000_000 }]
  const first = startReplica({ db, now: () => time.now, id: 'one' })
  await pass(time, 500, [first])
  const again = startReplica({ db, now: () => time.now, id: 'one' })
  await pass(time, 500, [again])
  expect(again.shards.epochOf('planning')).toBe(2)
  await expect(write(first.shards.fenced('planning'))).rejects.toThrow(expect.objectContaining({ code: 'storage.fenced' }))
  await again.stop()
  await first.stop()
})

test('nothing is taken back before what ran here for it has ended', async () => {
  const [db, time] = [await openShared(), { now: 1_000_000 }]
  const of = { db, now: () => time.now }
  const { promise: done, resolve: finish } = Promise.withResolvers<void>()
  const slow = startReplica({ ...of, id: 'slow', planning: () => done })
  await pass(time, 500, [slow])
  const other = startReplica({ ...of, id: 'other' })
  await pass(time, TTL_MS + 3_000, [other])
  await other.stop()
  await pass(time, 30_000, [slow])
  expect(slow.log).toEqual(['taken 1', 'lost 1'])
  await expect(write(slow.shards.fenced('planning'))).rejects.toThrow(expect.objectContaining({ code: 'storage.fenced' }))
  finish()
  await pass(time, 3_000, [slow])
  expect(slow.log).toEqual(['taken 1', 'lost 1', 'taken 3'])
  await slow.stop()
})

test('while the database cannot be reached, work goes on for as long as the shard is surely held, and no longer', async () => {
  const [db, time] = [await openShared(), { now: 1_000_000 }]
  let isDown = false
  const now = () => {
    if (isDown) throw new WindfallError('storage.unavailable', 'down')
    return time.now
  }
  const replica = startReplica({ db, now, id: 'one' })
  await pass(time, 1_000, [replica])
  isDown = true
  await pass(time, TTL_MS - 1_500, [replica])
  expect(replica.log).toEqual(['taken 1'])
  await pass(time, 4_000, [replica])
  expect(replica.log).toEqual(['taken 1', 'lost 1'])
  isDown = false
  await pass(time, 3_000, [replica])
  expect(replica.log).toEqual(['taken 1', 'lost 1', 'taken 2'])
  expect(replica.problems.length).toBeGreaterThan(0)
  await replica.stop()
})

test('a part that fails for a passing reason begins again; any other failure ends the coordinator', async () => {
  const [db, time] = [await openShared(), { now: 1_000_000 }]
  const failures = [new WindfallError('storage.unavailable', 'gone'), new Error('a defect')]
  let begun = 0
  const planning = async (signal: AbortSignal) => {
    begun += 1
    await replica.clock.sleep(4_000, signal)
    const failure = failures.shift()
    if (failure) throw failure
  }
  const stop = new AbortController()
  const clock = createFakeClock(0)
  const replica = { clock } as Pick<Replica, 'clock'>
  const shards = createShards({
    db,
    clock,
    databaseNow: async () => time.now,
    replicaId: 'one',
    ttlMs: TTL_MS,
    onMoved: () => undefined,
    onFailure: () => undefined,
  })
  const running = shards.run({ planning: [planning], proofs: [], payouts: [], upkeep: [] }, stop.signal)
  const ended = expect(running).rejects.toThrow('a defect')
  await clock.advance(30_000)
  await ended
  expect(begun).toBe(2)
})

test('where no other process can reach the database, everything is taken at once and for good', async () => {
  const [db, time] = [await openShared(), { now: 1_000_000 }]
  const first = startReplica({ db, now: () => time.now, id: 'before', ttlMs: 0 })
  await pass(time, 500, [first])
  const second = startReplica({ db, now: () => time.now, id: 'after', ttlMs: 0 })
  await pass(time, 60_000, [second])
  expect(second.log).toEqual(['taken 2'])
  await second.stop()
  await first.stop()
})
