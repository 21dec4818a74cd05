import { timeZoneOf } from '../../../shared/domain/time-zones.ts'
import { messageOf } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Run } from '../../kernel/lifecycle.ts'
import { type Db, transact } from '../persistence/database.ts'
import { createAvailabilityStore } from './availability.store.ts'
import { type Track, nothingSeen, sharesOf, withSight } from './availability.ts'
import { localHour, localHours } from './local-hours.ts'

const LOOK_EVERY_MS = 60_000
const SAVE_EVERY_MS = 900_000
const SAVED_AT_ONCE = 100
/** By then it is known whether this coordinator is the one that looks. */
const FIRST_READ_MS = 30_000
/** Between two looks further apart than this the coordinator itself was away. */
const LONGEST_LOOK_MS = 300_000

/** A node at this moment; what nobody knows, as in the first minutes after a start, is not counted. */
interface WatchedNode {
  readonly nodeId: string
  readonly zone: string
  readonly state: 'willing' | 'unwilling' | 'unknown'
}

export interface AvailabilityBook {
  /**
   * The share of each hour of the UTC week, from Monday 00:00 on, in which the node's owner lets it work; `null` while too little is known.
   * The same list for as long as nothing in it changes. It shows when somebody is at home: it is for the owner and the planner alone.
   */
  readonly of: (nodeId: string, zone: string) => readonly number[] | null
  /** Looks every minute and saves every quarter of an hour, and at the end; a crash loses no more than that. */
  readonly run: Run
  /** Reads what another coordinator over the same database has learned as often as it saves it, while this one does not look itself. */
  readonly follow: Run
}

interface Deps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  readonly nodes: () => Promise<readonly WatchedNode[]>
  /** What was learned could not be saved; it is tried again with the next save. */
  readonly onUnsaved: (message: string) => void
}

/** What is known of every node, by its id. */
interface Learned {
  readonly tracks: Map<string, Track>
  /** By hour of the local week. */
  readonly shares: Map<string, readonly number[]>
  readonly unsaved: Set<string>
}

const isSame = (a: readonly number[], b: readonly number[]): boolean => a.every((value, index) => value === b[index])

function estimate({ shares }: Learned, nodeId: string, track: Track): void {
  const [before, found] = [shares.get(nodeId), sharesOf(track)]
  if (!found) shares.delete(nodeId)
  else if (!before || !isSame(before, found)) shares.set(nodeId, found)
}

async function load({ db }: Deps, learned: Learned): Promise<void> {
  learned.unsaved.clear()
  for (const [nodeId, track] of await createAvailabilityStore(db).all()) {
    learned.tracks.set(nodeId, track)
    estimate(learned, nodeId, track)
  }
}

/** Counts the time since the last look, by what each node is now. */
async function look({ clock, nodes }: Deps, { tracks, unsaved }: Learned, since: number): Promise<void> {
  const now = clock.now()
  const ms = now - since
  if (ms <= 0 || ms > LONGEST_LOOK_MS) return
  for (const { nodeId, zone, state } of await nodes()) {
    if (state === 'unknown') continue
    const hour = localHour(timeZoneOf(zone), now - ms / 2)
    tracks.set(nodeId, withSight(tracks.get(nodeId) ?? nothingSeen(now), { hour, ms, isWilling: state === 'willing', at: now }))
    unsaved.add(nodeId)
  }
}

/** A few at a time, so that nobody else waits long for the database. */
async function save({ db, onUnsaved }: Deps, learned: Learned): Promise<void> {
  const { tracks, unsaved } = learned
  const changed = [...tracks].filter(([nodeId]) => unsaved.has(nodeId))
  for (const [nodeId, track] of changed) estimate(learned, nodeId, track)
  try {
    for (let at = 0; at < changed.length; at += SAVED_AT_ONCE) {
      const some = changed.slice(at, at + SAVED_AT_ONCE)
      await transact(db, async (tx) => {
        for (const [nodeId, track] of some) await createAvailabilityStore(tx).save(nodeId, track)
      })
      for (const [nodeId] of some) unsaved.delete(nodeId)
    }
  } catch (error) {
    onUnsaved(messageOf(error))
  }
}

/** By hour of the UTC week; the same list for as long as nothing in it changes. */
function createTelling({ shares }: Learned, clock: Deps['clock']): AvailabilityBook['of'] {
  const told = new Map<string, { readonly shares: readonly number[]; readonly hours: readonly number[]; readonly inUtc: readonly number[] }>()
  return (nodeId, zone) => {
    const found = shares.get(nodeId)
    if (!found) return null
    const hours = localHours(timeZoneOf(zone), clock.now())
    const last = told.get(nodeId)
    if (last?.shares === found && last.hours === hours) return last.inUtc
    const inUtc = hours.map((hour) => found[hour] ?? 0)
    told.set(nodeId, { shares: found, hours, inUtc })
    return inUtc
  }
}

/** Learns when owners let their nodes work. By the local week: what people do follows the clock on the wall, which summer time moves against UTC. */
export function createAvailabilityBook(deps: Deps): AvailabilityBook {
  const { clock } = deps
  const learned: Learned = { tracks: new Map(), shares: new Map(), unsaved: new Set() }
  let isLooking = false
  return {
    of: createTelling(learned, clock),
    async follow(signal) {
      let waitMs = FIRST_READ_MS
      while (await clock.sleep(waitMs, signal)) {
        if (!isLooking) await load(deps, learned).catch((error: unknown) => deps.onUnsaved(messageOf(error)))
        waitMs = SAVE_EVERY_MS
      }
    },
    async run(signal) {
      isLooking = true
      try {
        await load(deps, learned)
        let [looked, saved] = [clock.now(), clock.now()]
        while (await clock.sleep(LOOK_EVERY_MS, signal)) {
          await look(deps, learned, looked)
          looked = clock.now()
          // A clock that was put back does not put off what is to be saved.
          if (Math.abs(looked - saved) < SAVE_EVERY_MS) continue
          await save(deps, learned)
          saved = looked
        }
        await save(deps, learned)
      } finally {
        isLooking = false
      }
    },
  }
}
