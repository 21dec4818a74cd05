import type { Signal, Window } from '../../../shared/contract/wire.ts'
import { type Slot, meanOver, slotsOf, toWindow } from '../../../shared/domain/signal.ts'

/** Renewables above this share of demand are a surplus, %. */
const SURPLUS_PERCENT = 70
/** Below a price of zero somebody is paid to take power; with this much wind and sun, that somebody stands in for a plant that is held back, %. */
const CURTAILED_PERCENT = 50

/** A stretch in which the grid has more clean power than it can use. */
export interface Abundance extends Window {
  /** `surplus` is read off the renewable share; `curtailment` is inferred, because no grid publishes it while it happens. */
  readonly kind: 'surplus' | 'curtailment'
  /** Mean renewable share over the stretch, %. */
  readonly share: number
  /** True if any part of it still lies ahead. */
  readonly forecast: boolean
  /** Where it was read from, for people. */
  readonly evidence: string
}

/** Unbroken runs of slots that `holds`, as `[from, to)`. */
function runsOf(slots: readonly Slot[], holds: (slot: Slot) => boolean): readonly { from: number; to: number; forecast: boolean }[] {
  const runs: { from: number; to: number; forecast: boolean }[] = []
  for (const slot of slots) {
    if (!holds(slot)) continue
    const last = runs.at(-1)
    if (last?.to === slot.from) Object.assign(last, { to: slot.to, forecast: last.forecast || slot.forecast })
    else runs.push({ from: slot.from, to: slot.to, forecast: slot.forecast })
  }
  return runs
}

const shareOver = (shares: readonly Slot[], { from, to }: { from: number; to: number }): number =>
  Math.round((meanOver(shares, from, to)?.value ?? 0) * 10) / 10

/** Stretches with renewables above 70 % of demand, in order. Empty for a signal of another kind. */
export function surplusIn(share: Signal | null): readonly Abundance[] {
  if (share?.kind !== 'renewableShare') return []
  const shares = slotsOf(share)
  return runsOf(shares, ({ value }) => value > SURPLUS_PERCENT).map((run) => ({
    kind: 'surplus',
    ...toWindow(run.from, run.to),
    share: shareOver(shares, run),
    forecast: run.forecast,
    evidence: share.source,
  }))
}

/** Stretches with a wholesale price below zero while renewables carry most of the demand: power is most likely being thrown away. */
export function curtailmentIn(share: Signal | null, price: Signal | null): readonly Abundance[] {
  if (share?.kind !== 'renewableShare' || price?.kind !== 'price' || price.price?.market !== 'wholesale') return []
  const shares = slotsOf(share)
  const renewable = ({ from, to }: Slot): boolean => (meanOver(shares, from, to)?.value ?? 0) > CURTAILED_PERCENT
  return runsOf(slotsOf(price), (slot) => slot.value < 0 && renewable(slot)).map((run) => ({
    kind: 'curtailment',
    ...toWindow(run.from, run.to),
    share: shareOver(shares, run),
    forecast: run.forecast,
    evidence: `inferred from a negative price (${price.source}) and the renewable share (${share.source})`,
  }))
}
