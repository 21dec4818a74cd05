/** SIGKILL again and again on the real coordinator under load: what it acknowledged is there, what it did it did once. */
import { startPostgres } from '../../../main/coordinator/persistence/postgres-server.fixture.ts'
import { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import { connect } from '../../../shared/contract/define.ts'
import { createHttpTransport } from '../../../main/kernel/contract-http.ts'
import { enrolAgents, newAgents } from '../agents.ts'
import { chance } from '../../grid/chance.ts'
import { freePort } from '../../../main/kernel/free-port.fixture.ts'
import { type Coordinator, type Stage, openStage } from '../server.ts'
import { type Checks, createChecks } from './checks.ts'
import { untilEnded } from './ends.ts'
import { runNode } from './node.ts'
import { runRequester } from './requester.ts'
import { type CoordinatorClient, type World, createWorld } from './world.ts'

export interface CrashOptions {
  readonly loops: number
  readonly database: 'sqlite' | 'postgres'
  readonly seed: number
  readonly say?: (line: string) => void
}

export interface CrashReport {
  readonly loops: number
  readonly database: string
  readonly seed: number
  readonly acknowledgedProofs: number
  readonly acknowledgedJobs: number
  /** Proofs that were answered with a reason why they do not count, by that reason. */
  readonly refused: Readonly<Record<string, number>>
  readonly problems: readonly string[]
  readonly seconds: number
}

const NODES = 8
/**
 * A life ends at a random moment after so many proofs at most were acknowledged in it, however fast the machine is; or with fewer, when it has lasted
 * long enough. One in which nothing was acknowledged would prove nothing.
 */
const MOST_PROOFS = 12
const FEWEST_PROOFS = 2
const AFTER_MS = 250
const LONG_LIFE_MS = 8_000
const STANDSTILL_MS = 300_000

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Starts coordinators one after another at one address, over one database. */
async function prepare({ database, say }: CrashOptions, stack: AsyncDisposableStack): Promise<() => Promise<Coordinator>> {
  const stage: Stage = stack.use(await openStage(say))
  const port = await freePort()
  const postgres = database === 'postgres' ? await startPostgres(['-c', 'fsync=on']) : null
  if (postgres) stack.defer(() => postgres.stop())
  const env = postgres ? { WINDFALL_DATABASE_URL: postgres.url } : {}
  return () => stage.start('coordinator', { args: ['--port', String(port)], env, settings: { heartbeatMs: 1_000, leaseTtlMs: 5_000 } })
}

const clientAt = ({ url, apiKey }: Pick<Coordinator, 'url' | 'apiKey'>): CoordinatorClient =>
  connect(coordinatorContract, createHttpTransport(coordinatorContract, { baseUrl: url, authorize: async () => ({ authorization: `Bearer ${apiKey}` }) }))

interface Killing {
  readonly options: CrashOptions
  readonly start: () => Promise<Coordinator>
  readonly checks: Checks
  readonly world: World
}

async function live(world: World, { proofs, afterMs }: { readonly proofs: number; readonly afterMs: number }): Promise<void> {
  const [before, begun] = [world.acknowledged.length, performance.now()]
  const isOver = () => {
    const [done, ms] = [world.acknowledged.length - before, performance.now() - begun]
    return done >= proofs || (done >= FEWEST_PROOFS && ms > LONG_LIFE_MS) || ms > STANDSTILL_MS
  }
  while (!isOver()) await pause(1)
  if (world.acknowledged.length === before) world.problems.push(`Nothing was acknowledged for ${STANDSTILL_MS / 1_000} s.`)
  if (afterMs > 0) await pause(afterMs)
}

/** Every other life ends with the answer that it has just given, which is when a promise that was made too early is broken; any other one at any moment. */
const momentOf = (seed: number, loop: number): number => (loop % 2 === 1 ? 0 : chance('after', seed, loop) * AFTER_MS)

/** One short life after another, each ended in the middle of its work. */
async function kill({ options, start, checks, world }: Killing, first: Coordinator): Promise<void> {
  const { loops, seed, say = () => undefined } = options
  let coordinator = first
  for (let loop = 1; loop <= loops; loop++) {
    await live(world, {
      proofs: Math.max(FEWEST_PROOFS, Math.ceil(chance('proofs', seed, loop) * MOST_PROOFS)),
      afterMs: momentOf(seed, loop),
    })
    await coordinator.service.kill()
    coordinator = await start()
    await checks.look()
    if (loop % 10 === 0) say(`${loop} kills, ${world.acknowledged.length} proofs acknowledged, ${world.problems.length} problems`)
  }
}

/** Kills as often as was asked for, lets every job end, and says what did not hold. */
export async function crash(options: CrashOptions): Promise<CrashReport> {
  const { loops, database, seed } = options
  const begun = performance.now()
  await using stack = new AsyncDisposableStack()
  const start = await prepare(options, stack)
  const world = createWorld()
  const [submitting, working] = [new AbortController(), new AbortController()]
  const first = await start()
  const client = clientAt(first)
  const agents = newAgents(NODES)
  await enrolAgents(first.url, agents)
  const load = [
    runRequester({ client, world }, submitting.signal),
    ...agents.map((agent, index) => runNode({ agent, url: first.url, world, isImpatient: index % 2 === 1 }, working.signal)),
  ]
  const checks = createChecks(client, world)
  await kill({ options, start, checks, world }, first)
  submitting.abort()
  await untilEnded(client, world)
  working.abort()
  await Promise.all(load)
  await checks.look()
  return {
    loops,
    database,
    seed,
    acknowledgedProofs: world.acknowledged.length,
    acknowledgedJobs: world.jobs.length,
    refused: Object.fromEntries(world.refused),
    problems: world.problems,
    seconds: Math.round((performance.now() - begun) / 1_000),
  }
}
