import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Weighing } from '../../../shared/domain/soft-signals.ts'
import { signalPolicy } from './signal-policy.ts'

const PROOF = { kind: 'proof', id: 'proof-1' } as const
const others = [
  [250, 255, 245],
  [240, 260, 250],
  [248, 252],
]
const WEIGHINGS: readonly Weighing[] = ['RTX 4080', 'Tesla T4', 'RX 7900 XTX', 'unheard of'].flatMap((name) =>
  [1, 12, 60, 250, 400, 900].flatMap((watts) =>
    [null, { perUnitJ: watts, others }].map((work) => ({
      devices: [{ kind: 'gpu' as const, name, powerLimitW: 320 }],
      boardJ: watts * 60,
      coveredS: 60,
      method: 'counter' as const,
      work,
    })),
  ),
)

test('version by version, the same proofs are unlikely; where an answer changes, VERSION does', () => {
  const answers = WEIGHINGS.map((weighing) => signalPolicy.decide({ weighing }, PROOF))
  expect(answers.filter(({ outcome }) => outcome.action === 'nothing').length).toBeGreaterThan(10)
  expect([signalPolicy.version, createHash('sha256').update(JSON.stringify(answers)).digest('hex')]).toEqual([
    '1',
    '1fab98333cb465b6875961c3b4cb12a556df38f07ca8297526e274cc888f4e03',
  ])
})
