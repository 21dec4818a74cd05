import type { ZoneOverview } from '../../../shared/contract/overview.ts'
import type { Signal } from '../../../shared/contract/wire.ts'
import { type Slot, slotAt, slotsOf } from '../../../shared/domain/signal.ts'
import { fromIso, toIso } from '../../../shared/units.ts'

const AHEAD_MS = 6 * 3_600_000
/** A live forecast that nobody has renewed for so long is out of date. */
export const STALE_AFTER_MS = 2 * 3_600_000

/** What of a zone the grid knows. */
export type ZoneGrid = Omit<ZoneOverview, 'zone' | 'name' | 'nodes' | 'completedLastHour'>

export interface ZoneSignals {
  readonly average: Signal | null
  /** Why there is none. */
  readonly reason: string | null
  readonly price: Signal | null
}

function intensityAt(slots: readonly Slot[], at: number): ZoneOverview['now'] {
  const slot = slotAt(slots, at)
  return slot && { at: toIso(at), gPerKWh: slot.value, forecast: slot.forecast }
}

function priceAt(signal: Signal | null, at: number): ZoneOverview['price'] {
  const slot = signal && slotAt(slotsOf(signal), at)
  return signal?.price && slot ? { minorPerKWh: slot.value, ...signal.price } : null
}

/** What is known of a zone now and in six hours, and what that is worth. Pure. */
export function zoneOutlook({ average, reason, price }: ZoneSignals, now: number): ZoneGrid {
  const nothing = { now: null, inSixHours: null, origin: null, recordedOn: null, source: null, issuedAt: null, ageSeconds: null }
  if (!average) return { state: 'missing', reason: reason ?? 'Nothing is known of this zone now.', ...nothing, price: priceAt(price, now) }
  const slots = slotsOf(average)
  const ageMs = Math.max(0, now - fromIso(average.issuedAt))
  const current = intensityAt(slots, now)
  const isStale = current === null || (average.origin === 'live' && ageMs > STALE_AFTER_MS)
  return {
    state: isStale ? 'stale' : 'fresh',
    reason: isStale ? `The newest figures of ${average.source} are of ${average.issuedAt}.`.slice(0, 300) : null,
    now: current,
    inSixHours: intensityAt(slots, now + AHEAD_MS),
    origin: average.origin,
    recordedOn: average.recordedOn,
    source: average.source,
    issuedAt: average.issuedAt,
    ageSeconds: Math.round(ageMs / 1_000),
    price: priceAt(price, now),
  }
}
