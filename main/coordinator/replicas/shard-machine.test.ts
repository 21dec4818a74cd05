import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Asking, SHARDS, type ShardName, type Standing, givenBack, ruleOver } from './shard-machine.ts'

const TTL_MS = 10_000
const free = (shard: ShardName): Standing => ({ shard, owner: null, epoch: 0, until: 0 })
const ask = (more: Partial<Asking> = {}): Asking => ({ replicaId: 'a', now: 1_000, ttlMs: TTL_MS, held: new Map(), ending: new Set(), ...more })
const planning = (more: Partial<Standing> = {}): Standing => ({ shard: 'planning', owner: 'b', epoch: 4, until: 5_000, ...more })

test('what is free is taken under the next epoch, what another replica holds is left alone', () => {
  expect(ruleOver([free('planning'), { ...free('payouts'), owner: 'b', epoch: 3, until: 1_001 }], ask()).changes).toEqual([
    { shard: 'planning', owner: 'a', epoch: 1, until: 11_000 },
  ])
})

test.each([
  ['has run out', planning({ until: 1_000 }), 5],
  ['was this replica’s own before it was started again', planning({ owner: 'a' }), 5],
  ['was given back', planning({ owner: null }), 5],
])('a shard that %s is taken at once, under a new epoch', (_, standing, epoch) => {
  expect(ruleOver([standing], ask()).holds).toEqual(new Map([['planning', epoch]]))
})

test('a shard that went to another replica is lost, and not taken back while what ran here has not ended', () => {
  const held = new Map([['planning', 3]] as const)
  expect(ruleOver([planning({ until: 0 })], ask({ held })).holds).toEqual(new Map())
  expect(ruleOver([planning({ until: 0 })], ask({ ending: new Set(['planning']) })).holds).toEqual(new Map())
  expect(ruleOver([planning({ until: 0 })], ask()).holds).toEqual(new Map([['planning', 5]]))
})

test('where nobody else can be, holding on writes nothing', () => {
  const { changes, holds } = ruleOver([free('planning')], ask({ ttlMs: 0 }))
  expect(ruleOver(changes, ask({ ttlMs: 0, now: 2_000, held: holds })).changes).toEqual([])
})

test('after the clock of the database was set back, what a dead owner holds is free as soon as ever, and a live one goes on', () => {
  const anHourAhead = planning({ until: 1_000 + 3_600_000 })
  const { changes, holds } = ruleOver([anHourAhead], ask())
  expect([changes, holds]).toEqual([[planning({ until: 1_000 + TTL_MS })], new Map()])
  expect(ruleOver(changes, ask({ now: 1_000 + TTL_MS })).holds).toEqual(new Map([['planning', 5]]))
  const alive = ruleOver(changes, ask({ replicaId: 'b', now: 3_500, held: new Map([['planning', 4]]) }))
  expect(alive.changes).toEqual([planning({ until: 3_500 + TTL_MS })])
})

test('only its own owner gives a shard back', () => {
  const held = new Map([['planning', 4]] as const)
  expect(givenBack([planning({ owner: 'a' })], { replicaId: 'a', held })).toEqual([planning({ owner: null, until: 0 })])
  expect(givenBack([planning(), planning({ owner: 'a', epoch: 5 })], { replicaId: 'a', held })).toEqual([])
})

/** A replica as the database cannot see it: what it believes to hold, and what still runs of earlier times. */
interface Replica {
  holds: ReadonlyMap<ShardName, number>
  readonly running: Map<ShardName, number>
}

const REPLICAS = ['a', 'b', 'c'] as const
const event = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constant('tick' as const), who: fc.constantFrom(...REPLICAS) }) },
  { weight: 6, arbitrary: fc.record({ does: fc.constant('write' as const), who: fc.constantFrom(...REPLICAS) }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('end' as const), who: fc.constantFrom(...REPLICAS) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('restart' as const), who: fc.constantFrom(...REPLICAS) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('leave' as const), who: fc.constantFrom(...REPLICAS) }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 3 * TTL_MS }) }) },
)

function createWorld() {
  const replicas = new Map<string, Replica>(REPLICAS.map((id) => [id, { holds: new Map(), running: new Map() }]))
  const owners = new Map<string, string>()
  let [standings, now] = [SHARDS.map(free), 0]
  const save = (changes: readonly Standing[]) => {
    standings = standings.map((standing) => changes.find(({ shard }) => shard === standing.shard) ?? standing)
  }
  return {
    wait: (ms: number) => (now += ms),
    tick(id: string, replica: Replica) {
      const ending = new Set(replica.running.keys().filter((shard) => !replica.holds.has(shard)))
      const { changes, holds } = ruleOver(standings, { replicaId: id, now, ttlMs: TTL_MS, held: replica.holds, ending })
      save(changes)
      replica.holds = holds
      for (const [shard, epoch] of holds) {
        // What runs under one epoch is over before anything runs under another.
        expect(replica.running.get(shard) ?? epoch).toBe(epoch)
        replica.running.set(shard, epoch)
        // No epoch ever has two owners.
        const owner = owners.get(`${shard} ${epoch}`) ?? id
        owners.set(`${shard} ${epoch}`, owner)
        expect(owner).toBe(id)
      }
    },
    /** Everything that still runs here tries to write, whoever the shard belongs to by now. */
    write(id: string, { running }: Replica) {
      for (const [shard, epoch] of running) {
        const standing = standings.find((one) => one.shard === shard)
        const isAccepted = standing?.epoch === epoch
        if (isAccepted) expect(standing.owner ?? id).toBe(id)
      }
      const accepted = SHARDS.map((shard) =>
        REPLICAS.filter((other) => replicas.get(other)?.running.get(shard) === standings.find((one) => one.shard === shard)?.epoch),
      )
      for (const writers of accepted) expect(writers.length).toBeLessThanOrEqual(1)
    },
    end(_: string, replica: Replica) {
      for (const shard of replica.running.keys()) if (!replica.holds.has(shard)) replica.running.delete(shard)
    },
    restart(_: string, replica: Replica) {
      replica.holds = new Map()
      replica.running.clear()
    },
    leave(id: string, replica: Replica) {
      save(givenBack(standings, { replicaId: id, held: replica.holds }))
      replica.holds = new Map()
      replica.running.clear()
    },
    replica: (id: string) => replicas.get(id) as Replica,
    held: () => SHARDS.filter((shard) => replicas.values().some(({ holds }) => holds.get(shard) === standings.find((one) => one.shard === shard)?.epoch)),
  }
}

test('whatever is paused, started again or slow, two replicas can never both write, and every shard is taken in the end', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 120 }), (events) => {
      const world = createWorld()
      for (const one of events) {
        if (one.does === 'wait') world.wait(one.ms)
        else world[one.does](one.who, world.replica(one.who))
      }
      world.wait(TTL_MS)
      for (const id of REPLICAS) {
        world.tick(id, world.replica(id))
        world.end(id, world.replica(id))
        world.tick(id, world.replica(id))
      }
      expect(world.held()).toEqual(SHARDS)
    }),
    { numRuns: 1_000 },
  )
})
