import type { AgentJob } from '../../shared/contract/agent-job.ts'

/** An attempt of this machine. */
export const someJob = (state: AgentJob['state'], leaseId: string, change: Partial<AgentJob> = {}): AgentJob => ({
  jobId: `job-${leaseId}`,
  attemptId: `attempt-${leaseId}`,
  leaseId,
  name: 'Hash a data set',
  kind: 'data-hash',
  runtime: 'wasm',
  state,
  code: null,
  message: null,
  progress: null,
  receivedAt: '2026-03-01T12:00:00.000Z',
  startedAt: null,
  endedAt: null,
  window: { from: '2026-03-01T12:00:00.000Z', to: '2026-03-01T13:00:00.000Z' },
  expectedSeconds: 60,
  joules: null,
  method: null,
  uncertaintyPct: null,
  proofId: null,
  receiptId: null,
  microUsd: null,
  ...change,
})
