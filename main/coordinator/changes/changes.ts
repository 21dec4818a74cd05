import { CHANGES_HEARTBEAT_MS, type ChangeTopic } from '../../../shared/contract/changes.ts'
import { WindfallError } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Run } from '../../kernel/lifecycle.ts'
import type { Position } from './changes.store.ts'
import { HEARTBEAT, noticeText, retryText } from './line.ts'
import type { Read } from './reading.ts'
import { type Change, type Listener, readable, topicsFor } from './topics.ts'

/** How often it is looked whether anything has changed, while somebody listens. */
const LOOK_EVERY_MS = 2_000
/** How often it is asked whether those who listen still may, and what. */
const CHECK_EVERY_MS = 6_000
/** As many may listen at once, all together and as one person. */
export const MOST = { all: 500, person: 8 } as const
/** Whoever has left so much unread does not read. */
const MOST_UNREAD_BYTES = 16_384
/** When to come again: between so long and twice as long after the end. */
const RETRY_MS = 2_000

/** An open line. */
interface Line {
  /** Says something; what is said is not read at once. */
  readonly write: (text: string) => void
  readonly unreadBytes: () => number
  readonly end: () => void
}

/** Somebody who wants to listen. */
export interface Asker extends Listener {
  /** Whose keys and sessions count as one. */
  readonly person: string
}

export interface ChangesDeps {
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>
  readonly read: (since: Position | null) => Promise<Read>
  /** Rises with every change of who is there, and of who does what. */
  readonly presence: () => number
  /** Aborts when this coordinator begins to leave. */
  readonly quiet: AbortSignal
  /** A number in [0, 1). */
  readonly chance: () => number
  readonly onFailure: (error: unknown) => void
}

interface Open {
  readonly asker: { current: Asker }
  readonly line: Line
  /** What they may do now. Error: what refuses them, when they may no more. */
  readonly recheck: () => Promise<Asker>
  checkedAt: number
  saidAt: number
  /** Notices that were sent to them: how many others were sent is theirs. */
  notices: number
}

export interface Changes {
  /** Lets somebody listen until they go, the line is ended or they may no more. Returns what ends it. Errors: `rate.limited`, `unavailable` while leaving. */
  readonly listen: (asker: Asker, line: Line, recheck: () => Promise<Asker>) => () => void
  readonly listening: () => number
  readonly run: Run
}

/** Tells people that something changed, all of them by one look at the database, and only while anybody listens. */
export function createChanges(deps: ChangesDeps): Changes {
  const { clock, quiet } = deps
  const open = new Set<Open>()
  const wake = { one: () => {} }
  const end = (one: Open): void => {
    if (open.delete(one)) one.line.end()
  }
  const say = (one: Open, text: string): void => {
    if (one.line.unreadBytes() > MOST_UNREAD_BYTES) return end(one)
    one.line.write(text)
    one.saidAt = clock.monotonic()
  }
  const tell = (one: Open, topics: readonly ChangeTopic[]): void => {
    if (topics.length > 0) say(one, noticeText((one.notices += 1), topics))
  }
  const look = createLook(deps)
  return {
    listening: () => open.size,
    listen(asker, line, recheck) {
      requireRoom(asker, [...open], quiet)
      const at = clock.monotonic()
      const one: Open = { asker: { current: asker }, line, recheck, checkedAt: at, saidAt: at, notices: 0 }
      open.add(one)
      say(one, retryText(RETRY_MS * (1 + deps.chance())))
      tell(one, readable(asker))
      wake.one()
      return () => end(one)
    },
    async run(signal) {
      const leaving = AbortSignal.any([signal, quiet])
      leaving.addEventListener('abort', () => [...open].forEach(end), { once: true })
      while (!leaving.aborted) {
        if (open.size === 0) {
          look.forget()
          await nextListener(wake, leaving)
          continue
        }
        const changes = await look.changes()
        for (const one of open) tell(one, topicsFor(one.asker.current, changes))
        await recheckDue(deps, open, end)
        for (const one of open) if (clock.monotonic() - one.saidAt >= CHANGES_HEARTBEAT_MS - LOOK_EVERY_MS) say(one, HEARTBEAT)
        if (!(await clock.sleep(LOOK_EVERY_MS, leaving))) break
      }
    },
  }
}

/** Error: `rate.limited`, `unavailable`. */
function requireRoom({ person }: Asker, open: readonly Open[], quiet: AbortSignal): void {
  if (quiet.aborted) throw new WindfallError('unavailable', 'This coordinator is stopping. Ask again: another one answers, or this one soon.')
  const own = open.filter(({ asker }) => asker.current.person === person).length
  if (open.length >= MOST.all || own >= MOST.person)
    throw new WindfallError('rate.limited', 'Too many windows listen for changes at once. Close some of them, or reload this one in a while.')
}

/** What is new since the look before. What cannot be read now is read with the next look. */
function createLook({ read, presence, onFailure }: ChangesDeps) {
  let position: Position | null = null
  let known = presence()
  return {
    forget: () => {
      position = null
    },
    async changes(): Promise<readonly Change[]> {
      try {
        const found = await read(position)
        const seen = presence()
        const nodes: readonly Change[] = seen === known ? [] : [{ topic: 'nodes', account: null }]
        position = found.position
        known = seen
        return [...found.changes, ...nodes]
      } catch (error) {
        onFailure(error)
        return []
      }
    },
  }
}

function nextListener(wake: { one: () => void }, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      signal.removeEventListener('abort', done)
      wake.one = () => {}
      resolve()
    }
    wake.one = done
    if (signal.aborted) done()
    else signal.addEventListener('abort', done, { once: true })
  })
}

/** Ends the lines of those who may listen no more, and learns what the others may now. A database that is away ends nobody's. */
async function recheckDue({ clock, onFailure }: ChangesDeps, open: ReadonlySet<Open>, end: (one: Open) => void): Promise<void> {
  const due = [...open].filter(({ checkedAt }) => clock.monotonic() - checkedAt >= CHECK_EVERY_MS)
  for (const one of due)
    try {
      one.checkedAt = clock.monotonic()
      one.asker.current = await one.recheck()
    } catch (error) {
      if (error instanceof WindfallError && error.code.startsWith('auth.')) end(one)
      else onFailure(error)
    }
}
