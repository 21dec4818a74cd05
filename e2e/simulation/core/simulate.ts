/** One run of the whole, decided by its options alone. */
import { type Agenda, createAgenda } from './agenda.ts'
import { createAgent } from './agent.ts'
import { createChain } from './chain.ts'
import { type Database, createDatabase } from './database.ts'
import { requireEnd, requirePaidOnce, unfinished } from './ending.ts'
import { type Watch, createWatch } from './invariants.ts'
import { createMachine } from './machine.ts'
import { createNetwork } from './network.ts'
import type { Options } from './options.ts'
import { type Random, createRandom } from './random.ts'
import { createReplica } from './replica.ts'
import { RULES, type Rules } from './rules.ts'
import { calmDown, raiseStorm } from './storm.ts'
import { type Trace, createTrace } from './trace.ts'
import { Violation } from './violation.ts'
import type { World } from './world.ts'

export interface Outcome {
  readonly options: Options
  readonly hash: string
  /** How many things have happened, and how many of them were noted. */
  readonly steps: number
  readonly events: number
  readonly virtualMs: number
  /** By kind, how often it happened. */
  readonly faults: ReadonlyMap<string, number>
  readonly failure: Violation | null
  readonly trace: Trace
}

/** Before a change to and from summer time, a leap second, a leap day and the turn of a year, and on a day like any other. */
const EPOCHS = ['2026-03-29T00:40:00Z', '2026-10-25T00:40:00Z', '2028-02-28T23:50:00Z', '2026-12-31T23:50:00Z', '2026-06-15T11:10:00Z'].map((at) =>
  Date.parse(at),
)

/** What is finished is known within so long after the storm, beside the work itself. */
const REST_MS = 40 * 60_000
/** A job may take half as long again as is expected of it, and twice fail at its end for reasons of its own. */
const WORK_FACTOR = 4.5
const LOOK_MS = 20_000

export function simulate(options: Options, { rules = RULES, keepsTrace = false }: { readonly rules?: Rules; readonly keepsTrace?: boolean } = {}): Outcome {
  const agenda = createAgenda()
  const faults = new Map<string, number>()
  const trace = createTrace(agenda.now, keepsTrace)
  const world = createWorld(options, { rules, agenda, trace, count: (fault) => void faults.set(fault, (faults.get(fault) ?? 0) + 1) })
  const failure = run(world)
  return { options, hash: trace.hash(), steps: agenda.steps(), events: trace.events(), virtualMs: agenda.now(), faults, failure, trace }
}

function run(world: World): Violation | null {
  const { agenda, options, replicas, agents } = world
  try {
    for (const replica of replicas) replica.start()
    for (const agent of agents) agent.start()
    raiseStorm(world)
    while (agenda.step(options.stormMs));
    calmDown(world)
    comesToRest(world)
    requireEnd(world)
    return null
  } catch (error) {
    if (error instanceof Violation) return error
    throw error
  }
}

function comesToRest(world: World): void {
  const { agenda, database, chain } = world
  const workMs = WORK_FACTOR * 1_000 * [...database.tables.jobs.values()].reduce((sum, { spec }) => sum + spec.expected.seconds, 0)
  const end = agenda.now() + REST_MS + workMs
  for (let look = agenda.now() + LOOK_MS; ; look += LOOK_MS) {
    while (agenda.step(look));
    requirePaidOnce({ landed: chain.landed(), batches: [] })
    const left = unfinished(world)
    if (left === null) return
    const [what, ...about] = left
    if (look >= end) throw new Violation('liveness', `${what}, ${Math.round((look - world.options.stormMs) / 60_000)} minutes after the last trouble`, about)
  }
}

interface Given {
  readonly rules: Rules
  readonly agenda: Agenda
  readonly trace: Trace
  readonly count: (fault: string) => void
}

function createWorld(options: Options, { rules, agenda, trace, count }: Given): World {
  const { seed, without } = options
  const streams = new Map<string, Random>()
  const random = (stream: string): Random => {
    const known = streams.get(stream) ?? createRandom(seed, stream)
    streams.set(stream, known)
    return known
  }
  const ids = new Map<string, number>()
  const nextId = (what: string): string => {
    ids.set(what, (ids.get(what) ?? 0) + 1)
    return `${what}-${ids.get(what)}`
  }
  const dice = createRandom(seed, 'world')
  const epoch = dice.pick(EPOCHS)
  const machine = (name: string, skewMs: number) =>
    createMachine(agenda, { name, epoch, skewMs, driftPpm: createRandom(seed, `drift ${name}`).between(-100, 100) })
  const weather = { loss: without.has('loss') ? 0 : dice.next() * 0.1, repeat: without.has('repeats') ? 0 : dice.next() * 0.1, delayMs: dice.between(2, 400) }
  const network = createNetwork(agenda, createRandom(seed, 'network'), { weather, count })
  const watch = createWatch(agenda.now)
  const database = unlessCut(network, openDatabase({ agenda, rules, watch, seed, clock: machine('database', 0) }))
  const skewOf = (index: number): number => (index === 0 || dice.chance(0.5) ? dice.between(-25_000, 25_000) : dice.between(-120_000, 120_000))
  const world: World = {
    options,
    rules,
    agenda,
    trace,
    network,
    database,
    chain: createChain(agenda, createRandom(seed, 'chain')),
    watch,
    replicas: Array.from({ length: options.replicas }, (_, index) =>
      createReplica(() => world, machine(`coordinator-${index + 1}`, dice.between(-2_000, 2_000))),
    ),
    agents: Array.from({ length: options.agents }, (_, index) => createAgent(() => world, machine(`agent-${index + 1}`, skewOf(index)), nodeIdOf(index + 1))),
    random,
    count,
    nextId,
    grid: { isDown: false },
    clocks: { sets: 0, starts: new Map() },
    calm: { isOver: false },
  }
  return world
}

/** As long as a real one. */
const nodeIdOf = (index: number): string => `node-${index}-`.padEnd(43, 'x')

interface Store {
  readonly agenda: Agenda
  readonly rules: Rules
  readonly watch: Watch
  readonly seed: number
  readonly clock: Database['clock']
}

function openDatabase({ agenda, rules, watch, seed, clock }: Store): Database {
  const database: Database = createDatabase({
    agenda,
    random: createRandom(seed, 'disk'),
    clock,
    mayWrite: rules.isHeld,
    committed: (changes, works) => watch.committed(database.tables, changes, works),
  })
  return database
}

/** A coordinator that cannot reach the database is told so after a while. */
const unlessCut = (network: World['network'], database: Database): Database => ({
  ...database,
  transact(work) {
    if (network.isCut(work.by.name, 'database')) work.by.after(3_000, () => work.failed('storage.unavailable'))
    else database.transact(work)
  },
})
