import { costsOf, crowdOf } from '../crowd.fake.ts'
import { optimum, totalOf } from '../optimum.fake.ts'
import { assign } from '../window.ts'

/** A window of as many jobs as machines beside the cheapest assignment there is, over several draws. */
export interface WindowQuality {
  readonly jobs: number
  readonly draws: number
  /** Share of the jobs that the optimum places. */
  readonly placed: number
  /** What a placed job costs, to what it costs in the optimum. */
  readonly costRatio: number
  readonly ms: number
  readonly optimumMs: number
}

const SEED = 400
const DRAWS = 8

function timed<T>(work: () => T): readonly [T, number] {
  const at = performance.now()
  const done = work()
  return [done, performance.now() - at]
}

function run<T>(work: Generator<undefined, T>): T {
  for (;;) {
    const next = work.next()
    if (next.done) return next.value
  }
}

export function measureWindow({ size = 400 }: { readonly size?: number } = {}): WindowQuality {
  const sum = { placed: 0, cost: 0, ms: 0, best: 0, bestCost: 0, optimumMs: 0 }
  for (let draw = 0; draw < DRAWS; draw++) {
    const costs = costsOf(crowdOf({ seed: SEED + draw, jobs: size, nodes: size, kinds: size }))
    const [ours, ms] = timed(() => run(assign(costs)))
    const [best, optimumMs] = timed(() => optimum(costs))
    const [we, they] = [totalOf(costs, ours), totalOf(costs, best)]
    sum.placed += we.placed
    sum.cost += we.cost
    sum.ms += ms
    sum.best += they.placed
    sum.bestCost += they.cost
    sum.optimumMs += optimumMs
  }
  return {
    jobs: size,
    draws: DRAWS,
    placed: sum.placed / sum.best,
    costRatio: sum.cost / sum.placed / (sum.bestCost / sum.best),
    ms: sum.ms / DRAWS,
    optimumMs: sum.optimumMs / DRAWS,
  }
}
