import type { Signal } from '../../../shared/contract/wire.ts'
import { halfHourCeil, halfHourFloor } from '../../../shared/domain/half-hours.ts'
import { messageOf } from '../../../shared/errors.ts'
import { fromIso } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Issue, Series } from './history.store.ts'
import type { GridProvider, SignalQuery } from './provider.ts'
import { staleAfterMs } from './sources.ts'

const HOUR_MS = 3_600_000
/** What is asked for around now: a day of measurements behind, the two days ahead that plans are made for. */
const BEHIND_MS = 24 * HOUR_MS
const AHEAD_MS = 48 * HOUR_MS
/** A provider that failed is not asked the same again before this. */
const RETRY_AFTER_MS = 300_000

export interface LiveDeps {
  readonly clock: Pick<Clock, 'now'>
  /** Ends requests that no caller waits for any more. */
  readonly shutdown: AbortSignal
  /** Told of everything new that a provider said. */
  readonly keep: (series: Series, issue: Issue) => Promise<void>
  readonly onFailed: (zone: string, message: string) => void
}

export interface LiveGrid {
  /**
   * What the provider says about the day behind and the two days ahead, asked at most once per issue; while it fails, its last answer as
   * long as that is not stale. `null` without either. Never rejects.
   */
  readonly around: (provider: GridProvider, of: Pick<SignalQuery, 'zone' | 'kind'>) => Promise<Signal | null>
  /** What it says about one stretch of the past; `null` where it has nothing, `'failed'` where it gives no answer. Never rejects. */
  readonly past: (provider: GridProvider, query: SignalQuery) => Promise<Signal | null | 'failed'>
}

interface Kept {
  readonly signal: Signal | null
  /** Nothing new is expected before this. */
  readonly until: number
}

/** An answer that begins long before the stretch asked for is an old one, whatever its time of issue. */
const answers = ({ points }: Signal, { from }: SignalQuery): boolean => points[0] === undefined || fromIso(points[0].from) >= from - 2 * HOUR_MS

const isRecent = (signal: Signal, now: number): boolean => Math.abs(now - fromIso(signal.issuedAt)) <= staleAfterMs(signal.kind)

/** Asks providers, remembers what they said until they may say something new, and keeps every answer. */
export function createLiveGrid({ clock, shutdown, keep, onFailed }: LiveDeps): LiveGrid {
  const kept = new Map<string, Kept>()
  const inFlight = new Map<string, Promise<Signal | null>>()

  const read = async (provider: GridProvider, query: SignalQuery): Promise<Signal | null> => {
    const signal = await provider.read(query, shutdown)
    if (!signal || signal.points.length === 0) return null
    if (!answers(signal, query)) throw new Error(`${provider.name} answered for another time: its data is stale.`)
    await keep({ zone: query.zone, kind: query.kind, provider: provider.id }, { signal, receivedAt: clock.now() })
    return signal
  }

  const ask: LiveGrid['past'] = async (provider, query) => {
    try {
      return await read(provider, query)
    } catch (error) {
      if (!shutdown.aborted) onFailed(query.zone, messageOf(error))
      return 'failed'
    }
  }

  const refresh = async (key: string, provider: GridProvider, { zone, kind }: Pick<SignalQuery, 'zone' | 'kind'>): Promise<Signal | null> => {
    const now = clock.now()
    const due = provider.nextIssueAt(kind, now)
    const answer = await ask(provider, { zone, kind, from: halfHourFloor(now - BEHIND_MS), to: halfHourCeil(now + AHEAD_MS) })
    const last = kept.get(key)?.signal ?? null
    const isStale = answer !== null && answer !== 'failed' && !isRecent(answer, clock.now())
    if (isStale) onFailed(zone, `${provider.name} has said nothing new for too long: its data is stale.`)
    const isMissing = isStale || answer === 'failed'
    const signal = !isMissing ? answer : last && isRecent(last, clock.now()) ? last : null
    kept.set(key, { signal, until: isMissing ? Math.min(due, now + RETRY_AFTER_MS) : due })
    return signal
  }

  return {
    around(provider, of) {
      const key = `${provider.id} ${of.kind} ${of.zone}`
      const known = kept.get(key)
      if (known && clock.now() < known.until) return Promise.resolve(known.signal)
      const running = inFlight.get(key) ?? refresh(key, provider, of).finally(() => inFlight.delete(key))
      inFlight.set(key, running)
      return running
    },
    past: ask,
  }
}
