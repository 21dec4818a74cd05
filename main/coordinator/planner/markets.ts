import { type CostCurve, costCurve } from './timing/cost-curve.ts'
import type { OutlookSlot, PlannerNode, ZoneOutlook } from './input.ts'
import { type Scales, type Weights, type ZoneForecast, objectiveCurve, scalesOf } from './timing/objective.ts'

/** A zone at one price of electricity: nodes in the same market are equal in all that a window is chosen by. */
export interface Market {
  readonly zone: string
  /** What the owners of its nodes state, minor unit per kWh; `null` if they say nothing, and the zone's price counts. */
  readonly ownerPrice: number | null
  readonly outlook: ZoneOutlook
  /** gCO2e/kWh. */
  readonly grams: CostCurve
  /** Bounds of the same; `null` without a track record. */
  readonly bounds: { readonly low: CostCurve; readonly high: CostCurve } | null
  /** The zone's published price, minor unit per kWh. */
  readonly price: CostCurve | null
  /** What running costs by the given weights. Made once and kept. */
  readonly curveFor: (weights: Weights) => CostCurve
}

const valuesOf = (slots: readonly OutlookSlot[], pick: (slot: OutlookSlot) => number | null) =>
  slots.flatMap((slot) => {
    const value = pick(slot)
    return value === null ? [] : [{ from: slot.from, to: slot.to, value }]
  })

/** Only slots with both bounds; where some have none, they are missed by whoever asks for the whole. */
function boundsOf({ intensity }: ZoneOutlook): Market['bounds'] {
  const judged = intensity.filter(({ low, high }) => low !== null && high !== null)
  return judged.length === 0
    ? null
    : {
        low: costCurve(valuesOf(judged, ({ low }) => low)),
        high: costCurve(valuesOf(judged, ({ high }) => high)),
      }
}

function forecastOf({ intensity, price }: ZoneOutlook, ownerPrice: number | null): ZoneForecast {
  const [first, last] = [intensity[0], intensity.at(-1)]
  const flat = ownerPrice === null || !first || !last ? null : [{ from: first.from, to: last.to, value: ownerPrice, forecast: false }]
  return {
    intensity: intensity.map(({ from, to, value }) => ({ from, to, value, forecast: true })),
    prices: flat ?? price?.slots.map((slot) => ({ ...slot, forecast: true })) ?? null,
  }
}

/** Prices in different currencies, or with and without taxes, cannot be compared: each kind is measured by its own usual height. */
const kindOf = ({ price }: ZoneOutlook): string => (price ? `${price.currency} ${price.market}` : '')

function remembered(forecast: ZoneForecast, scales: Scales, since: number): Market['curveFor'] {
  const made = new Map<string, CostCurve>()
  return (weights) => {
    const key = `${weights.carbon} ${weights.cost} ${weights.time}`
    const curve = made.get(key) ?? objectiveCurve(forecast, weights, { scales, since })
    made.set(key, curve)
    return curve
  }
}

const keyOf = (zone: string, ownerPrice: number | null): string => `${zone} ${ownerPrice}`

interface Draft {
  readonly outlook: ZoneOutlook
  readonly ownerPrice: number | null
  readonly forecast: ZoneForecast
}

/** In the order of their keys, so that sums do not depend on the order of the nodes. */
function draftsOf(nodes: readonly PlannerNode[], outlooks: ReadonlyMap<string, ZoneOutlook>): readonly (readonly [string, Draft])[] {
  const drafts = new Map<string, Draft>()
  for (const { capabilities, priceMinorPerKWh: ownerPrice } of nodes) {
    const outlook = outlooks.get(capabilities.zone)
    const key = keyOf(capabilities.zone, ownerPrice)
    if (outlook && !drafts.has(key)) drafts.set(key, { outlook, ownerPrice, forecast: forecastOf(outlook, ownerPrice) })
  }
  return [...drafts].toSorted(([a], [b]) => (a < b ? -1 : 1))
}

/** Scales shared by all that can be compared. */
function scalesAmong(drafts: readonly Draft[]): (draft: Draft) => Scales {
  const among = (kind: (draft: Draft) => string) =>
    new Map([...Map.groupBy(drafts, kind)].map(([key, alike]) => [key, scalesOf(alike.map(({ forecast }) => forecast))]))
  const [basisOf, priceOf] = [({ outlook }: Draft) => outlook.basis, ({ outlook }: Draft) => kindOf(outlook)]
  const [byBasis, byPrice] = [among(basisOf), among(priceOf)]
  return (draft) => ({ gPerKWh: byBasis.get(basisOf(draft))?.gPerKWh ?? 1, minorPerKWh: byPrice.get(priceOf(draft))?.minorPerKWh ?? 1 })
}

const toMarket = ({ outlook, ownerPrice, forecast }: Draft, scales: Scales, now: number): Market => ({
  zone: outlook.zone,
  ownerPrice,
  outlook,
  grams: costCurve(outlook.intensity),
  bounds: boundsOf(outlook),
  price: outlook.price ? costCurve(outlook.price.slots) : null,
  curveFor: remembered(forecast, scales, now),
})

/** The market of each node, or `null` for one in a zone of which nothing is known. */
export function marketsOf(nodes: readonly PlannerNode[], zones: readonly ZoneOutlook[], now: number): (node: PlannerNode) => Market | null {
  const outlooks = new Map(zones.filter(({ intensity }) => intensity.some(({ to }) => to > now)).map((outlook) => [outlook.zone, outlook]))
  const drafts = draftsOf(nodes, outlooks)
  const scalesFor = scalesAmong(drafts.map(([, draft]) => draft))
  const markets = new Map(drafts.map(([key, draft]) => [key, toMarket(draft, scalesFor(draft), now)]))
  return ({ capabilities, priceMinorPerKWh }) => markets.get(keyOf(capabilities.zone, priceMinorPerKWh)) ?? null
}
