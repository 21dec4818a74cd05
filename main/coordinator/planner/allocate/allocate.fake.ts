/** Small problems of joint placement, and their optimum by trying everything. Times are whole hours from 0 on. */
import * as fc from 'fast-check'
import type { AllocateInput, AllocateJob } from './input.ts'
import { costCurve } from '../timing/cost-curve.ts'

export const HOUR = 3_600_000

interface PoolShape {
  readonly costs: readonly number[]
  readonly places: readonly number[]
}

interface JobShape {
  readonly from: number
  readonly hours: number
  readonly slack: number
  readonly canPause: boolean
  readonly places: number
  readonly priority: number
}

const slotsOf = (values: readonly number[]) => values.map((value, hour) => ({ from: hour * HOUR, to: (hour + 1) * HOUR, value }))

export function problem(pools: readonly PoolShape[], jobs: readonly JobShape[]): AllocateInput {
  const curves = new Map(pools.map(({ costs }, index) => [`pool-${index}`, costCurve(slotsOf(costs))]))
  return {
    pools: pools.map(({ places }, index) => ({ id: `pool-${index}`, spans: slotsOf(places).map(({ from, to, value }) => ({ from, to, places: value })) })),
    jobs: jobs.map(({ from, hours, slack, canPause, places, priority }, index) => ({
      id: `job-${index}`,
      priority,
      places,
      runsIn: null,
      pools: curves,
      work: {
        earliest: from * HOUR,
        latestEnd: (from + hours + slack) * HOUR,
        durationMs: hours * HOUR,
        pauses: canPause ? { minRunMs: 0, restartMs: 0 } : null,
        progress: 'fresh',
      },
    })),
  }
}

export const HOURS = 6

const anyPool = (most: number) =>
  fc.record({
    costs: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: HOURS, maxLength: HOURS }),
    places: fc.array(fc.integer({ min: 0, max: most }), { minLength: HOURS, maxLength: HOURS }),
  })

const anyJob = (mostPlaces: number) =>
  fc.record({
    from: fc.integer({ min: 0, max: 2 }),
    hours: fc.integer({ min: 1, max: 3 }),
    slack: fc.integer({ min: 0, max: 2 }),
    canPause: fc.boolean(),
    places: fc.integer({ min: 1, max: mostPlaces }),
    priority: fc.integer({ min: 4, max: 6 }),
  })

/** One or two pools and two to five jobs that crowd them. */
export const anyProblem = (places: { readonly most: number; readonly each: number }) =>
  fc
    .tuple(fc.array(anyPool(places.most), { minLength: 1, maxLength: 2 }), fc.array(anyJob(places.each), { minLength: 2, maxLength: 5 }))
    .map(([pools, jobs]) => problem(pools, jobs))

interface Possible {
  readonly pool: number
  readonly hours: readonly number[]
  readonly cost: number
}

/** Every way in which a job can run in whole hours. */
function possibilities({ pools, jobs }: AllocateInput, job: number): readonly Possible[] {
  const { work, pools: curves } = jobs[job] as AllocateJob
  const all: Possible[] = []
  for (const [pool, { id }] of pools.entries()) {
    for (let mask = 0; mask < 2 ** HOURS; mask += 1) {
      const hours = Array.from({ length: HOURS }, (_, hour) => hour).filter((hour) => (mask >> hour) % 2 === 1)
      const [first = -1, last = -1] = [hours[0], hours.at(-1)]
      if (hours.length * HOUR !== work.durationMs || first * HOUR < work.earliest || (last + 1) * HOUR > work.latestEnd) continue
      if (work.pauses === null && last - first + 1 !== hours.length) continue
      all.push({ pool, hours, cost: hours.reduce((sum, hour) => sum + (curves.get(id)?.costs[hour] ?? 0), 0) })
    }
  }
  return all
}

/** The least cost × hours at which all jobs run in time; `Infinity` if not all can. */
export function optimum(input: AllocateInput): number {
  const free = input.pools.map(({ spans }) => spans.map(({ places }) => places))
  const possible = input.jobs.map((_, job) => possibilities(input, job))
  let least = Infinity
  const tryFrom = (job: number, cost: number): void => {
    if (cost >= least) return
    if (job === possible.length) least = cost
    const places = input.jobs[job]?.places ?? 0
    for (const { pool, hours, cost: own } of possible[job] ?? []) {
      const room = free[pool] ?? []
      if (hours.some((hour) => (room[hour] ?? 0) < places)) continue
      for (const hour of hours) room[hour] = (room[hour] ?? 0) - places
      tryFrom(job + 1, cost + own)
      for (const hour of hours) room[hour] = (room[hour] ?? 0) + places
    }
  }
  tryFrom(0, 0)
  return least
}
