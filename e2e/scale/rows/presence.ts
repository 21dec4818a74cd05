/** Ten thousand agents over real sockets into one coordinator: what their heartbeats cost, and how many it can hear. */
import { setTimeout as pause } from 'node:timers/promises'
import { type Connected, connectAgents } from '../agents.ts'
import { cpuSecondsOf } from '../process-memory.ts'
import { textFrame } from '../raw-socket.ts'
import { type MeasureRows, type Row, atLeast, atMost, notMeasured } from '../row.ts'
import { openStage } from '../server.ts'

const AGENTS = 10_000
const EVERY_MS = 30_000
const HEARTBEAT = textFrame(JSON.stringify({ type: 'presence', presence: { ready: true, reasons: [], running: [] } }))

/** Everybody says something once in `everyMs`, evenly spread, for `ms`. */
async function heartbeats({ sockets }: Connected, { everyMs, ms }: { everyMs: number; ms: number }): Promise<number> {
  const started = performance.now()
  let sent = 0
  for (let passed = 0; passed < ms; passed = performance.now() - started) {
    const due = Math.floor((passed / everyMs) * sockets.length)
    for (; sent < due; sent++) sockets[sent % sockets.length]?.send(HEARTBEAT)
    await pause(5)
  }
  return sent
}

/** Share of a processor that the coordinator takes meanwhile. */
async function shareOf(pid: number, work: () => Promise<unknown>): Promise<number> {
  const [before, started] = [cpuSecondsOf(pid) ?? Number.NaN, performance.now()]
  await work()
  return ((cpuSecondsOf(pid) ?? Number.NaN) - before) / ((performance.now() - started) / 1_000)
}

export const presenceRows: MeasureRows = async ({ quick, say }) => {
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
  return [
    alive,
    atMost({
      name: `presence-${agents}-cpu`,
      unit: '% of a core',
      ours: share,
      reference: 1,
      referenceName: 'limit',
      note: `${(silent * 100).toFixed(1)} % without them`,
    }),
    atLeast({ name: 'presence-frames', unit: 'frames/s of a core', ours: perCoreSecond, reference: 200_000, referenceName: 'goal', bar: 1 }),
  ]
}
