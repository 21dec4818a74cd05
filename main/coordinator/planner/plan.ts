import type { Exclusion, JobSpec, Plan, PlanAnswer } from '../../../shared/contract/job.ts'
import type { Signal } from '../../../shared/contract/wire.ts'
import { type PlacementScore, placementScore } from '../../../shared/domain/score.ts'
import { isAccountable, toWindow } from '../../../shared/domain/signal.ts'
import { type PlannerNode, costMicroUsd, exclusionOf, maxPriceMicroUsd } from './feasibility.ts'
import { type Timing, type TimingQuery, missesDeadline, timingOf } from './timing.ts'

const MAX_ALTERNATIVES = 50

export interface PlanRequest extends TimingQuery {
  readonly nodes: readonly PlannerNode[]
  /** By zone. Only average intensity counts; a zone without a signal takes no jobs. */
  readonly signals: ReadonlyMap<string, Signal>
}

interface Placed {
  readonly node: PlannerNode
  readonly signal: Signal
  readonly timing: Timing
  readonly score: PlacementScore
}

/** Direct and life-cycle figures cannot be compared, so one basis is used: direct wherever a candidate has it. */
function comparable(signals: ReadonlyMap<string, Signal>, candidates: readonly PlannerNode[]): ReadonlyMap<string, Signal> {
  const zones = new Set(candidates.map(({ capabilities }) => capabilities.zone))
  const usable = [...signals].filter(([zone, signal]) => zones.has(zone) && isAccountable(signal))
  const basis = usable.some(([, signal]) => signal.basis === 'direct') ? 'direct' : 'lifecycle'
  return new Map(usable.filter(([, signal]) => signal.basis === basis))
}

/** Who does not state a price is taken for the dearest that does: silence must not win. */
function pricesOf(nodes: readonly PlannerNode[]): (node: PlannerNode) => number {
  const dearest = Math.max(0, ...nodes.map(({ priceMinorPerKWh }) => priceMinorPerKWh ?? 0))
  return (node) => node.priceMinorPerKWh ?? dearest
}

/** True if the limit is below what the expected run time costs: nobody would be paid the rate that was offered. */
const isUnderpaid = ({ price, expected }: JobSpec): boolean => costMicroUsd(price.microUsdPerHour, expected.seconds) > BigInt(price.maxMicroUsd)

const byScore = (a: Placed, b: Placed): number =>
  a.score.total - b.score.total || a.timing.window.from - b.timing.window.from || (a.node.nodeId < b.node.nodeId ? -1 : 1)

function timingsByZone(request: PlanRequest, candidates: readonly PlannerNode[]): ReadonlyMap<string, { signal: Signal; timing: Timing | Exclusion }> {
  const signals = comparable(request.signals, candidates)
  return new Map([...signals].map(([zone, signal]) => [zone, { signal, timing: timingOf(request, signal) }]))
}

function toPlan({ node, signal, timing, score }: Placed): Plan {
  const { window, greenest, expectedGrams, baselineGrams } = timing
  return {
    nodeId: node.nodeId,
    zone: node.capabilities.zone,
    window: toWindow(window.from, window.to),
    gPerKWh: window.mean,
    expectedGrams,
    baselineGrams,
    score: { ...score },
    source: signal.source,
    origin: signal.origin,
    recordedOn: signal.recordedOn,
    greenest: greenest && { window: toWindow(greenest.from, greenest.to), gPerKWh: greenest.mean },
  }
}

const toAlternative = ({ node, signal, timing, score }: Placed): PlanAnswer['alternatives'][number] => ({
  nodeId: node.nodeId,
  zone: node.capabilities.zone,
  score: { ...score },
  window: toWindow(timing.window.from, timing.window.to),
  gPerKWh: timing.window.mean,
  source: signal.source,
  origin: signal.origin,
  recordedOn: signal.recordedOn,
})

/**
 * Chooses node and window together by the placement score over the window's mean intensity, and counts why the other nodes cannot take
 * the job: first what {@link exclusionOf} names, then `price`, `deadline`, `no-signal` and `carbon-cap`. Pure; times are epoch
 * milliseconds.
 */
export function planJob(request: PlanRequest): PlanAnswer {
  const { spec, nodes } = request
  const excluded: Partial<Record<Exclusion, number>> = {}
  const exclude = (reason: Exclusion) => {
    excluded[reason] = (excluded[reason] ?? 0) + 1
  }
  const late = missesDeadline(request) ? 'deadline' : null
  const hopeless = isUnderpaid(spec) ? 'price' : late
  const candidates = nodes.filter((node) => {
    const reason = exclusionOf(node, spec) ?? hopeless
    if (reason) exclude(reason)
    return reason === null
  })
  const zones = timingsByZone(request, candidates)
  const priceOf = pricesOf(candidates)
  const placed = candidates.flatMap((node): readonly Placed[] => {
    const zone = zones.get(node.capabilities.zone)
    if (zone && typeof zone.timing !== 'string') {
      const score = placementScore({ gPerKWh: zone.timing.window.mean, priceMinorPerKWh: priceOf(node), utilisation: node.utilisation })
      return [{ node, signal: zone.signal, timing: zone.timing, score }]
    }
    exclude(zone ? (zone.timing as Exclusion) : 'no-signal')
    return []
  })
  const [best, ...others] = placed.toSorted(byScore)
  return {
    plan: best ? toPlan(best) : null,
    alternatives: others.slice(0, MAX_ALTERNATIVES).map(toAlternative),
    excluded,
    nodes: nodes.length,
    maxPriceMicroUsd: String(maxPriceMicroUsd(spec)),
  }
}
