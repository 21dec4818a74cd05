/** Made-up jobs and machines, and the answer that nobody can argue with: all pairs looked at. */
import * as fc from 'fast-check'
import { type Demand, type Hardware, type ZoneFigures, hardwareTerm, mayGo, zoneTerm } from './demand.ts'
import type { Machine } from './machines.ts'
import type { MatchJob } from './matcher.ts'
import { rounded } from './rounding.ts'

export const ZONES = ['DE', 'FR', 'GB', 'NL'] as const
const GB = 1e9

export const arbitraryDemand: fc.Arbitrary<Demand> = fc.record({
  runtime: fc.constantFrom('docker', 'wasm'),
  gpus: fc.constantFrom(0, 1, 1, 2, 4),
  vramBytes: fc.constantFrom(0, 6 * GB, 8 * GB, 12.3 * GB, 24 * GB),
  ramBytes: fc.constantFrom(0, 4 * GB, 20 * GB),
  zones: fc.option(fc.uniqueArray(fc.constantFrom(...ZONES), { minLength: 1, maxLength: 3 })),
  maxGPerKWh: fc.constantFrom(90, 220, null),
  maxMinorPerKWh: fc.constantFrom(12, 28, null),
  minReputation: fc.constantFrom(0, 0.5, 0.8),
  kWh: fc.constantFrom(0.01, 0.2, 3),
})

export const arbitraryHardware: fc.Arbitrary<Hardware> = fc.record({
  runtimes: fc.constantFrom(['docker'], ['wasm'], ['docker', 'wasm']),
  hasProcessor: fc.boolean(),
  vramBytes: fc.array(fc.constantFrom(6 * GB, 12.3 * GB, 16 * GB, 24 * GB), { maxLength: 5 }).map((all) => all.toSorted((a, b) => a - b)),
  ramBytes: fc.constantFrom(4 * GB, 16 * GB, 64 * GB),
  reputation: fc.constantFrom(0.5, 0.75, 0.95),
})

export const arbitraryFigures: fc.Arbitrary<ZoneFigures> = fc.record({
  gPerKWh: fc.option(fc.integer({ min: 20, max: 500 })),
  minorPerKWh: fc.option(fc.integer({ min: -5, max: 60 })),
})

export interface PlainWorld {
  readonly jobs: Map<string, MatchJob>
  readonly nodes: Map<string, Machine>
  readonly zones: Map<string, ZoneFigures>
}

/** What a pair scores, looked at alone; `null` if the two do not go together. */
export function scoreOf({ zones }: Pick<PlainWorld, 'zones'>, { demand, key }: MatchJob, { zone, hardware }: Machine): number | null {
  const known = rounded(demand, 0)
  const [there, on] = [zoneTerm(known, zones.get(zone) ?? { gPerKWh: null, minorPerKWh: null }), hardwareTerm(known, hardware)]
  return !mayGo(known, zone) || there === null || on === null ? null : key + there + on
}

const least = (scores: readonly (number | null)[]): number | null =>
  scores.reduce((best, score) => (score !== null && (best === null || score < best) ? score : best), null)

export const leastForNode = (world: PlainWorld, machine: Machine): number | null => least([...world.jobs.values()].map((job) => scoreOf(world, job, machine)))
export const leastForJob = (world: PlainWorld, job: MatchJob): number | null => least([...world.nodes.values()].map((machine) => scoreOf(world, job, machine)))
