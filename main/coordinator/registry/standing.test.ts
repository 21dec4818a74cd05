import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { NodeFault } from '../../../shared/contract/node-fault.ts'
import { coarseReputation, ecoScore, fadedTo, newStanding, reputationOf, solarShareOf, withFault, withProof } from './standing.ts'

const DAY_MS = 86_400_000
const RUN = { energyJ: 1_000, solarJ: 250 }
const after = (runs: number) => Array.from({ length: runs }).reduce<ReturnType<typeof newStanding>>((standing) => withProof(standing, RUN, 0), newStanding(0))

test('nobody knows anything of a new node; work done well raises its reputation, a fault lowers it', () => {
  expect(reputationOf(newStanding(0))).toBe(0.5)
  expect(reputationOf(after(8))).toBeCloseTo(0.9)
  expect(reputationOf(withFault(after(8), 'failed', 0))).toBeLessThan(reputationOf(after(8)))
  expect(reputationOf(withFault(after(8), 'wrong-result', 0))).toBeLessThan(0.55)
})

test('what was long ago counts less: half of it is forgotten in thirty days', () => {
  const faded = fadedTo(withFault(after(4), 'failed', 0), 30 * DAY_MS)
  expect([faded.good, faded.bad, faded.faults.failed, faded.energyJ]).toEqual([2, 0.5, 0.5, 2_000])
  expect(faded.jobs).toBe(4)
})

test('a row of faults ends with a run that is proven, and clean runs end with a fault', () => {
  const twice = withFault(withFault(after(2), 'silent', 0), 'failed', 0)
  expect([twice.inRow, twice.clean]).toEqual([2, 0])
  expect(withProof(twice, RUN, 0)).toMatchObject({ inRow: 0, clean: 1 })
})

test('the eco score is half idleness and half sun; nobody gets more sun than energy was used', () => {
  expect(solarShareOf(after(3))).toBe(0.25)
  expect(solarShareOf(withProof(newStanding(0), { energyJ: 10, solarJ: 99 }, 0))).toBe(1)
  expect(solarShareOf(newStanding(0))).toBe(0)
  expect(ecoScore(0.6, 0.25)).toBeCloseTo(0.425)
})

test('whatever happens in whatever order, a reputation is between 0 and 1, and is never told as more than it is', () => {
  const step = fc.record({ fault: fc.option(fc.constantFrom(...NodeFault.options)), ms: fc.nat(90 * DAY_MS) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let now = 0
      const standing = steps.reduce((before, { fault, ms }) => {
        now += ms
        return fault === null ? withProof(before, RUN, now) : withFault(before, fault, now)
      }, newStanding(0))
      const reputation = reputationOf(standing)
      expect(reputation).toBeGreaterThan(0)
      expect(reputation).toBeLessThan(1)
      expect(coarseReputation(reputation)).toBeLessThanOrEqual(reputation)
      expect(reputation - coarseReputation(reputation)).toBeLessThan(0.0501)
      for (const fault of NodeFault.options) expect(reputationOf(withFault(standing, fault, now))).toBeLessThan(reputation)
      expect(reputationOf(withProof(standing, RUN, now))).toBeGreaterThan(reputation)
    }),
  )
})
