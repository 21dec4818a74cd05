import type { Clock } from '../kernel/clock.ts'
import type { SocketHub } from './http/socket.ts'
import type { Db } from './persistence/database.ts'
import { eventPositions } from './registry/node-events.ts'

/** What another coordinator recorded for a node that is connected here is told this late at most. */
const LOOK_AT_ALL_MS = 15_000
/** Nodes asked about at once: a database takes so many parameters, and whoever waits for it waits no longer than this takes. */
const SLICE = 500
/** What was recorded in a transaction that never ended is not looked for any longer. */
const FORGET_MS = 60_000

export interface Hints {
  /** Event number `seq` of a node is being recorded here, in a transaction that may still fail. */
  readonly recorded: (nodeId: string, seq: number) => void
  /** Tells connected agents that something new happened to them. What was recorded here is told at once, whoever else is connected costs nothing. */
  readonly hint: () => Promise<void>
}

interface News {
  readonly seq: number
  readonly at: number
}

export function createHints({
  db,
  hub,
  clock,
}: {
  readonly db: Db
  readonly hub: Pick<SocketHub, 'connected' | 'send'>
  readonly clock: Pick<Clock, 'monotonic'>
}): Hints {
  const told = new Map<string, number>()
  const news = new Map<string, News>()
  let lookedAt = clock.monotonic()
  const tell = (nodeId: string, lastEvent: number) => {
    if (told.get(nodeId) !== lastEvent && hub.send(nodeId, { type: 'events', lastEvent })) told.set(nodeId, lastEvent)
  }
  const lookAt = async (nodeIds: readonly string[]) => {
    for (let at = 0; at < nodeIds.length; at += SLICE)
      for (const [nodeId, lastEvent] of await eventPositions(db, nodeIds.slice(at, at + SLICE))) {
        if (lastEvent >= (news.get(nodeId)?.seq ?? 0)) news.delete(nodeId)
        tell(nodeId, lastEvent)
      }
  }
  const forget = (connected: ReadonlySet<string>, now: number) => {
    for (const nodeId of told.keys()) if (!connected.has(nodeId)) told.delete(nodeId)
    for (const [nodeId, { at }] of news) if (!connected.has(nodeId) || now - at > FORGET_MS) news.delete(nodeId)
  }
  return {
    recorded: (nodeId, seq) => void news.set(nodeId, { seq, at: clock.monotonic() }),
    async hint() {
      const now = clock.monotonic()
      if (now - lookedAt < LOOK_AT_ALL_MS) return lookAt([...news.keys()])
      lookedAt = now
      const connected = hub.connected()
      forget(new Set(connected), now)
      return lookAt(connected)
    },
  }
}
