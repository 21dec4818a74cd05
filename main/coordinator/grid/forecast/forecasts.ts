import type { Signal } from '../../../../shared/contract/wire.ts'
import { halfHourCeil, halfHourFloor } from '../../../../shared/domain/half-hours.ts'
import type { Slot } from '../../../../shared/domain/signal.ts'
import { type EpochMs, toIso } from '../../../../shared/units.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { GridHistory } from '../history.ts'
import { hashOf } from '../live-signal.ts'
import type { LiveGrid } from '../live.ts'
import type { GridProvider } from '../provider.ts'
import { type ForecastMethod, LEARNING_MS, type OwnForecast, forecastIntensity } from './own-forecast.ts'

const DAY_MS = 86_400_000
const HORIZON_MS = 2 * DAY_MS
/** How much of the past a forecast looks at: what it learns from, and the day before each moment of it. */
const PAST_MS = LEARNING_MS + DAY_MS
/** How often a provider is asked for more of the past while too little of it is kept. */
const ASK_PAST_EVERY_MS = DAY_MS

/** A provider, and what it said last about a zone. */
export interface Said {
  readonly provider: GridProvider
  readonly signal: Signal
}

export interface OwnForecasts {
  /**
   * Average intensity for the 48 h ahead from what `measuring` measured and the zone's published price, if any. Labelled as modelled and
   * estimated, with its method in `source`; kept, so that it can be compared with what happens. `null` with too little measured.
   */
  readonly forecast: (measuring: Said, priced: Said | null) => Promise<Signal | null>
}

const METHOD: Readonly<Record<ForecastMethod, string>> = {
  'price-and-persistence': 'day-ahead price and faded persistence',
  persistence: 'faded persistence',
}

function label({ signal }: Said, priced: Said | null, { method, points }: OwnForecast, now: EpochMs): Signal {
  const used = method === 'persistence' || !priced ? [signal] : [signal, priced.signal]
  return {
    ...signal,
    source: `Windfall forecast (${METHOD[method]}) on ${signal.source}`.slice(0, 120),
    origin: 'modelled',
    estimated: true,
    issuedAt: toIso(now),
    bodySha256: hashOf(used.map(({ bodySha256 }) => ({ sha256: bodySha256 }))),
    points: [...points],
  }
}

interface Made {
  readonly halfHour: number
  readonly measured: Signal
  readonly priced: Signal | null
  readonly forecast: Signal | null
}

/** Forecasts on the oracle's own history; each is made once per half hour and whenever a provider said something new. */
export function createOwnForecasts({ clock, history, live }: { clock: Pick<Clock, 'now'>; history: GridHistory; live: LiveGrid }): OwnForecasts {
  const askedPastAt = new Map<string, number>()
  const made = new Map<string, Made>()

  /** What is kept of the last weeks; where that is little, as on a zone's first day, the provider is asked for its past first. */
  const past = async ({ provider, signal: { zone, kind } }: Said, now: number): Promise<readonly Slot[]> => {
    const kept = () => history.measured({ zone, kind, provider: provider.id }, { from: now - PAST_MS, to: now + HORIZON_MS, knownBy: now })
    const slots = await kept()
    const key = `${provider.id} ${kind} ${zone}`
    const missing = (slots[0]?.from ?? Infinity) > now - LEARNING_MS
    if (!missing || now - (askedPastAt.get(key) ?? -Infinity) < ASK_PAST_EVERY_MS) return slots
    askedPastAt.set(key, now)
    await live.past(provider, { zone, kind, from: halfHourFloor(now - PAST_MS), to: halfHourCeil(now) })
    return kept()
  }

  const make: OwnForecasts['forecast'] = async (measuring, priced) => {
    const now = clock.now()
    const measured = await past(measuring, now)
    const prices = priced ? await past(priced, now) : []
    const own = forecastIntensity({ measured, prices, now, to: halfHourCeil(now + HORIZON_MS) })
    if (!own) return null
    const forecast = label(measuring, priced, own, now)
    await history.keep({ zone: forecast.zone, kind: 'average', provider: `windfall-on-${measuring.provider.id}` }, { signal: forecast, receivedAt: now })
    return forecast
  }

  return {
    async forecast(measuring, priced) {
      const key = `${measuring.provider.id} ${measuring.signal.zone}`
      const halfHour = halfHourFloor(clock.now())
      const last = made.get(key)
      if (last?.halfHour === halfHour && last.measured === measuring.signal && last.priced === (priced?.signal ?? null)) return last.forecast
      const forecast = await make(measuring, priced)
      made.set(key, { halfHour, measured: measuring.signal, priced: priced?.signal ?? null, forecast })
      return forecast
    },
  }
}
