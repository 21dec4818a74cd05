import type { Entry, Inbox, Scope } from './inbox.ts'

/** Messages, and their bytes, that are held in memory; the rest stays in the inbox until there is room. */
const MOST_HELD = 512
const MOST_BYTES = 32 * 1_048_576
const PAGE = 256

/** A node whose next message cannot be settled yet is looked at again after this long at first, and after twice as long each time. */
const AGAIN_MS = 1_000
const LONGEST_MS = 60_000

export interface BacklogDeps {
  readonly page: Inbox['page']
  /** Which messages may be read now. */
  readonly scope: () => Scope
  /** A clock that only goes forward, milliseconds. */
  readonly monotonic: () => number
  /** A message stays where it is, because one before it of the same node cannot be settled yet. */
  readonly onLeft: (seq: number) => void
}

/** The order in which messages are settled: those of one node one after another, in the order of their places; those of different nodes at once. */
export interface Backlog {
  /** A message that has just become durable. Whatever its node sent before is looked at again, too. */
  readonly offer: (entry: Entry) => void
  /** The first message whose node has none under way. Either {@link finish} or {@link postpone} has to follow. */
  readonly next: () => Entry | null
  readonly finish: (entry: Entry) => void
  /** The message, and everything of its node behind it, waits in the inbox. */
  readonly postpone: (entry: Entry) => void
  /** The message is gone from the inbox. */
  readonly forget: (seq: number) => void
  /** Looks at nodes again that have waited long enough. */
  readonly wake: () => void
  /** Reads the inbox anew from its beginning, once the end of it has been reached. */
  readonly rescan: () => void
  /** Reads on if there may be more than is held, and room for it. True if it is worth another look at {@link next}. */
  readonly read: () => Promise<boolean>
}

/** `due`: to be looked at with the next pass through the inbox, and not before, so that the order of its messages is kept. */
interface Wait {
  readonly state: 'waiting' | 'due' | 'over'
  readonly until: number
  readonly tries: number
}

interface State {
  readonly held: Map<number, Entry>
  heldBytes: number
  /** Held, under way, or done and not yet gone. */
  readonly known: Set<number>
  readonly busy: Set<string>
  readonly waits: Map<string, Wait>
  /** Everything up to this place has been read in this pass. */
  cursor: number
  /** There may be something behind it. */
  isBehind: boolean
  isReading: boolean
  /** Another pass is to follow. */
  isPassDue: boolean
}

export function createBacklog(deps: BacklogDeps): Backlog {
  const state: State = {
    held: new Map(),
    heldBytes: 0,
    known: new Set(),
    busy: new Set(),
    waits: new Map(),
    cursor: 0,
    isBehind: true,
    isReading: false,
    isPassDue: false,
  }
  return {
    offer: (entry) => offer(state, entry),
    next: () => next(state),
    finish: ({ nodeId }) => {
      state.busy.delete(nodeId)
      state.waits.delete(nodeId)
    },
    postpone: (entry) => postpone(deps, state, entry),
    forget: (seq) => void state.known.delete(seq),
    wake: () => wake(state, deps.monotonic()),
    rescan: () => rescan(state),
    read: () => read(deps, state),
  }
}

const isLeft = ({ waits }: State, nodeId: string): boolean => waits.has(nodeId) && waits.get(nodeId)?.state !== 'over'

const isFull = ({ held, heldBytes }: State): boolean => held.size >= MOST_HELD || heldBytes >= MOST_BYTES

function hold(state: State, entry: Entry): void {
  state.held.set(entry.seq, entry)
  state.heldBytes += entry.body.length
  state.known.add(entry.seq)
}

function release(state: State, entry: Entry): void {
  if (state.held.delete(entry.seq)) state.heldBytes -= entry.body.length
}

function rescan(state: State): void {
  if (state.isBehind || state.isReading) state.isPassDue = true
  else beginPass(state)
}

function beginPass(state: State): void {
  state.cursor = 0
  state.isBehind = true
  state.isPassDue = false
  for (const [nodeId, wait] of state.waits) if (wait.state === 'due') state.waits.set(nodeId, { ...wait, state: 'over' })
}

function offer(state: State, entry: Entry): void {
  if (state.known.has(entry.seq)) return
  endWait(state, entry.nodeId)
  // It was read before and left where it is.
  if (entry.seq <= state.cursor) return rescan(state)
  if (state.isBehind || state.isReading || isFull(state)) {
    state.isBehind = true
    return
  }
  state.cursor = entry.seq
  hold(state, entry)
}

function endWait(state: State, nodeId: string): void {
  const wait = state.waits.get(nodeId)
  if (wait?.state !== 'waiting') return
  state.waits.set(nodeId, { ...wait, state: 'due' })
  rescan(state)
}

function next(state: State): Entry | null {
  for (const entry of state.held.values()) {
    if (state.busy.has(entry.nodeId)) continue
    release(state, entry)
    state.busy.add(entry.nodeId)
    return entry
  }
  return null
}

function postpone({ monotonic, onLeft }: BacklogDeps, state: State, { seq, nodeId }: Entry): void {
  const tries = (state.waits.get(nodeId)?.tries ?? 0) + 1
  state.busy.delete(nodeId)
  state.waits.set(nodeId, { state: 'waiting', until: monotonic() + Math.min(LONGEST_MS, AGAIN_MS * 2 ** (tries - 1)), tries })
  state.known.delete(seq)
  for (const entry of state.held.values()) {
    if (entry.nodeId !== nodeId) continue
    release(state, entry)
    state.known.delete(entry.seq)
    onLeft(entry.seq)
  }
}

function wake(state: State, now: number): void {
  for (const [nodeId, { until }] of state.waits) if (until <= now) endWait(state, nodeId)
}

async function read(deps: BacklogDeps, state: State): Promise<boolean> {
  if (!state.isBehind || state.isReading || state.held.size > MOST_HELD / 2 || isFull(state)) return false
  state.isBehind = false
  state.isReading = true
  try {
    take(deps, state, await deps.page({ after: state.cursor, limit: PAGE, scope: deps.scope() }))
    return true
  } catch {
    // Whoever reads next finds out whether the store is back.
    state.isBehind = true
    return false
  } finally {
    state.isReading = false
    if (!state.isBehind && state.isPassDue) beginPass(state)
  }
}

function take({ onLeft }: BacklogDeps, state: State, entries: readonly Entry[]): void {
  for (const entry of entries) {
    if (state.known.has(entry.seq)) continue
    if (!isLeft(state, entry.nodeId)) hold(state, entry)
    else if (state.waits.get(entry.nodeId)?.state === 'waiting') onLeft(entry.seq)
  }
  state.cursor = entries.at(-1)?.seq ?? state.cursor
  state.isBehind ||= entries.length > 0
}
