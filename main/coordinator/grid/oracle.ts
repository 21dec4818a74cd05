import type { Signal } from '../../../shared/contract/wire.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { halfHourCeil, halfHourFloor } from '../../../shared/domain/half-hours.ts'
import { meanOver, slotsOf } from '../../../shared/domain/signal.ts'
import { gbRegionId, zoneNames } from '../../../shared/domain/zones.ts'
import { HALF_HOUR_MS, fromIso } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { HttpClient } from '../../kernel/http-client.ts'
import { CARBON_INTENSITY_URL, type CarbonIntensity, createCarbonIntensity } from './carbon-intensity.ts'
import { modelledSignal } from './modelled.ts'
import type { Recording } from './recording.ts'

const HORIZON_MS = 172_800_000
const LONGEST_RANGE_MS = 1_209_600_000
/** A live answer this old is still nearer to the truth than a recording. */
const LIVE_STALE_MS = 7_200_000

export interface OracleDeps {
  readonly clock: Clock
  readonly http: HttpClient
  /** Ask the UK Carbon Intensity API, optionally under another base address; `false` uses only what ships with Windfall. */
  readonly live: boolean | string
  readonly recording: Recording
  /** Ends requests that no caller waits for any more. */
  readonly shutdown: AbortSignal
  /** A live source was asked and failed; something else answers instead. */
  readonly onLiveFailed: (zone: string, message: string) => void
}

export interface GridOracle {
  /**
   * Average intensity from the running half hour to 48 h ahead, from the best source there is: live, else the recording (GB-01 to GB-14),
   * else the day model. Errors: `grid.unknown-zone`; `grid.unavailable` where only a live source knows the zone.
   */
  readonly signal: (zone: string, abort: AbortSignal) => Promise<Signal>
  /** The same for a past stretch (epoch ms, at most 14 days): measured where the source measures. Covers all of `[from, to)`. */
  readonly actuals: (zone: string, from: number, to: number, abort: AbortSignal) => Promise<Signal>
}

const isLiveZone = (zone: string): boolean => zone === 'GB' || gbRegionId(zone) !== null

const covers = (signal: Signal, from: number, to: number): boolean => (meanOver(slotsOf(signal), from, to)?.coverage ?? 0) === 1

/** The API states no time of issue; an answer that begins long before the half hour asked for is an old one. */
const beginsNear = ({ points }: Signal, from: number): boolean => points[0] !== undefined && fromIso(points[0].from) >= from - 2 * HALF_HOUR_MS

function checkZone(zone: string): void {
  if (!zoneNames.has(zone))
    throw new WindfallError('grid.unknown-zone', `Windfall has no grid data for the zone ${zone}. Known zones: ${[...zoneNames.keys()].join(', ')}.`)
}

interface Live {
  readonly forecast: (zone: string, from: number) => Promise<Signal>
  readonly range: (zone: string, from: number, to: number) => Promise<Signal>
}

function createLive(api: CarbonIntensity, shutdown: AbortSignal): Live {
  const signalOf = async (zone: string, span: { kind: 'next48h'; from: number } | { kind: 'range'; from: number; to: number }): Promise<Signal> => {
    const regionId = gbRegionId(zone)
    const { signal } = regionId === null ? await api.national(span, shutdown) : await api.regional(span, { regionId }, shutdown)
    return signal
  }
  return { forecast: (zone, from) => signalOf(zone, { kind: 'next48h', from }), range: (zone, from, to) => signalOf(zone, { kind: 'range', from, to }) }
}

/** Resolves with `work`, or rejects as soon as this one caller gives up; the work itself goes on for the others. */
function waitFor<T>(work: Promise<T>, abort: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(abort.reason)
  abort.addEventListener('abort', onAbort, { once: true })
  return Promise.race([work, promise]).finally(() => abort.removeEventListener('abort', onAbort))
}

interface Oracle extends OracleDeps {
  readonly api: Live | null
  /** What was answered for the half hour that starts at `from`. */
  readonly kept: Map<string, { readonly signal: Signal; readonly from: number }>
  readonly newestLive: Map<string, Signal>
  readonly inFlight: Map<string, Promise<Signal>>
}

interface Stretch {
  readonly from: number
  readonly to: number
}

/** What ships with Windfall: the recording first, the model last. */
function shippedSignal(recording: Recording, zone: string, { from, to }: Stretch): Signal {
  const signal = recording.signal(zone, from, to) ?? modelledSignal(zone, from, to)
  if (!signal)
    throw new WindfallError(
      'grid.unavailable',
      `Only the UK Carbon Intensity API knows the zone ${zone}, and it gives no answer now. Use GB or one of GB-01 to GB-14, or try again later.`,
    )
  return signal
}

/** A live signal that covers `needed`: a fresh one, else the last one if it is recent; else `null`. */
async function liveSignal(
  { api, clock, newestLive, onLiveFailed }: Oracle,
  zone: string,
  needed: Stretch & { ask: (api: Live) => Promise<Signal> },
): Promise<Signal | null> {
  if (!api || !isLiveZone(zone)) return null
  try {
    const signal = await needed.ask(api)
    if (covers(signal, needed.from, needed.to) && beginsNear(signal, needed.from)) return signal
    onLiveFailed(zone, 'The UK Carbon Intensity API answered for another time: its data is stale.')
  } catch (error) {
    onLiveFailed(zone, messageOf(error))
  }
  const last = newestLive.get(zone)
  return last && Math.abs(clock.now() - fromIso(last.issuedAt)) <= LIVE_STALE_MS && covers(last, needed.from, needed.to) ? last : null
}

async function refresh(oracle: Oracle, zone: string, from: number): Promise<Signal> {
  const now = oracle.clock.now()
  const live = await liveSignal(oracle, zone, { from: now, to: now, ask: (api) => api.forecast(zone, from) })
  if (live) oracle.newestLive.set(zone, live)
  const signal = live ?? shippedSignal(oracle.recording, zone, { from, to: halfHourCeil(now + HORIZON_MS) })
  oracle.kept.set(zone, { signal, from })
  return signal
}

function refreshOnce(oracle: Oracle, zone: string, from: number): Promise<Signal> {
  const running = oracle.inFlight.get(zone) ?? refresh(oracle, zone, from).finally(() => oracle.inFlight.delete(zone))
  oracle.inFlight.set(zone, running)
  return running
}

async function actualsOf(oracle: Oracle, zone: string, { from, to }: Stretch): Promise<Signal> {
  const start = halfHourFloor(from)
  const whole = { from: start, to: Math.max(halfHourCeil(to), start + HALF_HOUR_MS) }
  const measured = await liveSignal(oracle, zone, { from, to, ask: (api) => api.range(zone, whole.from, whole.to) })
  return measured ?? shippedSignal(oracle.recording, zone, whole)
}

/** Chooses and remembers grid signals. One request per zone is in flight at a time; nothing is kept past the next half hour. */
export function createGridOracle(deps: OracleDeps): GridOracle {
  const api = deps.live === false ? null : createLive(createCarbonIntensity(deps.http, deps.live === true ? CARBON_INTENSITY_URL : deps.live), deps.shutdown)
  const oracle: Oracle = { ...deps, api, kept: new Map(), newestLive: new Map(), inFlight: new Map() }
  return {
    async signal(zone, abort) {
      abort.throwIfAborted()
      checkZone(zone)
      const from = halfHourFloor(deps.clock.now())
      const known = oracle.kept.get(zone)
      return known?.from === from ? known.signal : waitFor(refreshOnce(oracle, zone, from), abort)
    },
    async actuals(zone, from, to, abort) {
      abort.throwIfAborted()
      checkZone(zone)
      if (to < from || to - from > LONGEST_RANGE_MS) throw new WindfallError('input.invalid', 'Grid history can be read for up to 14 days at a time.')
      return waitFor(actualsOf(oracle, zone, { from, to }), abort)
    },
  }
}
