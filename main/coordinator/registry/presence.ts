import type { Presence } from '../../../shared/contract/node.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Run } from '../../kernel/lifecycle.ts'
import { createTimerWheel } from './timer-wheel.ts'

/** A node that has been silent for this long is offline. */
const OFFLINE_AFTER_MS = 300_000
const SWEEP_EVERY_MS = 1_000

/** `unknown` only after a restart: nobody is declared dead before a full timeout has passed. */
type Reachability = 'online' | 'offline' | 'unknown'

export interface Seen {
  readonly reachability: Reachability
  /** What the agent said last, `null` if nothing since this process started. */
  readonly presence: Presence | null
  /** Since it was heard last, milliseconds; `null` if nothing since this process started. */
  readonly ageMs: number | null
}

export interface PresenceBook {
  /** What a node said so many milliseconds ago, unless it has said something since. */
  readonly report: (nodeId: string, presence: Presence, ageMs?: number) => void
  readonly of: (nodeId: string) => Seen
  /** Notices who has fallen silent. */
  readonly sweep: () => void
  /** Does so once a second. */
  readonly run: Run
}

interface Deps {
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>
  /** Told once when a node is heard again after the timeout or for the first time, and once when it has been silent for that long. */
  readonly onPresence: (nodeId: string, isOnline: boolean) => void
}

/** What most nodes say at most times is kept once: ten thousand idle nodes say the same few things. */
function createSameWords(): (presence: Presence) => Presence {
  const known = new Map<string, Presence>()
  return (presence) => {
    if (presence.running.length > 0) return presence
    const words = `${presence.ready ? '+' : '-'}${presence.reasons.join(' ')}`
    const same = known.get(words)
    if (same) return same
    // Hostile nodes may invent reasons; what nobody says any more is forgotten with the rest.
    if (known.size >= 1_000) known.clear()
    known.set(words, presence)
    return presence
  }
}

/** Who was ever heard of, by number: three arrays, so that a hundred thousand nodes are a few objects. */
function createRoster() {
  const entries = new Map<string, number>()
  const nodeIds: string[] = []
  const heardAt: number[] = []
  const said: Presence[] = []
  return {
    find: (nodeId: string): number | null => entries.get(nodeId) ?? null,
    add(nodeId: string): number {
      const entry = nodeIds.push(nodeId) - 1
      entries.set(nodeId, entry)
      return entry
    },
    set(entry: number, presence: Presence, at: number): void {
      said[entry] = presence
      heardAt[entry] = at
    },
    nodeId: (entry: number): string => nodeIds[entry] ?? '',
    heardAt: (entry: number): number => heardAt[entry] ?? 0,
    said: (entry: number): Presence | null => said[entry] ?? null,
  }
}

/** Who of the roster is there, and when to look whether it still is. */
function createWatch({ clock, onPresence }: Deps, roster: ReturnType<typeof createRoster>) {
  const startedAt = clock.monotonic()
  const watched = new Set<number>()
  const wheel = createTimerWheel(Math.ceil(OFFLINE_AFTER_MS / SWEEP_EVERY_MS) + 2, 0)
  const dueAt = (entry: number): number => Math.ceil((roster.heardAt(entry) + OFFLINE_AFTER_MS - startedAt) / SWEEP_EVERY_MS)
  return {
    heard(entry: number): void {
      if (watched.has(entry)) return
      watched.add(entry)
      wheel.add(entry, dueAt(entry))
      onPresence(roster.nodeId(entry), true)
    },
    sweep(): void {
      wheel.turn(Math.floor((clock.monotonic() - startedAt) / SWEEP_EVERY_MS), dueAt, (entry) => {
        watched.delete(entry)
        onPresence(roster.nodeId(entry), false)
      })
    },
    hasJustStarted: (): boolean => clock.monotonic() - startedAt < OFFLINE_AFTER_MS,
  }
}

/**
 * Who is there, in memory: a heartbeat never writes to the database, and a restart is over after one heartbeat interval. A heartbeat costs one look-up and
 * one store; who falls silent is found by a timer wheel.
 */
export function createPresenceBook(deps: Deps): PresenceBook {
  const { clock } = deps
  const roster = createRoster()
  const watch = createWatch(deps, roster)
  const sameWords = createSameWords()
  return {
    report(nodeId, presence, ageMs = 0) {
      const [known, at] = [roster.find(nodeId), clock.monotonic() - ageMs]
      if (known !== null && roster.heardAt(known) > at) return
      const entry = known ?? roster.add(nodeId)
      roster.set(entry, sameWords(presence), at)
      watch.heard(entry)
    },
    of(nodeId) {
      const entry = roster.find(nodeId)
      if (entry === null) return { reachability: watch.hasJustStarted() ? 'unknown' : 'offline', presence: null, ageMs: null }
      const ageMs = clock.monotonic() - roster.heardAt(entry)
      return { reachability: ageMs < OFFLINE_AFTER_MS ? 'online' : 'offline', presence: roster.said(entry), ageMs }
    },
    sweep: () => watch.sweep(),
    async run(signal) {
      while (await clock.sleep(SWEEP_EVERY_MS, signal)) watch.sweep()
    },
  }
}
