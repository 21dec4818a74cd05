import type { Tally } from './cast.ts'
import type { Strategy } from './strategies.ts'
import { startWorld } from './world.ts'

/** What came of a strategy in several runs. Shares are in [0, 1], `null` where there was nothing to take a share of. */
export interface Measured {
  readonly name: string
  readonly runs: number
  readonly jobs: number
  readonly bad: number
  /** Of the bad results, those that did not count. */
  readonly stopped: number | null
  /** Of those whose proofs were accepted, those that were found unlikely. */
  readonly unlikely: number | null
  /** Runs at the end of which a rogue was out of service, or had been. */
  readonly caught: number
  /** Bad results until then, in the middle run of those. */
  readonly untilOut: number | null
  /** Runs at the end of which a node that did all well was out of service. */
  readonly wronged: number
  /** Results beyond one for each completed job, of all results. */
  readonly extra: number
}

type Run = Tally & { readonly wronged: number }

async function run({ cast }: Strategy, { seed, jobs }: { readonly seed: number; readonly jobs: number }): Promise<Run> {
  await using world = await startWorld({ seed, ...cast() })
  for (let job = 0; job < jobs; job += 1) await world.job()
  return { ...world.tally, wronged: await world.wronged() }
}

const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole)

/** Plays a strategy so many times, each time with other dice. */
export async function measure(strategy: Strategy, { runs, jobs }: { readonly runs: number; readonly jobs: number }): Promise<Measured> {
  const tallies: Run[] = []
  for (let seed = 1; seed <= runs; seed += 1) tallies.push(await run(strategy, { seed, jobs }))
  const sum = (of: (tally: Tally) => number): number => tallies.reduce((total, tally) => total + of(tally), 0)
  const out = tallies.flatMap(({ untilOut }) => (untilOut === null ? [] : [untilOut])).toSorted((a, b) => a - b)
  const [bad, results] = [sum((tally) => tally.bad), sum((tally) => tally.results)]
  return {
    name: strategy.name,
    runs,
    jobs: sum((tally) => tally.jobs),
    bad,
    stopped: share(bad - sum((tally) => tally[strategy.by]), bad),
    unlikely: share(
      sum((tally) => tally.unlikely),
      sum((tally) => tally.accepted),
    ),
    caught: out.length / runs,
    wronged: tallies.filter((tally) => tally.wronged > 0).length / runs,
    untilOut: out[out.length >> 1] ?? null,
    extra: share(results - sum((tally) => tally.completed), results) ?? 0,
  }
}

/** What a strategy got away with that it must not; empty if nothing. */
export function shortfalls(strategy: Strategy, { stopped, unlikely, caught }: Measured): string[] {
  const missed = (what: string, measured: number | null, least: number): string[] =>
    measured === null || measured >= least ? [] : [`${strategy.name}: ${what} ${measured.toFixed(2)} is less than ${least}`]
  return [
    ...missed('share that did not count', stopped, strategy.stops),
    ...missed('share found unlikely', unlikely, strategy.unlikely),
    ...missed('share of runs in which it was caught', caught, strategy.caught),
  ]
}
