import { expect, test } from 'vitest'
import type { JobView, Plan, PlanAnswer } from '../../shared/contract/job.ts'
import { describeJob, describePlan } from './job-text.ts'

const plan: Plan = {
  nodeId: 'n'.repeat(43),
  zone: 'GB-13',
  window: { from: '2026-11-21T13:00:00.000Z', to: '2026-11-21T13:10:00.000Z' },
  gPerKWh: 119.6,
  expectedGrams: 0.123456,
  baselineGrams: 0.25,
  score: { total: 0.1435, intensity: 0.1435, price: 0, utilisation: 0 },
  source: 'NESO',
  origin: 'recorded',
  recordedOn: '2024-03-18',
  greenest: null,
}
const job = {
  jobId: 'job-1',
  state: 'queued',
  reason: 'no-node',
  message: null,
  spec: { name: 'My job', runtime: { name: 'wasm', image: 'sha256:abc' } },
  plan: null,
  excluded: {},
  attempts: [],
  outputSha256: null,
  receiptId: null,
  priceMicroUsd: null,
  checkpoint: null,
} as unknown as JobView

test('a job that waits says why, and what excludes how many nodes', () => {
  expect(describeJob({ ...job, excluded: { offline: 2, gpu: 1 } })).toEqual([
    'job       job-1  My job',
    'state     queued – no-node',
    'runtime   wasm  sha256:abc',
    'excluded  offline 2, gpu 1',
  ])
})

test('a planned job names the day its grid data was recorded on; a finished one what it cost and its receipt', () => {
  const lines = describeJob(
    { ...job, state: 'completed', reason: null, plan, priceMicroUsd: '1234', receiptId: 'receipt-1', outputSha256: 'f'.repeat(64) },
    'Europe/London',
  )
  expect(lines).toContain('state     completed')
  expect(lines.find((line) => line.startsWith('plan'))).toBe(
    'plan      GB-13 from 21 Nov 2026 13:00 GMT, 120 g/kWh (NESO, recorded 2024-03-18), about 0.123 g CO2e',
  )
  expect(lines.slice(-3)).toEqual([`output    sha256 ${'f'.repeat(64)}`, 'paid      $0.001234', 'receipt   receipt-1'])
})

test('a job whose next attempt does not begin at the start says where it goes on', () => {
  const checkpoint = { sha256: 'a'.repeat(64), bytes: 3_140_000, savedAt: '2026-03-01T12:00:00.000Z', token: 1 }
  expect(describeJob({ ...job, checkpoint })).toContain('continues from a checkpoint of 3.1 MB made at 2026-03-01 12:00 UTC')
})

const answer: PlanAnswer = { plan, alternatives: [], excluded: { busy: 3 }, nodes: 4, maxPriceMicroUsd: '5000' }

test('a plan shows its score in parts and the price limit; without one, why no node can take the job', () => {
  const lines = describePlan(answer)
  expect(lines.join('\n')).toMatch(/score {5}0\.1435 = intensity 0\.1435 \+ price 0\.0000 \+ utilisation 0\.0000/)
  expect(lines).toContain('price     at most $0.005000')
  expect(lines.at(-1)).toBe('    3 excluded: busy')
  expect(describePlan({ ...answer, plan: null })).toEqual(['No node can take this job now (4 known).', '    3 excluded: busy'])
})

test('a plan tells its windows by the clock on the wall', () => {
  const { nodeId, zone, score, window, gPerKWh, source, origin, recordedOn } = plan
  const alternatives = [{ nodeId, zone, score, window, gPerKWh, source, origin, recordedOn }]
  const text = describePlan({ ...answer, plan: { ...plan, greenest: { window, gPerKWh } }, alternatives }, 'Asia/Tokyo').join('\n')
  expect(text).toContain('window    21 Nov 2026 22:00 GMT+9 to 21 Nov 2026 22:10 GMT+9')
  expect(text).toContain('greenest  21 Nov 2026 22:00 GMT+9, 120 g/kWh')
  expect(text).not.toMatch(/T\d\d:\d\d/)
})

test('what is simulated is called so in a job, in its plan and in every alternative', () => {
  const source = 'SIMULATED intensity-spike on NESO'
  const simulated = { ...plan, source, origin: 'modelled' as const, recordedOn: null }
  const { nodeId, zone, score, window, gPerKWh, origin, recordedOn } = simulated
  const shown = [
    describeJob({ ...job, plan: simulated }).find((line) => line.startsWith('plan')),
    describePlan({ ...answer, plan: simulated }).find((line) => line.startsWith('zone')),
    describePlan({ ...answer, alternatives: [{ nodeId, zone, score, window, gPerKWh, source, origin, recordedOn }] }).find((line) => line.startsWith('nnnn')),
  ]
  for (const line of shown) expect(line).toContain('SIMULATED intensity-spike on NESO, modelled')
})
