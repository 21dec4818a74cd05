import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { monotonicMs } from '../../../shared/units.ts'
import { costsOf, crowdOf } from './crowd.fake.ts'
import { optimum, totalOf } from './optimum.fake.ts'
import { inSlices } from './sliced.ts'
import { type Costs, assign } from './window.ts'

function assigned(costs: Costs): Int32Array {
  const work = assign(costs)
  for (;;) {
    const next = work.next()
    if (next.done) return next.value
  }
}

const tableOf = (rows: readonly (readonly number[])[]): Costs => ({
  jobs: rows.length,
  nodes: rows[0]?.length ?? 0,
  of: Float64Array.from(rows.flat()),
})

test('the job with one machine to choose from has it, although another would like it better', () => {
  const costs = tableOf([
    [1, 5],
    [2, Infinity],
  ])
  expect([...assigned(costs)]).toEqual([1, 0])
})

test('two jobs change their machines where that is cheaper for both together', () => {
  const costs = tableOf([
    [1, 2, Infinity],
    [1, 9, Infinity],
    [Infinity, Infinity, 3],
  ])
  expect([...assigned(costs)]).toEqual([1, 0, 2])
})

test('nobody is left where a machine is free that it could have, and no machine is given twice', () => {
  const cost = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.constant(Infinity))
  const world = fc
    .record({ jobs: fc.integer({ min: 0, max: 12 }), nodes: fc.integer({ min: 0, max: 12 }) })
    .chain(({ jobs, nodes }) => fc.array(cost, { minLength: jobs * nodes, maxLength: jobs * nodes }).map((of) => ({ jobs, nodes, of: Float64Array.from(of) })))
  fc.assert(
    fc.property(world, (costs) => {
      const nodeOf = assigned(costs)
      const given = [...nodeOf].filter((node) => node >= 0)
      expect(new Set(given).size).toBe(given.length)
      const free = Array.from({ length: costs.nodes }, (_, node) => node).filter((node) => !given.includes(node))
      for (const [job, node] of nodeOf.entries()) {
        const costAt = (at: number): number => costs.of[job * costs.nodes + at] ?? Number.NaN
        if (node >= 0) expect(costAt(node)).toBeLessThan(Infinity)
        for (const other of free) expect(costAt(other)).toBeGreaterThanOrEqual(node < 0 ? Infinity : costAt(node))
      }
    }),
    { numRuns: 500 },
  )
})

test('as many are placed as can be, at hardly more than the least it can cost', () => {
  const seen = { ours: 0, best: 0 }
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const costs = costsOf(crowdOf({ seed, jobs: 60, nodes: 60, kinds: 40 }))
      const [ours, best] = [totalOf(costs, assigned(costs)), totalOf(costs, optimum(costs))]
      expect(ours.placed).toBe(best.placed)
      seen.ours += ours.cost
      seen.best += best.cost
    }),
    { numRuns: 60 },
  )
  expect(seen.ours / seen.best).toBeGreaterThanOrEqual(1)
  expect(seen.ours / seen.best).toBeLessThan(1.05)
})

test('a long piece of work lets everything else have its turn', async () => {
  let [steps, turns] = [0, 0]
  const count = (): void => {
    turns += 1
    if (steps < 100) setImmediate(count)
  }
  setImmediate(count)
  function* work(): Generator<undefined, string> {
    for (; steps < 100; steps++) yield
    return 'done'
  }
  expect(await inSlices(work(), { monotonic: () => monotonicMs(steps) })).toBe('done')
  expect(turns).toBeGreaterThanOrEqual(40)
})
