import type { AgentJob, RunningJob } from '../../shared/contract/agent-job.ts'
import { HOUR, MINUTE, at } from './afternoon.fake.ts'
import { deviceId } from './devices.fake.ts'

export const aJob = (changes: Partial<AgentJob> = {}): AgentJob => ({
  jobId: '01998f3e-7f3a-7c11-9a52-2f6b1c0d9e01',
  attemptId: '01998f3e-7f3a-7c11-9a52-2f6b1c0d9e02',
  leaseId: '01998f3e-7f3a-7c11-9a52-2f6b1c0d9e03',
  name: 'Galaxy cluster fit, block 12',
  kind: 'scientific',
  runtime: 'docker',
  state: 'running',
  code: null,
  message: null,
  progress: 0.63,
  receivedAt: at(-52 * MINUTE),
  startedAt: at(-26 * MINUTE),
  endedAt: null,
  window: { from: at(-30 * MINUTE), to: at(30 * MINUTE) },
  expectedSeconds: 2_460,
  joules: 268_000,
  method: 'counter',
  uncertaintyPct: 5.2,
  proofId: null,
  receiptId: null,
  microUsd: null,
  ...changes,
})

export const atWork = (changes: Partial<RunningJob> = {}): RunningJob => ({ ...aJob(), deviceIds: [deviceId(1)], ...changes })

const accepted = (): AgentJob =>
  aJob({
    leaseId: 'lease-accepted',
    jobId: 'job-accepted',
    name: 'Image batch 7f3a',
    kind: 'inference',
    state: 'accepted',
    progress: null,
    receivedAt: at(-3 * HOUR),
    startedAt: at(-3 * HOUR + MINUTE),
    endedAt: at(-2 * HOUR - 18 * MINUTE),
    joules: 432_000,
    proofId: 'proof-1',
    receiptId: 'receipt-1',
    microUsd: '28100',
  })

const refused = (): AgentJob =>
  aJob({
    leaseId: 'lease-refused',
    jobId: 'job-refused',
    name: 'Embedding shard 0b77',
    kind: 'ml-training',
    state: 'refused',
    code: 'proof.implausible',
    message: 'The proof claims more energy than the card can draw in that time. Nothing was booked.',
    progress: null,
    receivedAt: at(-26 * HOUR),
    startedAt: at(-26 * HOUR),
    endedAt: at(-25 * HOUR),
    joules: 64_800,
    proofId: 'proof-0',
  })

const estimated = (): AgentJob =>
  aJob({
    leaseId: 'lease-estimate',
    jobId: 'job-estimate',
    name: 'Prime gaps to 10⁹',
    kind: 'data-hash',
    runtime: 'wasm',
    state: 'submitted',
    progress: null,
    receivedAt: at(-50 * HOUR),
    startedAt: at(-50 * HOUR),
    endedAt: at(-50 * HOUR + 12_000),
    joules: 310,
    method: 'estimate',
    uncertaintyPct: 50,
    proofId: 'proof-2',
    microUsd: '123',
  })

export const someJobs = (): AgentJob[] => [aJob(), accepted(), refused(), estimated()]
