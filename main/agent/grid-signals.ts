import type { CarbonRule } from '../../shared/contract/owner-rules.ts'
import { Signal } from '../../shared/contract/wire.ts'
import { type Slot, slotsOf } from '../../shared/domain/signal.ts'
import { type Tariff, isPriceFor } from '../../shared/domain/tariff.ts'
import { WindfallError } from '../../shared/errors.ts'
import type { Clock } from '../kernel/clock.ts'
import { createGridPast } from './grid/past.ts'
import type { GridPastStore } from './grid/past.store.ts'
import type { PricePastStore } from './grid/price-past.store.ts'
import type { SettingsStore } from './settings.store.ts'

export interface GridSignalsDeps {
  /** As it is now: the owner may move. */
  readonly zone: () => string
  /** What the owner pays for electricity; `null` if they have not said. */
  readonly tariff: () => Tariff | null
  readonly settings: SettingsStore
  readonly past: GridPastStore
  readonly pricePast: Pick<PricePastStore, 'add'>
  readonly clock: Pick<Clock, 'now'>
  readonly changed: () => void
}

export interface GridSignals {
  /** Takes what the coordinator says of the zone: its average intensity, or a price. Error: `grid.unavailable` if it is of another zone. */
  readonly update: (signal: Signal) => void
  /** Takes what the zone has been like: average intensity, up to 30 days back. Error: `grid.unavailable` if it is of another zone. */
  readonly learn: (signal: Signal) => void
  readonly intensity: () => Signal | null
  /** What a household of the owner's tariff pays, as far as the coordinator has said. */
  readonly prices: () => readonly Slot[]
  /** How many percent of the last 30 days were less green than this value, gCO2/kWh; `null` while too few days are known. */
  readonly greenerThan: (gPerKWh: number) => number | null
  /** What a percentile rule is worth by the last 30 days, gCO2/kWh; `null` for any other rule, and while too few days are known. */
  readonly learned: (rule: CarbonRule) => number | null
}

const SETTING = { intensity: 'grid-signal', price: 'grid-price' } as const

const isSame = (one: Signal, other: Signal | null): boolean => one.bodySha256 === other?.bodySha256 && one.points[0]?.from === other.points[0]?.from
const seriesOf = (price: Signal | null, tariff: Tariff | null): readonly Slot[] => (price && tariff && isPriceFor(price, tariff) ? slotsOf(price) : [])

/** What past work cost is told for so long. */
const PRICES_KEPT_MS = 100 * 86_400_000

/** The newest signals of one zone, kept across restarts, and what they have been. */
export function createGridSignals({ zone, tariff, settings, past: store, pricePast, clock, changed }: GridSignalsDeps): GridSignals {
  const past = createGridPast(store)
  let intensity = settings.get(SETTING.intensity, Signal)
  let price = settings.get(SETTING.price, Signal)
  const ofZone = (signal: Signal | null): Signal | null => (signal?.zone === zone() ? signal : null)
  // Asked for with every decision; slots are read from a signal once for each tariff.
  let read: { readonly price: Signal | null; readonly tariff: Tariff | null; readonly slots: readonly Slot[] } = { price: null, tariff: null, slots: [] }
  const series = (): readonly Slot[] => {
    const [now, known] = [tariff(), ofZone(price)]
    if (read.price !== known || read.tariff !== now) read = { price: known, tariff: now, slots: seriesOf(known, now) }
    return read.slots
  }
  const remember = (next: Signal): void => {
    const currency = next.price?.market === 'retail' && next.unit === 'minor/kWh' ? next.price.currency : null
    if (currency !== null) pricePast.add({ zone: next.zone, currency }, slotsOf(next), clock.now() - PRICES_KEPT_MS)
  }
  const checkZone = (next: Signal): void => {
    if (next.zone !== zone()) throw new WindfallError('grid.unavailable', `The forecast is for ${next.zone}, not for ${zone()}, so it is not used.`)
  }
  const keep = (key: string, next: Signal): void => {
    settings.set(key, next)
    changed()
  }
  return {
    intensity: () => ofZone(intensity),
    prices: series,
    greenerThan(gPerKWh) {
      const known = ofZone(intensity)
      return known && past.greenerThan(known, gPerKWh, clock.now())
    },
    learned(rule) {
      const known = ofZone(intensity)
      return known && rule.kind === 'percentile' ? past.threshold(known, rule.percentile, clock.now()) : null
    },
    learn(next) {
      checkZone(next)
      past.learn(next, clock.now())
      changed()
    },
    update(next) {
      checkZone(next)
      if (isSame(next, next.kind === 'price' ? price : intensity)) return
      if (next.kind === 'price') {
        price = next
        remember(next)
        return keep(SETTING.price, next)
      }
      // What was forecast and has come to pass meanwhile is part of the past, too.
      if (intensity) past.learn(intensity, clock.now())
      past.learn(next, clock.now())
      intensity = next
      keep(SETTING.intensity, next)
    },
  }
}
