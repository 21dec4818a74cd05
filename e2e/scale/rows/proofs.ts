/** Signed proofs on their way to the durable answer, against what the machine can verify at all. */
import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { type Agent, enrolAgents, newAgents } from '../agents.ts'
import { closedLoop, openLoop } from '../http-load.ts'
import { batchRequest, proofRequest } from '../proof-load.ts'
import { type MeasureRows, type Row, atLeast, atMost, median, paired, percentile } from '../row.ts'
import { openStage } from '../server.ts'

const NODES = 500
const LINES = 128
const BATCH = 16

/** What both cores verify of Ed25519 without anything else, per second. */
function opensslRate(seconds: number): number {
  const args = ['speed', '-seconds', String(seconds), '-multi', String(availableParallelism()), 'ed25519']
  const said = execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const rate = Number(/Ed25519\).*?([\d.]+)\s*$/m.exec(said)?.[1])
  if (!(rate > 0)) throw new Error(`openssl speed says something else than it used to: ${said.slice(-300)}`)
  return rate
}

const prepare = async (count: number, make: (index: number) => Promise<Buffer>): Promise<readonly Buffer[]> => {
  const requests: Buffer[] = []
  for (let index = 0; index < count; index++) requests.push(await make(index))
  return requests
}

interface Given {
  readonly url: string
  readonly agents: readonly Agent[]
  readonly count: number
}

const agentAt = (agents: readonly Agent[], index: number): Agent => {
  const agent = agents[index % agents.length]
  if (!agent) throw new Error('there are no agents')
  return agent
}

async function rateOf({ url, agents, count }: Given, size: number): Promise<number> {
  const requests = await prepare(count, (index) => (size === 1 ? proofRequest(url, agentAt(agents, index)) : batchRequest(url, agentAt(agents, index), size)))
  const { perSecond, refused } = await closedLoop({ url, lines: LINES, request: (index) => requests[index] ?? null })
  if (refused > count / 100) throw new Error(`${refused} of ${count} requests with ${size} proofs were refused.`)
  return perSecond * size
}

async function latencyAt({ url, agents, count }: Given, perSecond: number): Promise<{ p50: number; p99: number }> {
  const requests = await prepare(count, (index) => proofRequest(url, agentAt(agents, index)))
  const { latencies } = await openLoop({ url, lines: 2 * LINES, request: (index) => requests[index] ?? null }, perSecond)
  return { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) }
}

async function latencyRows(given: Given, rounds: number): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const [perSecond, limitMs] of [
    [5_000, 5],
    [10_000, 10],
  ] as const) {
    const seen: { p50: number; p99: number }[] = []
    for (let round = 0; round < rounds; round++) seen.push(await latencyAt(given, perSecond))
    const note = `p50 ${median(seen.map(({ p50 }) => p50)).toPrecision(3)} ms`
    rows.push(
      atMost({
        name: `proof-ack-p99-${perSecond / 1_000}k`,
        unit: 'ms',
        ours: median(seen.map(({ p99 }) => p99)),
        reference: limitMs,
        referenceName: 'limit',
        note,
      }),
    )
  }
  return rows
}

export const proofRows: MeasureRows = async ({ quick, say }) => {
  await using stage = await openStage(say)
  const { url } = await stage.start()
  const agents = newAgents(NODES)
  await enrolAgents(url, agents)
  const given = { url, agents, count: quick ? 3_000 : 20_000 }
  await rateOf({ ...given, count: 500 }, 1)
  const rounds = quick ? 1 : 5
  const single = await paired(
    rounds,
    () => rateOf(given, 1),
    async () => opensslRate(quick ? 1 : 3),
  )
  const batched = await paired(
    rounds,
    () => rateOf({ ...given, count: Math.ceil(given.count / BATCH) }, BATCH),
    () => rateOf(given, 1),
  )
  return [
    atLeast({ name: 'proofs', unit: 'proofs/s', ...single, referenceName: `openssl speed -multi ${availableParallelism()} ed25519`, bar: 0.6 }),
    atLeast({ name: `proofs-in-envelopes-of-${BATCH}`, unit: 'proofs/s', ...batched, referenceName: 'one by one', bar: 3.5 }),
    ...(await latencyRows({ ...given, count: quick ? 5_000 : 20_000 }, quick ? 1 : 3)),
  ]
}
