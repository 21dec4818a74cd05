import { placementScore } from '../../../shared/domain/score.ts'
import { chooseTime, lowerBound } from './timing/choose.ts'
import { type CostCurve, at } from './timing/cost-curve.ts'
import type { Candidate } from './eligible.ts'
import type { Market } from './markets.ts'
import { PRESETS } from './timing/objective.ts'
import type { Run } from './timing/runs.ts'
import { type Space, calendarOf, curveThere, isFree, soonest } from './space.ts'
import { type RatedSpot, type Spot, isWithinCap, rate } from './spot.ts'
import type { Task } from './task.ts'

/** The most runs that a plan can name. */
export const MOST_RUNS = 128

/** Where a job is looked for a place, and among which of its candidates. */
export interface Search {
  readonly task: Task
  readonly space: Space
  readonly markets: readonly Market[]
  readonly now: number
  /** How many nodes whose best time is taken are looked at for the best of what is left to them. */
  readonly mostCrowded: number
}

/** What is best. */
export interface Criterion {
  /** What decides on the time within a market. */
  readonly curve: (market: Market) => CostCurve
  /** No spot in the market can rank lower. */
  readonly least: (search: Search, market: Market) => number
  /** Lower is better. */
  readonly rank: (spot: RatedSpot) => number
}

const perNeededMs = (search: Search, curve: CostCurve): number => lowerBound(curve, search.task.work) / search.task.work.durationMs

/** By the weights of the job. */
export const byObjective = ({ weights }: Task): Criterion => ({
  curve: (market) => market.curveFor(weights),
  least: (search, market) => perNeededMs(search, market.curveFor(weights)),
  rank: ({ objective }) => objective,
})

const lowestPrice = ({ ownerPrice, price }: Market, dearest: number): number =>
  ownerPrice ?? (price && price.order.length > 0 ? at(price.costs, at(price.order, 0)) : dearest)

/** By the placement score, each market at its cleanest time. */
export const BY_SCORE: Criterion = {
  curve: (market) => market.curveFor(PRESETS.green),
  least: (search, market) =>
    placementScore({
      gPerKWh: perNeededMs(search, market.grams),
      priceMinorPerKWh: lowestPrice(market, search.task.eligible.dearest),
      utilisation: 0,
    }).total,
  rank: ({ score }) => score.total,
}

const rated = ({ task, space }: Search, spot: Spot): RatedSpot | null => rate(spot, task, calendarOf(space, spot.candidate))

/** The best time under a curve, or else the cleanest one if that would emit more than the job may; `null` if nothing ends in time within its cap. */
function timesUnder({ task }: Search, market: Market, curve: CostCurve, green: CostCurve): readonly Run[] | null {
  const { work } = task
  for (const each of curve === green ? [green] : [curve, green]) {
    let { runs, why } = chooseTime(each, work)
    if (runs.length > MOST_RUNS && work.pauses) {
      const minRunMs = Math.max(work.pauses.minRunMs, (2 * (work.latestEnd - work.earliest)) / MOST_RUNS)
      ;({ runs, why } = chooseTime(each, { ...work, pauses: { ...work.pauses, minRunMs } }))
    }
    if (why === 'cheapest' && isWithinCap(task, market, runs)) return runs
    if (task.capG === Infinity) return null
  }
  return null
}

/** More that are alike in everything but their names help nobody to choose. */
const MOST_ALIKE = 9

/** Nodes that are free at just these times; of those that are interchangeable, the first few. */
function freeAt({ space }: Search, candidates: readonly Candidate[], runs: readonly Run[]): readonly Candidate[] {
  const alike = new Map<string, number>()
  return candidates.filter((candidate) => {
    const { isPlain, pool } = candidate.host
    const found = alike.get(pool) ?? 0
    if ((isPlain && found === MOST_ALIKE) || !isFree(space, candidate, runs)) return false
    alike.set(pool, found + 1)
    return true
  })
}

interface SpotsIn {
  readonly spots: readonly Spot[]
  /** How many nodes whose best time is taken were looked at. */
  readonly crowded: number
}

/** Every node at the market's best time where there is room for it at that time, or else each at the best of what is left to it. */
function spotsIn(search: Search, market: Market, curve: CostCurve): SpotsIn {
  const { task, space } = search
  const green = market.curveFor(PRESETS.green)
  const runs = timesUnder(search, market, curve, green)
  if (!runs) return { spots: [], crowded: 0 }
  const candidates = task.eligible.byMarket.get(market) ?? []
  const free = freeAt(search, candidates, runs)
  if (free.length > 0) return { spots: free.map((candidate) => ({ candidate, runs })), crowded: 0 }
  const there = (candidate: Candidate, whole: CostCurve) => curveThere(whole, space, candidate, task)
  const crowded = candidates.slice(0, search.mostCrowded)
  const spots = crowded.flatMap((candidate) => {
    const own = there(candidate, curve)
    const left = timesUnder(search, market, own, curve === green ? own : there(candidate, green))
    return left ? [{ candidate, runs: left }] : []
  })
  return { spots, crowded: crowded.length }
}

const firstFrom = ({ runs }: Spot): number => runs[0]?.from ?? Infinity

/** The lowest rank; of equals the earliest, then the first. */
export function lowest(spots: readonly RatedSpot[], { rank }: Criterion): RatedSpot | null {
  let best: RatedSpot | null = null
  for (const spot of spots) if (!best || rank(spot) < rank(best) || (rank(spot) === rank(best) && firstFrom(spot) < firstFrom(best))) best = spot
  return best
}

export interface Found {
  readonly best: RatedSpot | null
  /** All that were looked at closely, the best among them. */
  readonly weighed: readonly RatedSpot[]
}

/** The best spot of those that end in time. Markets are looked at from the most promising on, until no other can hold a better one. */
export function findBest(search: Search, criterion: Criterion): Found {
  const bounds = search.markets.map((market) => ({ market, least: criterion.least(search, market) })).filter(({ least }) => least < Infinity)
  const weighed: RatedSpot[] = []
  let [best, mostCrowded]: [RatedSpot | null, number] = [null, search.mostCrowded]
  for (const { market, least } of bounds.toSorted((a, b) => a.least - b.least || (a.market.zone < b.market.zone ? -1 : 1))) {
    if (best && least > criterion.rank(best)) break
    const { spots: found, crowded } = spotsIn({ ...search, mostCrowded }, market, criterion.curve(market))
    const spots = found.flatMap((spot) => rated(search, spot) ?? [])
    mostCrowded -= crowded
    weighed.push(...spots)
    best = lowest(best ? [best, ...spots] : spots, criterion)
  }
  return { best, weighed }
}

/** Everywhere that a job could begin at the earliest moment at which it could begin anywhere, run in one go and end by its deadline. */
export function findSoonest(search: Search): readonly RatedSpot[] {
  const { task, space, markets, now } = search
  let [spots, first]: [RatedSpot[], number] = [[], Infinity]
  for (const candidate of markets.flatMap((market) => task.eligible.byMarket.get(market) ?? [])) {
    const from = soonest(space, candidate, task, now)
    if (from === null || from > first) continue
    const spot = rated(search, { candidate, runs: [{ from, to: from + task.unbrokenMs }] })
    if (!spot || !isWithinCap(task, candidate.market, spot.runs)) continue
    if (from < first) [spots, first] = [[], from]
    spots.push(spot)
  }
  return spots
}
