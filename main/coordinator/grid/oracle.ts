import type { Signal, SignalKind } from '../../../shared/contract/wire.ts'
import { halfHourCeil, halfHourFloor } from '../../../shared/domain/half-hours.ts'
import { meanOver } from '../../../shared/domain/signal.ts'
import { gbRegionId, zoneNames } from '../../../shared/domain/zones.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { HALF_HOUR_MS } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type SourceAccuracy, accuracyOf } from './forecast/accuracy.ts'
import { type OwnForecasts, type Said, createOwnForecasts } from './forecast/forecasts.ts'
import type { GridHistory } from './history.ts'
import { fromNow, knownSlots } from './known-slots.ts'
import { type LiveGrid, createLiveGrid } from './live.ts'
import { modelledSignal } from '../../kernel/grid-model.ts'
import type { Series } from './history.store.ts'
import type { GridProvider, ProviderId } from './provider.ts'
import type { Recording } from '../../kernel/grid-recording.ts'
import { orderOf } from './sources.ts'

const HORIZON_MS = 172_800_000
const LONGEST_RANGE_MS = 1_209_600_000
/** A provider's forecast that ends sooner does not let anybody plan a night. */
const SHORTEST_REACH_MS = 12 * 3_600_000
/** What a provider has not measured by then it will not measure any more. */
const SETTLED_AFTER_MS = 86_400_000

export interface OracleDeps {
  readonly clock: Clock
  /** Those that are configured; none uses only what ships with Windfall. */
  readonly providers: readonly GridProvider[]
  readonly history: GridHistory
  readonly recording: Recording
  /** Ends requests that no caller waits for any more. */
  readonly shutdown: AbortSignal
  /** A live source was asked and failed; something else answers instead. */
  readonly onLiveFailed: (zone: string, message: string) => void
}

/** Who made a forecast of average intensity, and who measures what it is about. */
export interface Forecaster {
  readonly by: Series['provider']
  readonly measuredBy: ProviderId
}

export interface Expected {
  /** The same object for as long as nobody says anything new. May begin with what is over. */
  readonly signal: Signal
  /** `null` for what ships with Windfall: nothing measures that. */
  readonly forecaster: Forecaster | null
}

export interface GridOracle {
  /** As `signal`, with whom to judge it by. Errors: the same. */
  readonly expected: (zone: string, abort: AbortSignal) => Promise<Expected>
  /**
   * Average intensity from the running half hour to 48 h ahead, from the best source there is: a provider's forecast, else Windfall's own on
   * what providers measured, else the recording (GB-01 to GB-14), else the day model.
   * Errors: `grid.unknown-zone`; `grid.unavailable` where only a live source knows the zone.
   */
  readonly signal: (zone: string, abort: AbortSignal) => Promise<Signal>
  /**
   * Average intensity of a past stretch (epoch ms, at most 14 days): measured where the source measures. Covers all of `[from, to)`.
   * Error: also `grid.unavailable` while a provider that answers has not measured all of it yet.
   */
  readonly actuals: (zone: string, from: number, to: number, abort: AbortSignal) => Promise<Signal>
  /** Any quantity, from a day behind to what is known ahead, live only; `null` where no provider knows it now. Error: `grid.unknown-zone`. */
  readonly look: (zone: string, kind: SignalKind, abort: AbortSignal) => Promise<Signal | null>
  /** How far each source's forecasts of average intensity were off in the last 30 days, where it or another measures there. */
  readonly accuracy: (zone: string, abort: AbortSignal) => Promise<readonly SourceAccuracy[]>
}

interface Stretch {
  readonly from: number
  readonly to: number
}

interface Oracle extends OracleDeps {
  readonly live: LiveGrid
  readonly own: OwnForecasts
  readonly shipped: (zone: string, now: number) => Signal
}

const covers = (signal: Signal, { from, to }: Stretch): boolean => (meanOver(knownSlots(signal), from, to)?.coverage ?? 0) === 1

/** Error: `grid.unknown-zone` for a zone that neither Windfall nor a configured provider knows the average intensity of. */
export function checkZone({ providers }: Pick<OracleDeps, 'providers'>, zone: string): void {
  if (!zoneNames.has(zone) && !providers.some((provider) => provider.serves(zone, 'average')))
    throw new WindfallError('grid.unknown-zone', `Windfall has no grid data for the zone ${zone}. Known zones: ${[...zoneNames.keys()].join(', ')}.`)
}

/** Resolves with `work`, or rejects as soon as this one caller gives up; the work itself goes on for the others. */
function waitFor<T>(work: Promise<T>, abort: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(abort.reason)
  abort.addEventListener('abort', onAbort, { once: true })
  return Promise.race([work, promise]).finally(() => abort.removeEventListener('abort', onAbort))
}

/** The configured providers that serve the quantity there, best first. */
export const serving = ({ providers }: Pick<OracleDeps, 'providers'>, zone: string, kind: SignalKind): readonly GridProvider[] =>
  orderOf(kind).flatMap((id) => providers.filter((provider) => provider.id === id && provider.serves(zone, kind)))

/** The best provider that knows the quantity now, and what it says. */
async function look(oracle: Oracle, zone: string, kind: SignalKind): Promise<Said | null> {
  for (const provider of serving(oracle, zone, kind)) {
    const signal = await oracle.live.around(provider, { zone, kind })
    if (signal) return { provider, signal }
  }
  return null
}

/** What ships with Windfall: the recording first, the model last. */
function shippedSignal(recording: Recording, zone: string, { from, to }: Stretch): Signal {
  const signal = recording.signal(zone, from, to) ?? modelledSignal(zone, from, to)
  if (!signal)
    throw new WindfallError(
      'grid.unavailable',
      gbRegionId(zone) === null
        ? `Only live sources know the zone ${zone}, and they give no answer now. Try again later.`
        : `Only the UK Carbon Intensity API knows the zone ${zone}, and it gives no answer now. Use GB or one of GB-01 to GB-14, or try again later.`,
    )
  return signal
}

/** Whether the provider's own points let somebody plan. */
const looksAhead = (signal: Signal, now: number): boolean =>
  covers(signal, { from: now, to: now }) && covers(signal, { from: now, to: now + SHORTEST_REACH_MS })

async function forecast(oracle: Oracle, zone: string): Promise<Expected> {
  const now = oracle.clock.now()
  for (const provider of serving(oracle, zone, 'average')) {
    const measuredBy = provider.id
    const signal = await oracle.live.around(provider, { zone, kind: 'average' })
    if (signal && looksAhead(signal, now)) return { signal, forecaster: { by: measuredBy, measuredBy } }
    const own = signal && (await oracle.own.forecast({ provider, signal }, await look(oracle, zone, 'price')))
    if (own) return { signal: own, forecaster: { by: `windfall-on-${measuredBy}`, measuredBy } }
  }
  return { signal: oracle.shipped(zone, now), forecaster: null }
}

/** What ships with Windfall for the days ahead, put together once in a half hour. */
function createShipped(recording: Recording): Oracle['shipped'] {
  const made = new Map<string, { readonly from: number; readonly signal: Signal }>()
  return (zone, now) => {
    const from = halfHourFloor(now)
    const last = made.get(zone)
    if (last?.from === from) return last.signal
    const signal = shippedSignal(recording, zone, { from, to: halfHourCeil(now + HORIZON_MS) })
    made.set(zone, { from, signal })
    return signal
  }
}

async function actuals(oracle: Oracle, zone: string, { from, to }: Stretch): Promise<Signal> {
  const start = halfHourFloor(from)
  const whole = { from: start, to: Math.max(halfHourCeil(to), start + HALF_HOUR_MS) }
  const now = oracle.clock.now()
  let answered = false
  for (const provider of serving(oracle, zone, 'average')) {
    const measured = await oracle.live.past(provider, { zone, kind: 'average', ...whole })
    if (measured !== 'failed' && measured && covers(measured, { from, to })) return measured
    answered ||= measured !== 'failed'
    const kept = await oracle.history.signal({ zone, kind: 'average', provider: provider.id }, { ...whole, knownBy: now })
    if (kept && covers(kept, { from, to })) return kept
  }
  if (answered && now - to < SETTLED_AFTER_MS)
    throw new WindfallError('grid.unavailable', `The grid in ${zone} is not measured yet for all of that time. Windfall asks again later.`)
  return shippedSignal(oracle.recording, zone, whole)
}

/** Chooses and remembers grid signals. A provider is asked once per issue and zone, however many want to know. */
export function createGridOracle(deps: OracleDeps): GridOracle {
  const { clock, history, shutdown, onLiveFailed } = deps
  const live = createLiveGrid({ clock, shutdown, keep: history.keep, onFailed: onLiveFailed })
  const oracle: Oracle = { ...deps, live, own: createOwnForecasts({ clock, history, live }), shipped: createShipped(deps.recording) }
  const expected: GridOracle['expected'] = async (zone, abort) => {
    abort.throwIfAborted()
    checkZone(deps, zone)
    return waitFor(forecast(oracle, zone), abort)
  }
  return {
    expected,
    signal: async (zone, abort) => fromNow((await expected(zone, abort)).signal, clock.now()),
    async actuals(zone, from, to, abort) {
      abort.throwIfAborted()
      checkZone(deps, zone)
      if (to < from || to - from > LONGEST_RANGE_MS) throw new WindfallError('input.invalid', 'Grid history can be read for up to 14 days at a time.')
      return waitFor(actuals(oracle, zone, { from, to }), abort)
    },
    async accuracy(zone, abort) {
      abort.throwIfAborted()
      checkZone(deps, zone)
      return waitFor(accuracyOf(deps, zone, serving(deps, zone, 'average')), abort)
    },
    async look(zone, kind, abort) {
      abort.throwIfAborted()
      checkZone(deps, zone)
      return (await waitFor(look(oracle, zone, kind), abort))?.signal ?? null
    },
  }
}
