import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { type ProvenResult, TRUSTED_AFTER, consecutiveAfter, replicate, replicationPolicy } from './replication.ts'

const FINE: ProvenResult = { consecutiveValid: 0, rate: 1, draw: 0.5, otherNodes: 3, hasTime: true, isPaidFor: true }

const repeated = (consecutiveValid: number): number =>
  Array.from({ length: 1_000 }, (_, index) => replicate({ ...FINE, consecutiveValid, draw: index / 1_000 })).filter(({ again }) => again).length

test('a newcomer’s results are all repeated, and a trusted node’s as rarely as it was right before', () => {
  for (let confirmed = 0; confirmed < TRUSTED_AFTER; confirmed += 1)
    expect(replicate({ ...FINE, consecutiveValid: confirmed, draw: 0.999 })).toEqual({ again: true, because: 'newcomer' })
  expect([10, 20, 100, 1_000].map(repeated)).toEqual([100, 50, 10, 1])
})

test('a trusted node about whose proofs something was unlikely is repeated more often, and a newcomer no more than always', () => {
  const trusted = { ...FINE, consecutiveValid: 100 }
  expect(replicate({ ...trusted, draw: 0.3 })).toEqual({ again: false, because: 'trusted' })
  expect(replicate({ ...trusted, draw: 0.3, doubt: 0.5 })).toEqual({ again: true, because: 'unlikely' })
  expect(replicate({ ...trusted, draw: 0.001, doubt: 0.5 })).toEqual({ again: true, because: 'drawn' })
  expect(replicate({ ...trusted, draw: 0.3, doubt: 0.5, rate: 0.5 })).toEqual({ again: false, because: 'trusted' })
})

test('a wrong result sets the row back to nothing, and only what was compared lengthens it', () => {
  expect([consecutiveAfter(9, true), consecutiveAfter(500, false), consecutiveAfter(0, true)]).toEqual([10, 0, 1])
})

test.each([
  [{ rate: 0 }, 'off'],
  [{ otherNodes: 0 }, 'no-other-owner'],
  [{ hasTime: false }, 'no-time'],
  [{ isPaidFor: false }, 'no-funds'],
  [{ consecutiveValid: 10, draw: 0.1 }, 'trusted'],
  [{ rate: 0.5, draw: 0.5 }, 'trusted'],
] as const)('a result is believed without %o', (changes, because) => {
  expect(replicate({ ...FINE, ...changes })).toEqual({ again: false, because })
})

test('version by version, the same is repeated; where an answer changes, VERSION does', () => {
  const cases = [0, 9, 10, 40].flatMap((consecutiveValid) =>
    [0, 0.02, 0.09, 0.5, 0.99].flatMap((draw) =>
      [0, 0.5, 1].flatMap((rate) =>
        [0, 2].flatMap((otherNodes) => [true, false].map((is) => ({ consecutiveValid, draw, rate, otherNodes, hasTime: is, isPaidFor: !is || draw > 0.05 }))),
      ),
    ),
  )
  const answers = cases.map((result) => replicationPolicy.decide({ result }, { kind: 'job', id: 'job-1' }))
  expect([replicationPolicy.version, createHash('sha256').update(JSON.stringify(answers)).digest('hex')]).toEqual([
    '1',
    '3a4b07c645b4564ed1ecb7279c9dd278729b2b04695818df8748e35696f1e314',
  ])
})
