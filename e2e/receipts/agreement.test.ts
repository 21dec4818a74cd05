import { expect, test } from 'vitest'
import { skipFor } from '../../main/kernel/requirement.fixture.ts'
import { compareVerdicts, missingPython, mutants, receipts } from './agreement.ts'

const missing = missingPython()
if (missing) skipFor('The second verifier of receipts', missing)

const said = (disagreements: readonly { name: string; ours: string; second: string }[]) =>
  disagreements.map(({ name, ours, second }) => `${name}: ${ours}, ${second}`)

test.skipIf(missing)('a verifier written from the formats page alone finds the same receipts valid', async () => {
  const { disagreements, verdicts } = await compareVerdicts(receipts(0, 30))
  expect(said(disagreements)).toEqual([])
  expect([...verdicts]).toEqual([['valid', 30]])
})

test.skipIf(missing)('and names the same failing step of what is none', async () => {
  const { disagreements, verdicts } = await compareVerdicts(mutants(0, 300, 30))
  expect(said(disagreements)).toEqual([])
  for (const verdict of [
    'valid',
    'unreadable',
    'envelope',
    'coordinator-key',
    'rotations',
    'proofs',
    'chain',
    'arithmetic',
    'half-hours',
    'inclusion',
    'tree-head',
    'plausibility',
  ])
    expect(verdicts.get(verdict) ?? 0, verdict).toBeGreaterThan(0)
})
