import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { spotCheckPolicy } from './challenge-policy.ts'

const acceptedAt = Date.parse('2026-03-18T12:00:00.000Z')
const PROOF = { kind: 'proof', id: 'proof-1' } as const
const DRAWS = [0, 0.019, 0.02, 0.5, 0.999].flatMap((whether) => [0, 0.25, 0.999].map((when) => [whether, when] as const))

const checkedAt = (whether: number, rate = 0.02) =>
  spotCheckPolicy.decide({ draw: { acceptedAt, rate, draws: [whether, 0], isUnlikely: true } }, PROOF).outcome.at

test('a proof about which something is unlikely is checked one time in two, however few others are', () => {
  expect([0.02, 0.5, 0.509, 0.511].map((whether) => checkedAt(whether)).map((when) => when !== null)).toEqual([true, true, true, false])
  expect(checkedAt(0.999, 1)).not.toBeNull()
})

test('version by version, chance leads to the same spot checks; where an answer changes, VERSION does', () => {
  const answers = DRAWS.map((draws) => spotCheckPolicy.decide({ draw: { acceptedAt, rate: 0.02, draws } }, PROOF))
  expect(answers.filter(({ outcome }) => outcome.at !== null)).toHaveLength(6)
  expect([spotCheckPolicy.version, createHash('sha256').update(JSON.stringify(answers)).digest('hex')]).toEqual([
    '1',
    '3c9097a03184c545d7783f7bc9f12cfd36f0f68fb1bec98f1537beb507422eb7',
  ])
})
