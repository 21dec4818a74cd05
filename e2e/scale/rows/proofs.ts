/** Signed proofs on their way to the durable answer, against what the machine can verify at all. */
import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { type Agent, enrolAgents, newAgents } from '../agents.ts'
import { type FrameLine, type NumberedFrame, closedFrames, openFrameLine, openFrames } from '../frame-load.ts'
import { diskWrites } from '../disk.ts'
import { closedLoop } from '../http-load.ts'
import { batchFrame, batchRequest, proofFrame, proofRequest } from '../proof-load.ts'
import { type MeasureRows, type Row, atLeast, atMost, median, paired, percentile } from '../row.ts'
import { openStage } from '../server.ts'

/** An agent may say ten things a second, and forty at once: ten thousand a second take a thousand agents. */
const NODES = 1_000
const UNDERWAY = 256
const LINES = 128
const BATCH = 16
/** Before anything is measured: by then the engine has compiled what is called over and over. */
const WARM = 10_000
/** Whoever made so many live leases would measure the making of leases. What is behind a proof is looked at after the answer, and is not what is measured. */
const NOTE = 'for leases that have ended: kept first, settled after the answer'

/** What both cores verify of Ed25519 without anything else, per second. */
function opensslRate(seconds: number): number {
  const args = ['speed', '-seconds', String(seconds), '-multi', String(availableParallelism()), 'ed25519']
  const said = execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const rate = Number(/Ed25519\).*?([\d.]+)\s*$/m.exec(said)?.[1])
  if (!(rate > 0)) throw new Error(`openssl speed says something else than it used to: ${said.slice(-300)}`)
  return rate
}

interface Given {
  readonly url: string
  readonly line: FrameLine
  readonly agents: readonly Agent[]
  readonly count: number
  /** On the disk that the coordinator writes to. */
  readonly directory: string
}

async function prepare<T>({ agents, count }: Pick<Given, 'agents' | 'count'>, make: (agent: Agent, index: number) => Promise<T>): Promise<readonly T[]> {
  const made: T[] = []
  for (const index of Array(count).keys()) {
    const agent = agents[index % agents.length]
    if (agent) made.push(await make(agent, index))
  }
  return made
}

/** Signed before they are sent, each by the agent over whose socket it goes. */
const prepareFrames = (given: Given): Promise<readonly NumberedFrame[]> =>
  prepare(given, async (agent, id) => ({ id, agent: id % given.agents.length, bytes: await proofFrame(agent, id) }))

function requireKept(refused: number, count: number): void {
  if (refused > count / 100) throw new Error(`${refused} of ${count} messages were refused.`)
}

/** One by one, over the sockets of the agents. */
async function rateOf(given: Given): Promise<number> {
  const { perSecond, refused } = await closedFrames(given.line, await prepareFrames(given), UNDERWAY)
  requireKept(refused, given.count)
  return perSecond
}

/** The same, so many under one more signature in each frame. */
async function batchRateOf(given: Given, size: number): Promise<number> {
  const count = Math.ceil(given.count / size)
  const frames = await prepare({ ...given, count }, async (agent, id) => ({
    id,
    agent: id % given.agents.length,
    bytes: await batchFrame(agent, { id, size }),
  }))
  const { perSecond, refused } = await closedFrames(given.line, frames, UNDERWAY / 4)
  requireKept(refused, count)
  return perSecond * size
}

/** Over HTTP, in requests that carry so many, and a signature of their own. */
async function httpRateOf(given: Given, size: number): Promise<number> {
  const count = Math.ceil(given.count / size)
  const requests = await prepare({ ...given, count }, (agent) => (size === 1 ? proofRequest(given.url, agent) : batchRequest(given.url, agent, size)))
  const { perSecond, refused } = await closedLoop({ url: given.url, lines: LINES, request: (index) => requests[index] ?? null })
  requireKept(refused, count)
  return perSecond * size
}

interface Latency {
  readonly p50: number
  readonly p99: number
}

async function latencyAt(given: Given, perSecond: number): Promise<Latency> {
  const { latencies, refused } = await openFrames(given.line, await prepareFrames(given), perSecond)
  requireKept(refused, given.count)
  return { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) }
}

const said = (ms: number): string => `${ms.toPrecision(3)} ms`

async function latencyRow(given: Given, { perSecond, limitMs, rounds }: { perSecond: number; limitMs: number; rounds: number }): Promise<Row> {
  const [seen, disk]: [Latency[], Latency[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    disk.push(diskWrites(given.directory))
    seen.push(await latencyAt(given, perSecond))
  }
  const of = (latencies: readonly Latency[], share: keyof Latency) => median(latencies.map((latency) => latency[share]))
  // No answer comes before the disk has said so.
  const note = `p50 ${said(of(seen, 'p50'))}; to bring 16 KiB to this disk takes p50 ${said(of(disk, 'p50'))}, p99 ${said(of(disk, 'p99'))}`
  const ours = of(seen, 'p99')
  return atMost({ name: `proof-ack-p99-${perSecond / 1_000}k`, unit: 'ms', ours, reference: limitMs, referenceName: 'limit', note })
}

export const proofRows: MeasureRows = async ({ quick, say }) => {
  await using stage = await openStage(say)
  const { url, service } = await stage.start()
  const agents = newAgents(NODES)
  await enrolAgents(url, agents)
  await using line = await openFrameLine(url, agents)
  const given = { url, line, agents, count: quick ? 5_000 : 20_000, directory: stage.directory('coordinator') }
  await rateOf({ ...given, count: WARM })
  await batchRateOf({ ...given, count: WARM }, BATCH)
  const rounds = quick ? 1 : 5
  // What waits to be settled would take its share of the machine meanwhile, and make the reference smaller than it is.
  const openssl = async () => {
    process.kill(service.pid, 'SIGSTOP')
    try {
      return opensslRate(quick ? 1 : 3)
    } finally {
      process.kill(service.pid, 'SIGCONT')
    }
  }
  const single = await paired(rounds, () => rateOf(given), openssl)
  const overHttp = await paired(rounds, () => httpRateOf(given, 1), openssl)
  const batched = await paired(
    rounds,
    () => batchRateOf(given, BATCH),
    () => rateOf(given),
  )
  const batchedOverHttp = await paired(
    rounds,
    () => httpRateOf(given, BATCH),
    () => httpRateOf(given, 1),
  )
  const about = { unit: 'proofs/s', note: NOTE }
  const referenceName = `openssl speed -multi ${availableParallelism()} ed25519`
  return [
    atLeast({ ...about, name: 'proofs', ...single, referenceName, bar: 0.6 }),
    atLeast({ ...about, name: 'proofs-over-http', ...overHttp, referenceName: `${referenceName}, which each request takes two of`, bar: 0.3 }),
    atLeast({ ...about, name: `proofs-in-envelopes-of-${BATCH}`, ...batched, referenceName: 'one by one', bar: 3.5 }),
    atLeast({ ...about, name: `proofs-in-envelopes-of-${BATCH}-over-http`, ...batchedOverHttp, referenceName: 'one by one over HTTP', bar: 3.5 }),
    await latencyRow(given, { perSecond: 5_000, limitMs: 5, rounds: quick ? 1 : 3 }),
    await latencyRow(given, { perSecond: 10_000, limitMs: 10, rounds: quick ? 1 : 3 }),
  ]
}
