/** Jobs and machines as a crowd of requesters and owners would bring them, made from a seed; nothing of it is recorded. */
import { type Demand, type Hardware, type ZoneFigures, hardwareTerm, mayGo, zoneTerm } from './demand.ts'
import type { Machine } from './machines.ts'
import type { MatchJob } from './matcher.ts'
import type { Costs } from './window.ts'

const GB = 1_073_741_824
const CARDS = [6, 8, 12, 16, 24, 48, 80].map((size) => size * GB)
const NEEDS = [0, 6, 8, 12, 16, 24, 48].map((size) => size * GB)
const MEMORY = [16, 32, 64, 128].map((size) => size * GB)
const REPUTATIONS = [0.5, 0.7, 0.9]
const ZONES = 40

/** Mulberry32, 0 to 1. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export interface Crowd {
  readonly zones: ReadonlyMap<string, ZoneFigures>
  readonly nodes: readonly Machine[]
  readonly jobs: readonly MatchJob[]
  /** The random numbers go on where the crowd has left them. */
  readonly random: () => number
  readonly anyFigures: () => ZoneFigures
}

/** `kinds`: so many templates the jobs are made from, a few of them most often. */
export function crowdOf({ seed, jobs, nodes, kinds }: { readonly seed: number; readonly jobs: number; readonly nodes: number; readonly kinds: number }): Crowd {
  const random = randomFrom(seed)
  const any = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T
  const anyFigures = (): ZoneFigures => ({ gPerKWh: 30 + random() * 600, minorPerKWh: 3 + random() * 35 })
  const names = Array.from({ length: ZONES }, (_, zone) => `Z-${zone}`)
  const anyHardware = (): Hardware => ({
    runtimes: any([['docker'], ['docker', 'wasm']]),
    hasProcessor: true,
    vramBytes: [any(CARDS)],
    ramBytes: any(MEMORY),
    reputation: any(REPUTATIONS),
  })
  const anyDemand = (): Demand => ({
    runtime: any(['docker', 'docker', 'docker', 'wasm']),
    gpus: any([0, 1, 1]),
    vramBytes: any(NEEDS),
    ramBytes: any([0, 8 * GB, 24 * GB]),
    zones: any([null, null, names.slice(0, 25), names.slice(10, 15), names.slice(20)]),
    maxGPerKWh: any([100, 200, 350, 500, null]),
    maxMinorPerKWh: any([5, 10, 20, 40, null]),
    minReputation: any([0, 0, 0.6]),
    // Powers of two, which are their own rounding.
    kWh: any([1 / 64, 1 / 8, 1 / 2, 1]),
  })
  const templates = Array.from({ length: kinds }, anyDemand)
  return {
    random,
    anyFigures,
    zones: new Map(names.map((name) => [name, anyFigures()])),
    nodes: Array.from({ length: nodes }, () => ({ zone: any(names), hardware: anyHardware() })),
    jobs: Array.from({ length: jobs }, (_, index) => ({
      jobId: `job-${index}`,
      demand: templates[Math.floor(kinds * random() ** 2)] as Demand,
      key: Math.min(600 + random() * 86_400, 3_600 * (1 + 2 * Math.floor(random() * 3))) + index * 0.01,
    })),
  }
}

/** What every pair of a crowd costs, its turns left aside. */
export function costsOf({ zones, nodes, jobs }: Crowd): Costs {
  const of = jobs.flatMap(({ demand }) =>
    nodes.map(({ zone, hardware }) => {
      const there = mayGo(demand, zone) ? zoneTerm(demand, zones.get(zone) ?? { gPerKWh: null, minorPerKWh: null }) : null
      const on = hardwareTerm(demand, hardware)
      return there === null || on === null ? Infinity : there + on
    }),
  )
  return { jobs: jobs.length, nodes: nodes.length, of: Float64Array.from(of) }
}
