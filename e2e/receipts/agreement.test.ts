import { expect, test } from 'vitest'
import { skipFor } from '../../main/kernel/requirement.fixture.ts'
import { VERIFICATION_STEPS } from '../../shared/domain/verification.ts'
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
  // No file here is on a chain that anybody could ask.
  const steps = VERIFICATION_STEPS.filter((step) => step !== 'anchor')
  for (const verdict of ['valid', 'unreadable', ...steps] as const) expect(verdicts.get(verdict) ?? 0, verdict).toBeGreaterThan(0)
})
