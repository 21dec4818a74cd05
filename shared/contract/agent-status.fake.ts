import type { AgentStatus } from './agent.ts'
import type { DeviceKey } from './device.ts'

export const FAKE_KEY: DeviceKey = {
  keyId: 'n'.repeat(43),
  alg: 'EdDSA',
  evidence: 'software',
  keptIn: 'a test',
  sealed: false,
  rotations: 0,
  next: null,
}

/** What an agent says that has just been set up and waits for its first job. */
export const fakeStatus = (change: Partial<AgentStatus> = {}): AgentStatus => ({
  version: '0.1.0',
  display: 'ready',
  policy: 'waiting',
  reasons: [],
  pausedUntil: null,
  finishing: false,
  anywayUntil: null,
  mayRunAnyway: false,
  outlook: { reasons: [], nextStart: '2026-03-01T12:00:00.000Z', message: 'Your hours, your prices and the grid allow a start now.', net: null },
  lastYield: null,
  yieldTimes: { count: 0, p50Ms: null, p95Ms: null },
  job: null,
  running: [],
  busyDevices: [],
  power: null,
  rate: null,
  devices: [],
  seen: [],
  node: { nodeId: 'n'.repeat(43), zone: 'GB-13', payoutAddress: null, payoutChange: null, payoutRefusal: null, key: FAKE_KEY },
  coordinator: { state: 'connected', url: null, lastSyncAt: null, message: null },
  today: {
    since: '2026-03-01T00:00:00.000Z',
    accruedMicroUsd: '0',
    confirmedMicroUsd: '0',
    energyJ: 0,
    emissionsG: 0,
    attributedSavingG: 0,
    runMs: 0,
    receipts: 0,
    origin: null,
    recordedOn: null,
    estimated: false,
  },
  earnings: { accruedMicroUsd: '0', confirmedMicroUsd: '0', inFlightMicroUsd: '0', paidMicroUsd: '0', paidLamports: '0' },
  ...change,
})
