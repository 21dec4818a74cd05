import { expect, test } from 'vitest'
import type { JobView } from '../../shared/contract/job.ts'
import type { Plan } from '../../shared/contract/plan.ts'
import { describeJob } from './job-text.ts'

const plan: Plan = {
  nodeId: 'n'.repeat(43),
  zone: 'GB-13',
  window: { from: '2026-11-21T13:00:00.000Z', to: '2026-11-21T13:10:00.000Z' },
  runs: [{ from: '2026-11-21T13:00:00.000Z', to: '2026-11-21T13:10:00.000Z' }],
  gPerKWh: 119.6,
  expectedGrams: 0.123456,
  gramsRange: null,
  expectedMicroUsd: '1000',
  electricity: null,
  chosenBy: 'composite',
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
  outputExpiresAt: null,
  retryAt: null,
  receiptId: null,
  receiptIds: [],
  priceMicroUsd: null,
  checkpoint: null,
  array: null,
  template: null,
  after: [],
} as unknown as JobView

test('what breaks its line cannot look like another line of ours', () => {
  const attempt = { attemptId: 'attempt-1', state: 'failed', reason: 'no\npaid      $9' } as JobView['attempts'][number]
  const said = { reason: 'a\nb', message: 'c\npaid      $9', spec: { ...job.spec, name: 'My job\nstate     completed' } }
  const lines = describeJob({ ...job, ...said, attempts: [attempt] })
  expect(lines[0]).toBe('job       job-1  My job state     completed')
  expect(lines.filter((line) => line.includes('\n') || line.startsWith('paid'))).toEqual([])
})

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
    { ...job, state: 'completed', reason: null, plan, priceMicroUsd: '1234', receiptId: 'receipt-1', receiptIds: ['receipt-1'], outputSha256: 'f'.repeat(64) },
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

test('what is simulated is called so in a job', () => {
  const simulated = { ...plan, source: 'SIMULATED intensity-spike on NESO', origin: 'modelled' as const, recordedOn: null }
  expect(describeJob({ ...job, plan: simulated }).find((line) => line.startsWith('plan'))).toContain('SIMULATED intensity-spike on NESO, modelled')
})

test('a job that will be paused says in how many runs', () => {
  const runs = [...plan.runs, { from: '2026-11-21T15:00:00.000Z', to: '2026-11-21T15:10:00.000Z' }]
  expect(describeJob({ ...job, plan: { ...plan, runs } }, 'UTC').find((line) => line.startsWith('plan'))).toContain('from 21 Nov 2026 13:00 UTC in 2 runs,')
})

test('a job says which array and template it is of, and what it runs after', () => {
  const links = [
    { jobId: 'job-0', when: 'completed' as const },
    { arrayId: 'frames', when: 'ended' as const },
  ]
  const lines = describeJob({ ...job, array: { arrayId: 'all', index: 7 }, template: { name: 'render', version: 2 }, after: links })
  expect(lines.slice(3)).toEqual(['array     all, number 7', 'template  render@2', 'after     job-0', 'after     array frames, however it ends'])
})

const lines = (changes: Partial<JobView>) => describeJob({ ...job, ...changes }, 'UTC').filter((line) => /^results|^ {10}/.test(line))

test('a job says how many of its results agree, whose they are, and what it waits for', () => {
  const results = [{ nodeId: 'n'.repeat(43), proofId: 'p', outputSha256: 'a'.repeat(64), at: '2026-11-21T13:00:00.000Z', verdict: 'waiting' as const }]
  const quorum = { wanted: 2, agree: 1, atMost: 4, askedBy: 'requester' as const, until: null, results }
  expect(lines({ quorum })).toEqual([
    'results   1 of 2 agrees, 4 at most, waits for a machine of another owner',
    `          ${'n'.repeat(43)}  sha256 aaaaaaaaaaaaaaaa…  waits for others`,
  ])
  const asked = { ...quorum, askedBy: 'coordinator' as const, until: '2026-11-21T14:00:00.000Z' }
  expect(lines({ quorum: asked })[0]).toMatch(
    /repeated by the coordinator at its own expense, waits for a machine of another owner until 21 Nov 2026 14:00 UTC/,
  )
  expect(lines({ state: 'completed', quorum: { ...quorum, wanted: 1, agree: 0, results: [] } })).toEqual([
    'results   not repeated; why: windfall decision list --job job-1 --kind replication',
  ])
})
