import { WindfallError, messageOf } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type Backlog, createBacklog } from './backlog.ts'
import type { Entry, Inbox } from './inbox.ts'
import type { InboxWriter } from './inbox-writer.ts'
import { type Verdict, type Verdicts, createVerdicts } from './verdicts.ts'

/** Messages of so many nodes are settled at once: what they wait for is mostly not this process. */
const MOST_AT_ONCE = 16
const TICK_MS = 1_000
/** What is left to everything else behind what was settled while a lot arrives: so many times as long as that took, a twentieth of the time is its own. */
const PAUSE_SHARE = 19
const PAUSE_MS = 20
const LONGEST_PAUSE_MS = 1_000
/** Every so many ticks what nobody else is at work on is looked for. */
const ADOPT_TICKS = 10

export type Rest = () => Promise<void>

export interface SettlerDeps<V> {
  readonly inbox: Pick<Inbox, 'page'>
  readonly writer: Pick<InboxWriter, 'remove'>
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>
  /**
   * Does what a message asks for, once, however often it is called with it: this process may die before it is known to be done. An error that
   * {@link isVerdict} is its verdict; any other one leaves the message where it is. `isAwaited`: whether somebody will be told. `rest`: to be awaited
   * between the parts of a message that has many; it takes time only while {@link isBusy}.
   */
  readonly settle: (entry: Entry, isAwaited: boolean, rest: Rest) => Promise<V>
  /** Whether an error refuses what was handed in. */
  readonly isVerdict: (error: unknown) => error is WindfallError
  /** Whether this process is the one that takes over what others left behind. */
  readonly mayAdopt: () => boolean
  /** Whether more arrives than can be kept at once: then settling goes on slowly, since whoever sends waits for what is kept and not for this. */
  readonly isBusy: () => boolean
  /** A message cannot be settled yet. */
  readonly onPostponed: (nodeId: string, message: string) => void
}

export interface Settler<V> {
  /** A message that has just become durable and that nobody waits for. */
  readonly take: (entry: Entry) => void
  /** The same for one who waits for what comes of it. Rejects with the error that is its verdict, or with one that is worth another try. */
  readonly verdict: (entry: Entry) => Promise<V>
  /** Comes back to what had to wait, and to what was left behind, until `signal` aborts; resolves when nothing is under way any more. */
  readonly run: (signal: AbortSignal) => Promise<void>
}

/** Settles what waits in an inbox: the messages of each node in order, each once. */
export function createSettler<V>(deps: SettlerDeps<V>): Settler<V> {
  const { inbox, clock } = deps
  const verdicts = createVerdicts<V>()
  const state: State<V> = {
    backlog: createBacklog({
      page: inbox.page,
      scope: () => (deps.mayAdopt() ? 'all' : 'own'),
      monotonic: clock.monotonic,
      onLeft: (seq) => verdicts.tell(seq, { error: behindAnother() }),
    }),
    verdicts,
    working: new Set(),
    stop: new AbortController(),
  }
  const take = (entry: Entry) => {
    state.backlog.offer(entry)
    pump(deps, state)
  }
  return {
    take,
    verdict: async (entry) => {
      if (state.stop.signal.aborted) throw stopping()
      return state.verdicts.wait(entry.seq, () => take(entry))
    },
    run: (signal) => run(deps, state, signal),
  }
}

interface State<V> {
  readonly backlog: Backlog
  readonly verdicts: Verdicts<V>
  readonly working: Set<Promise<void>>
  readonly stop: AbortController
}

async function run<V>(deps: SettlerDeps<V>, state: State<V>, signal: AbortSignal): Promise<void> {
  pump(deps, state)
  for (let tick = 1; await deps.clock.sleep(TICK_MS, signal); tick += 1) {
    if (tick % ADOPT_TICKS === 0 && deps.mayAdopt()) state.backlog.rescan()
    state.backlog.wake()
    pump(deps, state)
  }
  state.stop.abort()
  await Promise.all(state.working)
  state.verdicts.end(stopping())
}

/** Begins as much as may be under way at once, and reads on where there is room. */
function pump<V>(deps: SettlerDeps<V>, state: State<V>): void {
  const { backlog, working, stop } = state
  if (stop.signal.aborted) return
  for (let free = (deps.isBusy() ? 1 : MOST_AT_ONCE) - working.size; free > 0; free -= 1) {
    const entry = backlog.next()
    if (!entry) break
    const under = work(deps, state, entry).finally(() => {
      working.delete(under)
      pump(deps, state)
    })
    working.add(under)
  }
  void backlog.read().then((isWorthALook) => isWorthALook && pump(deps, state))
}

async function work<V>(deps: SettlerDeps<V>, state: State<V>, entry: Entry): Promise<void> {
  const { backlog, verdicts } = state
  const rest = createRest(deps, state.stop.signal)
  try {
    end(deps, state, { entry, verdict: { value: await deps.settle(entry, verdicts.isAwaited(entry.seq), rest) } })
  } catch (error) {
    // What is not about the message is ours: it is kept until somebody, or another version, can settle it.
    if (deps.isVerdict(error)) return end(deps, state, { entry, verdict: { error } })
    backlog.postpone(entry)
    deps.onPostponed(entry.nodeId, messageOf(error))
    verdicts.tell(entry.seq, { error })
  } finally {
    await rest()
  }
}

function createRest<V>({ isBusy, clock }: SettlerDeps<V>, stopped: AbortSignal): Rest {
  let begun = clock.monotonic()
  return async () => {
    if (isBusy()) await clock.sleep(pauseAfter(clock.monotonic() - begun), stopped)
    begun = clock.monotonic()
  }
}

const pauseAfter = (tookMs: number): number => Math.min(LONGEST_PAUSE_MS, Math.max(PAUSE_MS, PAUSE_SHARE * tookMs))

/** The verdict is kept until the message is gone, for whoever sends it again meanwhile. */
function end<V>(deps: SettlerDeps<V>, state: State<V>, { entry, verdict }: { readonly entry: Entry; readonly verdict: Verdict<V> }): void {
  const { backlog, verdicts } = state
  verdicts.keep(entry.seq, verdict)
  backlog.finish(entry)
  verdicts.tell(entry.seq, verdict)
  void leave(deps, state, entry)
}

async function leave<V>({ writer }: SettlerDeps<V>, { backlog, verdicts }: State<V>, entry: Entry): Promise<void> {
  await writer.remove(entry)
  verdicts.drop(entry.seq)
  backlog.forget(entry.seq)
}

const behindAnother = () =>
  new WindfallError('unavailable', 'What was sent is kept. Something that this node sent before it cannot be settled yet, so it is settled later.')

const stopping = () => new WindfallError('unavailable', 'The coordinator is stopping. What was sent is kept and settled when it runs again.')
