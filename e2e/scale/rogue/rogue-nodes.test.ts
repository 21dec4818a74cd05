import { expect, test } from 'vitest'
import { measure, shortfalls } from './measure.ts'
import { STRATEGIES, type Strategy } from './strategies.ts'

/** As many jobs as it takes to see that the strategy is found, whatever chance says; the rest is for the benchmark. */
const SLICE: Readonly<Record<string, Partial<Strategy> & { readonly jobs: number }>> = {
  'energy beyond the limit': { jobs: 14 },
  'replayed proof': { jobs: 16 },
  'right output, wrong image': { jobs: 14 },
  'lazy: one output for all': { jobs: 12 },
  'pair of one owner': { jobs: 9 },
  // Most of its results come before others have done enough of the same.
  'energy ×1.4, samples invented': { jobs: 18, unlikely: 0.1 },
}

test.each(STRATEGIES.flatMap((strategy) => (SLICE[strategy.name] ? [{ ...strategy, ...SLICE[strategy.name] }] : [])))(
  'a rogue does not get away with: $name',
  async (strategy) => {
    const found = await measure(strategy, { runs: 1, jobs: strategy.jobs })
    expect(found.bad).toBeGreaterThan(0)
    expect(shortfalls(strategy, found)).toEqual([])
  },
)
