import type { JobView } from '../../../shared/contract/job.ts'
import type { JobFigures } from '../../../shared/contract/overview.ts'
import type { PlanAnswer } from '../../../shared/contract/plan.ts'
import type { JobDetail, JobSummary } from '../../../shared/contract/work.ts'
import { HOUR, MINUTE, at } from '../../lib/afternoon.fake.ts'
import type { FakeHandlers } from '../console.fake.tsx'

const NODE = 'n'.repeat(43)
export const jobIdOf = (number: number): string => `job-${String(number).padStart(4, '0')}`

/** A job of the requester that is signed in. */
export const aJob = (number: number, changes: Partial<JobSummary> = {}): JobSummary => ({
  jobId: jobIdOf(number),
  requesterId: 'requester-1',
  kind: 'render',
  name: `Frame ${number}`,
  state: 'queued',
  reason: 'waiting.window',
  message: null,
  submittedAt: at(-number * MINUTE),
  updatedAt: at(-number * MINUTE),
  deadline: at(6 * HOUR),
  priority: 5,
  zone: 'DE',
  nodeId: null,
  maxMicroUsd: '200000',
  priceMicroUsd: null,
  receiptId: null,
  array: null,
  template: null,
  againOf: null,
  doneAgainAs: null,
  ...changes,
})

const window = { from: at(HOUR), to: at(2 * HOUR) }
const score = { total: 0.253, intensity: 0.178, price: 0.063, utilisation: 0.012 }

const aPlan: NonNullable<JobDetail['plan']> = {
  nodeId: NODE,
  zone: 'DE',
  window,
  runs: [window],
  gPerKWh: 148,
  expectedGrams: 12.4,
  gramsRange: { low: 10, high: 15 },
  expectedMicroUsd: '41000',
  electricity: { minorPerKWh: 21, currency: 'EUR', market: 'wholesale', knownShare: 1 },
  chosenBy: 'joint',
  baselineGrams: 20,
  score,
  source: 'energy-charts',
  origin: 'live',
  recordedOn: null,
  greenest: null,
}

export const aDetail = (changes: Partial<JobDetail> = {}): JobDetail => ({ ...aJob(1), plan: aPlan, attempts: [], quorum: null, ...changes })

/** The same as its requester sees it. */
export const aView = ({ jobId, state, attempts, plan, name }: JobDetail, changes: Partial<JobView> = {}): JobView => ({
  jobId,
  state,
  reason: null,
  message: null,
  retryAt: null,
  spec: {
    kind: 'render',
    name,
    modelId: null,
    runtime: { name: 'wasm', image: `sha256:${'a'.repeat(64)}`, archive: `sha256:${'a'.repeat(64)}` },
    args: ['--frame', '1'],
    env: {},
    limits: { wallSeconds: 180, memoryBytes: 67_108_864, outputBytes: 4_194_304, cpus: 1 },
    checkpoints: false,
    interruptible: null,
    needs: { gpus: 0, vramBytes: 0, ramBytes: 268_435_456 },
    zones: null,
    priority: 5,
    earliestStart: null,
    deadline: at(6 * HOUR),
    expected: { seconds: 8, watts: 15 },
    price: { microUsdPerHour: '20000000', maxMicroUsd: '200000' },
    carbon: { rule: 'window', capG: null },
    objective: 'green',
    outputSha256: null,
  },
  submittedAt: at(-HOUR),
  updatedAt: at(-HOUR),
  plan,
  excluded: { offline: 3, gpu: 12 },
  attempts,
  outputSha256: null,
  outputExpiresAt: null,
  quorum: null,
  receiptId: null,
  receiptIds: [],
  priceMicroUsd: null,
  checkpoint: null,
  array: null,
  template: null,
  after: [],
  ...changes,
})

const counts = { queued: 312, planned: 0, leased: 0, running: 4, verifying: 0, completed: 990, failed: 3, expired: 1, cancelled: 0 }

export const someFigures = (of: JobFigures['of'] = 'all'): JobFigures => ({
  asOf: at(0),
  of,
  states: counts,
  window: {
    from: at(-24 * HOUR),
    to: at(0),
    jobs: 1_000,
    isSample: false,
    waitSeconds: { p50: 41, p95: 360, of: 998 },
    ended: { completed: 990, failed: 3, expired: 1, cancelled: 0 },
    failedShare: 0.004,
  },
  queue: [24, 12, 0].map((hours, index) => ({ at: at(-hours * HOUR), waiting: [10, 400, 312][index] ?? 0 })),
})

/** A coordinator with these jobs, newest first. */
export const jobsHandlers = (jobs: readonly JobSummary[]): FakeHandlers => ({
  getJobSummary: () => someFigures(),
  browseJobs: ({ after, limit }) => {
    const from = after === null ? 0 : jobs.findIndex(({ jobId }) => jobId === after) + 1
    const items = jobs.slice(from, from + limit)
    return { items, next: from + limit < jobs.length ? (items.at(-1)?.jobId ?? null) : null }
  },
})

/** A coordinator with one job. */
export const jobHandlers = (job: JobDetail): FakeHandlers => ({
  getWork: () => job,
  listDecisions: () => ({ items: [], next: null }),
})

export const anAnswer = (changes: Partial<PlanAnswer> = {}): PlanAnswer => ({
  plan: { ...aPlan, nodeId: 'node-1' },
  compared: { composite: null, joint: null },
  alternatives: [],
  excluded: { gpu: 12, offline: 3 },
  out: [],
  nodes: 16,
  maxPriceMicroUsd: '250000',
  ...changes,
})
