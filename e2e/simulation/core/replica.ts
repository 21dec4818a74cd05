/** One coordinator: what it holds in memory, and how it comes by the shards that it runs. */
import type { Renewals } from '../../../main/coordinator/jobs/leases.ts'
import type { PresenceBook } from '../../../main/coordinator/registry/presence.ts'
import { SHARDS, type ShardName, type Standing } from '../../../main/coordinator/replicas/shard-machine.ts'
import type { Presence } from '../../../shared/contract/node.ts'
import type { Fence } from './database.ts'
import type { Machine } from './machine.ts'
import { runPayouts } from './payout-round.ts'
import { round } from './round.ts'
import { LEASE_TTL_MS, type World } from './world.ts'

/** What a process knows and forgets when it ends. */
interface Memory {
  readonly renewals: Renewals
  readonly presence: PresenceBook
  readonly nextToken: () => number
  /** By how much its clock was set since. */
  readonly slackMs: (since: number) => number
  /** Passes in which a transaction past its end was nowhere to be found. */
  readonly silence: Map<string, number>
  held: ReadonlyMap<ShardName, number>
  /** By its own clock, until when what it holds is surely still wanted. */
  sureUntil: number
}

export interface Replica {
  readonly machine: Machine
  readonly memory: () => Memory
  readonly fence: (shard: ShardName) => Fence | null
  readonly start: () => void
  readonly crash: () => void
  /** A node was heard, here or by another coordinator so many milliseconds ago. */
  readonly hear: (nodeId: string, presence: Presence, ageMs: number) => void
}

const TICK_MS = 3_000
const TTL_MS = 10_000
const ASKS = 4

export function createReplica(world: () => World, machine: Machine): Replica {
  let memory: Memory
  const replica: Replica = {
    machine,
    memory: () => memory,
    fence(shard) {
      const epoch = memory.held.get(shard)
      return epoch === undefined ? null : { shard, epoch }
    },
    start() {
      machine.start()
      memory = emptyMemory(world(), replica)
      world().trace.note('start', machine.name)
      world().watch.started(machine.name)
      keepShards(world(), replica)
      keepTicking(world(), replica)
    },
    crash() {
      world().trace.note('crash', machine.name)
      machine.crash()
      world().database.abandon(machine)
    },
    hear(nodeId, presence, ageMs) {
      memory.presence.report(nodeId, presence, ageMs)
      for (const { leaseId } of presence.running) if (ageMs > 0) memory.renewals.renew(leaseId)
      world().watch.heard(machine.name, nodeId, ageMs)
    },
  }
  return replica
}

function emptyMemory(world: World, { machine, fence }: Replica): Memory {
  const { rules, watch } = world
  const clock = { ...machine.clock, sleep: async () => false }
  const nextToken = rules.createTokens(() => fence('planning')?.epoch ?? null)
  return {
    renewals: watch.renewals(machine.name, rules.createRenewals(clock, LEASE_TTL_MS)),
    presence: rules.createPresenceBook({ clock, onPresence: () => undefined }),
    nextToken: () => watch.token(machine.name, nextToken()),
    slackMs: rules.watchSteps(clock).slackMs,
    silence: new Map(),
    held: new Map(),
    sureUntil: -1,
  }
}

/** As several coordinators do over one database; a single one asks for what it has not got, and holds it for good. */
function keepShards(world: World, replica: Replica): void {
  const { machine } = replica
  const ttlMs = world.replicas.length > 1 ? TTL_MS : 0
  const again = (): void => machine.after(ttlMs === 0 ? 1_000 : ttlMs / ASKS, () => keepShards(world, replica))
  const memory = replica.memory()
  if (ttlMs === 0 && memory.held.size === SHARDS.length) return again()
  const askedAt = machine.clock.monotonic()
  let holds: ReadonlyMap<ShardName, number> = memory.held
  world.database.transact({
    by: machine,
    work({ tables, put }) {
      const standings = SHARDS.map((shard): Standing => tables.shards.get(shard) ?? { shard, owner: null, epoch: 0, until: 0 })
      const now = world.database.clock.clock.now()
      const ruling = world.rules.ruleOver(standings, { replicaId: machine.name, now, ttlMs, held: memory.held, ending: new Set() })
      for (const standing of ruling.changes) put('shards', standing.shard, standing)
      holds = ruling.holds
    },
    done() {
      take(world, replica, holds)
      memory.sureUntil = ttlMs === 0 ? Infinity : askedAt + ttlMs
      again()
    },
    failed() {
      if (machine.clock.monotonic() >= memory.sureUntil) memory.held = new Map()
      again()
    },
  })
}

function take(world: World, { machine, memory: memoryOf }: Replica, holds: ReadonlyMap<ShardName, number>): void {
  const memory = memoryOf()
  for (const [shard, epoch] of holds)
    if (memory.held.get(shard) !== epoch) {
      world.trace.note('takes', machine.name, shard, epoch)
      // Another coordinator may have been at it since.
      if (shard === 'planning') memory.renewals.forgetAll()
      if (shard === 'payouts') memory.silence.clear()
    }
  memory.held = holds
}

function keepTicking(world: World, replica: Replica): void {
  replica.memory().presence.sweep()
  replica.memory().slackMs(0)
  round(world, replica)
  runPayouts(world, replica)
  replica.machine.after(TICK_MS, () => keepTicking(world, replica))
}
