/** What goes wrong, and when: drawn for each kind by itself, so that to leave one kind out changes nothing about the others. */
import type { Machine } from './machine.ts'
import type { Trouble } from './options.ts'
import { type Random, createRandom } from './random.ts'
import { cancelJob, submitJob } from './requester.ts'
import type { World } from './world.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

/** Sets so many happenings of a kind into the time of the storm. */
function scatter(world: World, trouble: Trouble, most: number, happen: (random: Random) => void): void {
  const { options, agenda, count } = world
  if (options.without.has(trouble)) return
  const random = createRandom(options.seed, `storm ${trouble}`)
  for (let left = random.between(0, most); left > 0; left -= 1)
    agenda.after(random.next() * options.stormMs, () => {
      if (world.calm.isOver) return
      count(trouble)
      happen(random)
    })
}

export function raiseStorm(world: World): void {
  arrive(world)
  coordinators(world)
  machines(world)
  lines(world)
  outside(world)
}

function arrive(world: World): void {
  const { options, agenda } = world
  const random = createRandom(options.seed, 'arrivals')
  const cancels = createRandom(options.seed, 'storm cancel')
  for (let job = 1; job <= options.jobs; job += 1) {
    const jobId = `job-${job}`
    const at = random.next() * options.stormMs * 0.8
    agenda.after(at, () => submitJob(world, jobId))
    const [isCancelled, after] = [cancels.chance(0.15), cancels.between(0, 5 * MINUTE_MS)]
    if (isCancelled && !options.without.has('cancel')) agenda.after(at + after, () => cancelJob(world, jobId))
  }
}

const spanOf = (random: Random, isLong: boolean): number => (isLong ? random.between(60_000, 8 * MINUTE_MS) : random.between(1_000, 40_000))

function coordinators(world: World): void {
  const { replicas, agenda } = world
  scatter(world, 'coordinator-crash', 5, (random) => {
    const [replica, ms] = [random.pick(replicas), spanOf(random, random.chance(0.1))]
    const crash = (): void => {
      if (world.calm.isOver || !replica.machine.isUp()) return
      replica.crash()
      agenda.after(ms, () => replica.machine.isUp() || replica.start())
    }
    // The worst moment is the middle of a commit.
    if (random.chance(0.5)) crash()
    else world.database.during(replica.machine, random.pick(['attempts', 'proofs', 'payouts', 'shards']), crash)
  })
  scatter(world, 'coordinator-pause', 4, (random) => pause(world, random.pick(replicas).machine, spanOf(random, random.chance(0.1))))
  scatter(world, 'database-clock', 2, (random) => {
    const ms = random.pick([-HOUR_MS, HOUR_MS, -1_000, 30_000])
    world.trace.note('clock of the database', ms)
    world.database.clock.jump(ms)
  })
}

function pause({ agenda, trace }: World, machine: Machine, ms: number): void {
  if (!machine.isUp() || machine.isAsleep()) return
  trace.note('sleeps', machine.name, ms)
  machine.sleep()
  agenda.after(ms, () => {
    trace.note('wakes', machine.name)
    machine.wake()
  })
}

function machines(world: World): void {
  const { agents, replicas, agenda } = world
  scatter(world, 'agent-crash', 4, (random) => {
    const [agent, ms] = [random.pick(agents), spanOf(random, random.chance(0.2))]
    if (!agent.machine.isUp()) return
    agent.crash()
    agenda.after(ms, () => agent.machine.isUp() || agent.start())
  })
  scatter(world, 'agent-sleep', 4, (random) => pause(world, random.pick(agents).machine, random.between(5_000, 20 * MINUTE_MS)))
  scatter(world, 'owner', 4, (random) => {
    const [agent, ms] = [random.pick(agents), random.between(10_000, 6 * MINUTE_MS)]
    world.trace.note('owner is back', agent.machine.name)
    agent.machine.receive(() => agent.setOwner(true))
    agenda.after(ms, () => agent.machine.receive(() => agent.setOwner(false)))
  })
  // Somebody sets a clock, daylight saving time is taken for UTC, a second is put in or left out.
  scatter(world, 'clock-jump', 4, (random) => {
    const ms = random.pick([-HOUR_MS, HOUR_MS, -1_000, 1_000, -30_000, 45_000, 10 * MINUTE_MS])
    // Where several are, what one has written another one judges: their clocks have to agree to half a minute.
    if (random.chance(0.4)) return set(world, random.pick(replicas).machine, replicas.length === 1 ? ms : Math.sign(ms) * Math.min(15_000, Math.abs(ms)))
    const agent = random.pick(agents)
    agent.clockSets += 1
    set(world, agent.machine, ms)
  })
}

function set({ trace, clocks, replicas }: World, machine: Machine, ms: number): void {
  if (replicas.some((replica) => replica.machine === machine)) clocks.sets += 1
  trace.note('clock', machine.name, ms)
  machine.jump(ms)
}

function lines(world: World): void {
  const { agents, replicas, agenda, network, trace } = world
  scatter(world, 'cuts', 6, (random) => {
    const replica = random.pick(replicas).machine.name
    const other = random.chance(0.25) ? 'database' : random.pick(agents).machine.name
    const way = random.pick(['there', 'back', 'both'])
    const ms = spanOf(random, random.chance(0.2))
    trace.note('cut', replica, other, way)
    if (way !== 'back' || other === 'database') network.cut(replica, other)
    if (way !== 'there') network.cut(other, replica)
    agenda.after(ms, () => {
      network.heal(replica, other)
      network.heal(other, replica)
    })
  })
}

function outside(world: World): void {
  const { agenda, grid, chain } = world
  scatter(world, 'grid-outage', 2, (random) => {
    grid.isDown = true
    agenda.after(random.between(5_000, 10 * MINUTE_MS), () => void (grid.isDown = false))
  })
  scatter(world, 'chain-outage', 2, (random) => {
    chain.setDown(true)
    agenda.after(random.between(5_000, 10 * MINUTE_MS), () => chain.setDown(false))
  })
}

/** From here on everything works: whoever is down is started, clocks are right but for what they are always off, and lines are whole. */
export function calmDown(world: World): void {
  const { network, replicas, agents, database, grid, chain } = world
  world.calm.isOver = true
  world.trace.note('calm')
  network.healAll()
  grid.isDown = false
  chain.setDown(false)
  database.clock.setRight()
  for (const { machine, ...replica } of replicas) {
    machine.setRight()
    machine.wake()
    if (!machine.isUp()) replica.start()
  }
  for (const agent of agents) {
    agent.clockSets += 1
    agent.machine.setRight()
    agent.machine.wake()
    if (!agent.machine.isUp()) agent.start()
    agent.setOwner(false)
  }
}
