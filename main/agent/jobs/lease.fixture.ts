import { Lease } from '../../../shared/contract/job.ts'

const DIGEST = `sha256:${'ab'.repeat(32)}`

/** A valid lease for tests; give only what the test is about. */
export const fakeLease = (change: Partial<Lease> = {}): Lease =>
  Lease.parse({
    leaseId: 'lease-1',
    token: 1,
    jobId: 'job-1',
    attemptId: 'attempt-1',
    submittedAt: '2026-03-01T12:00:00.000Z',
    window: { from: '2026-03-01T12:00:00.000Z', to: '2026-03-01T12:10:00.000Z' },
    ttlMs: 60_000,
    plan: {
      nodeId: 'n'.repeat(43),
      zone: 'GB-13',
      window: { from: '2026-03-01T12:00:00.000Z', to: '2026-03-01T12:10:00.000Z' },
      gPerKWh: 120,
      runs: [{ from: '2026-03-01T12:00:00.000Z', to: '2026-03-01T12:10:00.000Z' }],
      gramsRange: null,
      expectedMicroUsd: '1000',
      electricity: null,
      chosenBy: 'composite',
      expectedGrams: 0.1,
      baselineGrams: 0.2,
      score: { total: 0.144, intensity: 0.144, price: 0, utilisation: 0 },
      source: 'test',
      origin: 'recorded',
      recordedOn: '2024-03-18',
      greenest: null,
    },
    spec: {
      kind: 'render',
      name: 'Test job',
      runtime: { name: 'wasm', image: DIGEST, archive: DIGEST },
      limits: { wallSeconds: 60, memoryBytes: 67_108_864, outputBytes: 1_048_576, cpus: 1 },
      needs: { gpus: 0, vramBytes: 0, ramBytes: 0 },
      deadline: '2026-03-01T18:00:00.000Z',
      expected: { seconds: 10, watts: 40 },
      price: { microUsdPerHour: '250000', maxMicroUsd: '5000' },
      carbon: { rule: 'now', capG: null },
    },
    ...change,
  })
