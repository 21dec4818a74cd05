import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { NodeFault } from '../../../shared/contract/node-fault.ts'
import {
  FIRST_QUOTA,
  MOST_QUOTA,
  coarseReputation,
  ecoScore,
  fadedTo,
  isAtQuota,
  newStanding,
  nextDay,
  reputationOf,
  solarShareOf,
  withFault,
  withProof,
} from './standing.ts'

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

test('a day’s quota grows by each good result and shrinks by each bad one, so that only a node that does badly comes to it', () => {
  const day = Array.from({ length: 500 }).reduce<ReturnType<typeof newStanding>>((standing) => withProof(standing, RUN, 0), newStanding(0))
  expect([day.quota, day.today, isAtQuota(day, 0)]).toEqual([FIRST_QUOTA + 500, 500, false])
  let bad = newStanding(0)
  while (!isAtQuota(bad, 0)) bad = withFault(bad, 'failed', 0)
  expect([bad.quota, bad.today]).toEqual([FIRST_QUOTA / 2, FIRST_QUOTA / 2])
  expect(isAtQuota(bad, nextDay(0) - 1)).toBe(true)
  expect(isAtQuota(bad, nextDay(0))).toBe(false)
  expect(withFault(bad, 'failed', nextDay(0))).toMatchObject({ quota: FIRST_QUOTA / 2 - 1, today: 1 })
})

test('however it works, a node may have one result a day, and no more than the most', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ isGood: fc.boolean(), times: fc.nat(15_000) }), { maxLength: 4 }), (steps) => {
      let standing = newStanding(0)
      for (const { isGood, times } of steps)
        for (let at = 0; at < times; at++) {
          standing = isGood ? withProof(standing, RUN, 0) : withFault(standing, 'failed', 0)
          if (standing.quota < 1 || standing.quota > MOST_QUOTA) throw new Error(`a quota of ${standing.quota}`)
        }
      expect(isAtQuota(fadedTo(standing, DAY_MS), DAY_MS)).toBe(false)
    }),
    { numRuns: 20 },
  )
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
