import type { AllocateJob, Pool } from './allocate/input.ts'
import type { Calendar } from './calendar.ts'
import { chooseTime } from './timing/choose.ts'
import type { CostCurve } from './timing/cost-curve.ts'
import type { Candidate, Eligible } from './eligible.ts'
import type { Host } from './host.ts'
import type { Market } from './markets.ts'
import { PRESETS } from './timing/objective.ts'
import { openTimes } from './open-hours.ts'
import type { Run } from './timing/runs.ts'
import type { Space } from './space.ts'
import { isWithinCap } from './spot.ts'
import type { Task } from './task.ts'
import type { World } from './world.ts'

/** Places of a node that are free from moment to moment while its owner is likely to let it work. */
function spansOf({ starts, taken }: Calendar, open: readonly Run[], places: number): Pool['spans'] {
  return open.flatMap((stretch) =>
    starts.flatMap((start, index) => {
      const [from, to] = [Math.max(start, stretch.from), Math.min(starts[index + 1] ?? Infinity, stretch.to)]
      const free = places - (taken[index] as number)
      return from < to && free > 0 ? [{ from, to, places: free }] : []
    }),
  )
}

/**
 * All places, node by node or, where nodes are interchangeable and nothing is taken, kind by kind. A node with a job of ours may well say that
 * it is not ready for one: it counts as ready for that one.
 */
export function poolsOf(world: World, space: Space, running: ReadonlySet<Host | null>): readonly Pool[] {
  return [...world.pools].map(([id, [host, ...others]]) => {
    if (!host || others.length > 0) return { id, spans: [{ from: world.now, to: Infinity, places: 1 + others.length }] }
    const open = running.has(host) ? openTimes({ ...host.node, ready: true }, world.now) : host.open
    return { id, spans: spansOf(space[host.index] as Calendar, open, host.places) }
  })
}

/** The curve of each market that a job with a cap may use: by its objective, or the cleanest if that could exceed the cap anywhere. */
function cappedCurves(task: Task): ReadonlyMap<Market, CostCurve> {
  const markets = [...task.eligible.byMarket.keys()]
  const keeps = (curve: (market: Market) => CostCurve) => (market: Market) => isWithinCap(task, market, chooseTime(curve(market), task.work).runs)
  const [own, green] = [(market: Market) => market.curveFor(task.weights), (market: Market) => market.curveFor(PRESETS.green)]
  const curve = markets.every(keeps(own)) ? own : green
  return new Map(markets.filter(keeps(curve)).map((market) => [market, curve(market)]))
}

type Pools = AllocateJob['pools']

const toPools = (candidates: readonly Candidate[], curve: (market: Market) => CostCurve | undefined): Pools =>
  new Map(
    candidates.flatMap(({ host, market }) => {
      const found = curve(market)
      return found ? [[host.pool, found] as const] : []
    }),
  )

/** One map for all jobs that are alike in what they need and want, since most are. */
export function sharedPools(): (task: Task) => Pools {
  const made = new Map<Eligible, Map<string, Pools>>()
  return (task) => {
    const { eligible, weights } = task
    if (task.capG < Infinity) {
      const curves = cappedCurves(task)
      return toPools(eligible.candidates, (market) => curves.get(market))
    }
    const alike = made.get(eligible) ?? new Map<string, Pools>()
    made.set(eligible, alike)
    const key = `${weights.carbon} ${weights.cost} ${weights.time}`
    const pools = alike.get(key) ?? toPools(eligible.candidates, (market) => market.curveFor(weights))
    alike.set(key, pools)
    return pools
  }
}

/** A job that runs stays in its zone: it may pause, and go on there or on a neighbour. */
export function ownPools({ job, eligible, weights }: Task, { hostOf }: World): Pools {
  const own = hostOf(job.runsOn, job.spec.needs)
  if (!own?.market) return new Map()
  const neighbours = eligible.candidates.filter(({ host }) => host.node.capabilities.zone === own.node.capabilities.zone)
  const curve = (market: Market) => market.curveFor(weights)
  return new Map([[own.pool, curve(own.market)], ...neighbours.map(({ host, market }) => [host.pool, curve(market)] as const)])
}
