/** Ten thousand agents over real sockets into one coordinator: what their heartbeats cost, and how many it can hear. */
import { setTimeout as pause } from 'node:timers/promises'
import { connectAgents } from '../agents.ts'
import { type Crowd, launchCrowd } from '../crowd.ts'
import { heartbeats } from '../heartbeats.ts'
import { cpuSecondsOf, memoryOf, mostOpenFiles } from '../process-memory.ts'
import { type MeasureRows, type Row, atLeast, atMost, notMeasured } from '../row.ts'
import { openStage } from '../server.ts'

const AGENTS = 10_000
const EVERY_MS = 30_000
/** What a coordinator may take that only waits, percent of a core. */
const SILENT_PCT = 5

/** Share of a processor that the coordinator takes meanwhile. */
async function shareOf(pid: number, work: () => Promise<unknown>): Promise<number> {
  const [before, started] = [cpuSecondsOf(pid) ?? Number.NaN, performance.now()]
  await work()
  return ((cpuSecondsOf(pid) ?? Number.NaN) - before) / ((performance.now() - started) / 1_000)
}

const MANY = 90_000
const COORDINATORS = 5
/** What else a process has open. */
const OTHER_FILES = 1_000

/** As many as one machine is asked to hold: whether they come and stay. Five coordinators hold a fifth each, since a process may have so many files open. */
async function manyRow(say: (line: string) => void): Promise<Row> {
  const about = { name: `presence-${MANY}-connected`, unit: 'sockets', referenceName: `opened at ${COORDINATORS} coordinators`, bar: 1 }
  const [most, each] = [mostOpenFiles(), MANY / COORDINATORS]
  if (most < each + OTHER_FILES) return notMeasured(about, `a process may have ${most} files open here, and each connection is one on either side`)
  await using stage = await openStage(say)
  await using crowds = new AsyncDisposableStack()
  const opened: { readonly crowd: Crowd; readonly pid: number }[] = []
  for (const index of Array(COORDINATORS).keys()) {
    const { url, service } = await stage.start(`coordinator-${index}`)
    say(`Connecting ${each} agents to coordinator ${index + 1} of ${COORDINATORS} …`)
    opened.push({ crowd: crowds.use(await launchCrowd(url, { count: each, crowd: index })), pid: service.pid })
  }
  const lost = await Promise.all(opened.map(({ crowd }) => crowd.speak({ everyMs: EVERY_MS, ms: 2 * EVERY_MS })))
  const rss = opened.map(({ pid }) => memoryOf(pid)?.rss ?? Number.NaN)
  const note = `each spoke twice in a minute; ${Math.max(...rss).toFixed(0)} MB in memory at most of a coordinator that heard ${each}`
  return atLeast({ ...about, ours: MANY - lost.reduce((sum, more) => sum + more, 0), reference: MANY, note })
}

export const presenceRows: MeasureRows = async (options) => [...(await usualRows(options)), ...(options.quick ? [] : [await manyRow(options.say)])]

const usualRows: MeasureRows = async ({ quick, say }) => {
  await using stage = await openStage(say)
  const coordinator = await stage.start()
  const { pid } = coordinator.service
  const about = { name: 'presence-cpu', unit: '% of a core', referenceName: 'limit', bar: 1 }
  if (cpuSecondsOf(pid) === null) return [notMeasured(about, 'only Linux tells how long a process has run')]
  const agents = quick ? AGENTS / 10 : AGENTS
  say(`Connecting ${agents} agents …`)
  await using connected = await connectAgents(coordinator, { agents })
  // The first word of a node is news that everybody's plans depend on; every other is what is measured.
  await heartbeats(connected, { everyMs: 5_000, ms: 5_100 })
  await pause(quick ? 5_000 : 15_000)
  const ms = quick ? 10_000 : 60_000
  const silent = await shareOf(pid, () => pause(ms))
  const speaking = await shareOf(pid, () => heartbeats(connected, { everyMs: EVERY_MS, ms }))
  // As fast as one connection may speak: ten frames a second.
  let frames = 0
  const flood = await shareOf(pid, async () => (frames = await heartbeats(connected, { everyMs: 125, ms: 5_000 })))
  const perCoreSecond = frames / 5 / flood
  const alive: Row = atLeast({
    name: `presence-${agents}-connected`,
    unit: 'sockets',
    ours: agents - connected.lost(),
    reference: agents,
    referenceName: 'opened',
    bar: 1,
  })
  const share = Math.max(0.01, (speaking - silent) * 100)
  const limit = { unit: '% of a core', referenceName: 'limit' }
  return [
    alive,
    atMost({ ...limit, name: `presence-${agents}-silent-cpu`, ours: silent * 100, reference: SILENT_PCT, note: 'connected, and nothing is said or done' }),
    atMost({ ...limit, name: `presence-${agents}-cpu`, ours: share, reference: 1, note: 'heartbeats alone' }),
    atLeast({ name: 'presence-frames', unit: 'frames/s of a core', ours: perCoreSecond, reference: 200_000, referenceName: 'goal', bar: 1 }),
  ]
}
