/** What an idle coordinator keeps in memory, and what ten thousand connected agents add. */
import { heartbeats } from '../heartbeats.ts'
import { memoryOf } from '../process-memory.ts'
import { type MeasureRows, atMost, notMeasured } from '../row.ts'
import { openStage } from '../server.ts'
import { connectAgents } from '../agents.ts'

const SETTLED_MS = 25_000
const HEARTBEAT_MS = 10_000
const AGENTS = 10_000
const LIMIT = { idleRss: 85, idlePrivate: 32, agentsRss: 180 } as const
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

export const memoryRows: MeasureRows = async ({ quick, say }) => {
  await using stage = await openStage(say)
  // The first start makes keys, tables and what the engine keeps compiled; nobody runs a coordinator only once.
  await (await stage.start()).service.stop()
  const coordinator = await stage.start()
  const { pid } = coordinator.service
  await pause(SETTLED_MS)
  const idle = memoryOf(pid)
  if (!idle) return [notMeasured({ name: 'memory-idle-rss', unit: 'MB', referenceName: 'limit', bar: 1 }, 'only Linux tells what a process keeps in memory')]
  const agents = quick ? AGENTS / 10 : AGENTS
  say(`Connecting ${agents} agents …`)
  await using connected = await connectAgents(coordinator, { agents })
  await heartbeats(connected, { everyMs: HEARTBEAT_MS, ms: 2 * HEARTBEAT_MS })
  await pause(SETTLED_MS)
  const with10k = memoryOf(pid) ?? idle
  const kib = ((with10k.rss - idle.rss) * 1_024) / connected.count
  return [
    atMost({ name: 'memory-idle-rss', unit: 'MB', ours: idle.rss, reference: LIMIT.idleRss, referenceName: 'limit' }),
    atMost({ name: 'memory-idle-private', unit: 'MB', ours: idle.private, reference: LIMIT.idlePrivate, referenceName: 'limit' }),
    atMost({
      name: `memory-${agents}-agents-rss`,
      unit: 'MB',
      ours: with10k.rss,
      reference: LIMIT.agentsRss,
      referenceName: 'limit',
      note: `${kib.toFixed(1)} KiB for each`,
    }),
  ]
}
