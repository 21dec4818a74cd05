/** Time passes at high speed over the real oracle and a real database, while its providers fail. */
import { type GridHistory, createGridHistory } from '../../main/coordinator/grid/history.ts'
import { type GridOracle, createGridOracle } from '../../main/coordinator/grid/oracle.ts'
import { loadRecording } from '../../main/kernel/grid-recording.ts'
import { openDatabase } from '../../main/coordinator/persistence/database.ts'
import { createFakeClock, type FakeClock } from '../../main/kernel/clock.fake.ts'
import { resourcesDirectory } from '../../main/kernel/paths.ts'
import { sha256Hex } from '../../main/kernel/signing.ts'
import type { Signal, SignalKind } from '../../shared/contract/wire.ts'
import { WindfallError } from '../../shared/errors.ts'
import { played, scripted } from './cast.ts'
import { chance } from './chance.ts'
import { problemsOf } from './labels.ts'
import type { PlayedRequest } from './played-hosts.ts'
import { type Grid, HOUR_MS } from './series.ts'
import { type Witness, createWitness } from './witness.ts'

interface ReplayOptions {
  readonly seed: number
  readonly grids: readonly Grid[]
  readonly from: number
  readonly to: number
  /** From one moment of asking to the next. */
  readonly stepMs: (now: number) => number
}

/** One moment, as everybody saw it who asked then. */
interface Seen {
  readonly from: number
  readonly to: number
  /** SHA-256 of all answers, refusals among them. */
  readonly sha256: string
}

export interface Replay {
  readonly problems: readonly string[]
  readonly seen: readonly Seen[]
  readonly lookUps: number
  /** Of look-ups, those that no provider was asked for. */
  readonly fromCache: number
  readonly questions: number
  readonly failures: number
  readonly requests: readonly PlayedRequest[]
  /** Answers by where they come from. */
  readonly origins: Readonly<Record<string, number>>
  readonly history: GridHistory
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Lets `work` run to its end, moving the clock while all of it waits. */
export async function settled<T>(clock: FakeClock, work: Promise<T>): Promise<T> {
  const pending = Promise.resolve('pending')
  const outcome = work.then(
    () => 'done',
    () => 'done',
  )
  for (let waited = 0; waited < 10_000; waited += 1) {
    await settle()
    if ((await Promise.race([outcome, pending])) === 'done') return work
    if (clock.sleepers() > 0) await clock.advance(500)
  }
  throw new Error('nothing happens any more')
}

interface Asked {
  readonly zone: string
  readonly kind: SignalKind
  readonly past: boolean
  readonly ask: (abort: AbortSignal) => Promise<Signal | null>
}

/** What a planner, a gate, a window and a receipt want to know at one moment; not all of them at every moment. */
function questionsAt(oracle: GridOracle, zones: readonly string[], { now, seed }: { now: number; seed: number }): readonly Asked[] {
  const often = (what: string, probability: number) => chance('ask', seed, what, now) < probability
  const look = (zone: string, kind: SignalKind): Asked => ({ zone, kind, past: false, ask: (abort) => oracle.look(zone, kind, abort) })
  const kinds = ['price', 'marginal', 'demand', 'renewableShare'] as const
  return zones.flatMap((zone) => {
    const average: Asked = { zone, kind: 'average', past: false, ask: (abort) => oracle.signal(zone, abort) }
    const to = now - Math.floor(30 * HOUR_MS * chance('past', seed, zone, now))
    const past: Asked = { zone, kind: 'average', past: true, ask: (abort) => oracle.actuals(zone, to - 2 * HOUR_MS, to, abort) }
    const asked = [average, average, ...kinds.filter((kind) => often(`${zone} ${kind}`, 0.4)).map((kind) => look(zone, kind))]
    return often(zone, 0.3) ? [...asked, past] : asked
  })
}

/** An answer, `null`, or the code of the refusal. Error: whatever is not a refusal that a person understands. */
async function outcomeOf(answer: Promise<Signal | null>): Promise<Signal | string | null> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof WindfallError && error.message.length > 20) return error.code
    throw error
  }
}

/** Replays `[from, to)` and checks every answer. The same options give the same replay. */
export async function replay({ seed, grids, from, to, stepMs }: ReplayOptions): Promise<Replay & AsyncDisposable> {
  const clock = createFakeClock(from)
  const db = await openDatabase(':memory:')
  const byZone = new Map(grids.map((grid) => [grid.zone, grid]))
  const hosts = played(byZone, { clock, seed })
  const witness = createWitness()
  const history = createGridHistory(db)
  let failures = 0
  const oracle = createGridOracle({
    clock,
    providers: [...scripted(byZone, { clock, seed }), ...hosts.providers].map(witness.listen),
    history,
    recording: loadRecording(resourcesDirectory),
    shutdown: new AbortController().signal,
    onLiveFailed: () => (failures += 1),
  })
  const zones = [...byZone.keys(), ...(byZone.has('GB') ? ['GB-13'] : [])]
  const tally = await run({ clock, oracle, witness, zones, seed, to, stepMs })
  return { ...tally, questions: witness.questions(), failures, requests: hosts.requests, history, [Symbol.asyncDispose]: () => db.destroy() }
}

interface Run extends Pick<ReplayOptions, 'seed' | 'to' | 'stepMs'> {
  readonly clock: FakeClock
  readonly oracle: GridOracle
  readonly witness: Witness
  readonly zones: readonly string[]
}

async function run({ clock, oracle, witness, zones, seed, to, stepMs }: Run): Promise<Pick<Replay, 'problems' | 'seen' | 'lookUps' | 'fromCache' | 'origins'>> {
  const { signal: abort } = new AbortController()
  const problems: string[] = []
  const seen: Seen[] = []
  const origins: Record<string, number> = {}
  let [lookUps, fromCache] = [0, 0]
  while (clock.now() < to) {
    const at = clock.now()
    const outcomes: (Signal | string | null)[] = []
    for (const { zone, kind, past, ask } of questionsAt(oracle, zones, { now: at, seed })) {
      const before = witness.questions()
      const outcome = await settled(clock, outcomeOf(ask(abort)))
      lookUps += 1
      fromCache += witness.questions() === before ? 1 : 0
      outcomes.push(outcome)
      // No two callers ask in the same millisecond: what one learns, the next one knew before.
      await clock.advance(1)
      const origin = outcome === null ? 'nothing' : typeof outcome === 'string' ? outcome : outcome.origin
      origins[origin] = (origins[origin] ?? 0) + 1
      if (outcome !== null && typeof outcome !== 'string') problems.push(...problemsOf(outcome, { zone, kind, now: clock.now(), isPast: past, witness }))
    }
    seen.push({ from: at, to: clock.now(), sha256: sha256Hex(JSON.stringify(outcomes)) })
    await clock.advance(stepMs(at))
  }
  return { problems, seen, lookUps, fromCache, origins }
}
