import type { ReceiptSummary } from '../../shared/contract/receipt.ts'
import type { AgentJob } from '../../shared/contract/agent-job.ts'
import type { GridView } from '../../shared/contract/agent-grid.ts'
import type { AgentPayout, AgentStatus } from '../../shared/contract/agent.ts'
import type { Device } from '../../shared/contract/device.ts'
import type { ZoneNow, ZonesNow } from '../../shared/contract/zone-now.ts'
import { HALF_HOUR_MS, toIso } from '../../shared/units.ts'

const START = Date.parse('2026-11-21T12:00:00.000Z')
const at = (minutes: number): string => toIso(START + minutes * 60_000)

const NODE_ID = 'sample-node-sample-node-sample-node-sample1'
const ADDRESS = '4Nd1mYQZ5yYJQY1p7wqz5mFq7cJrV6Yd9wHkU2sTxVbG'

export const SAMPLE_JOB: AgentJob = {
  jobId: 'job-1',
  attemptId: 'attempt-1',
  leaseId: 'lease-1',
  name: 'Hash a data set',
  kind: 'data-hash',
  runtime: 'wasm',
  state: 'running',
  code: null,
  message: null,
  progress: 0.4,
  receivedAt: at(0),
  startedAt: at(1),
  endedAt: null,
  window: { from: at(0), to: at(60) },
  expectedSeconds: 120,
  joules: 4_200,
  method: 'rapl',
  uncertaintyPct: 5,
  proofId: null,
  receiptId: null,
  microUsd: null,
}

const SAMPLE_CPU: Device = {
  deviceId: 'c'.repeat(64),
  kind: 'cpu',
  vendor: 'Sample',
  name: 'Sample CPU',
  driver: 'none',
  busId: null,
  vramBytes: null,
  powerLimitW: 65,
  instances: null,
  method: 'rapl',
  reader: 'RAPL',
  sensor: { uncertaintyPct: 5, basis: 'sample' },
  state: 'ok',
  at: at(2),
  watts: 71.6,
  temperatureC: null,
  idleW: 12,
  energyToday: { joules: 1_656_000, jobJoules: 1_200_000 },
  enabled: true,
  ceilings: { temperatureC: null, watts: null },
  held: null,
}

export const SAMPLE_GPU: Device = {
  ...SAMPLE_CPU,
  deviceId: 'f'.repeat(64),
  kind: 'gpu',
  name: 'Sample GPU',
  busId: '0000:01:00.0',
  vramBytes: 12_884_901_888,
  powerLimitW: 320,
  method: 'counter',
  reader: 'NVML',
  watts: 14.2,
  temperatureC: 84,
  ceilings: { temperatureC: 80, watts: null },
  held: { code: 'temperature', message: 'It is at 84 °C; you allow 80 °C. Work goes on at 73 °C.' },
}

export const SAMPLE_STATUS: AgentStatus = {
  version: '0.1.0',
  display: 'earning',
  policy: 'running',
  reasons: [],
  pausedUntil: null,
  finishing: false,
  anywayUntil: null,
  mayRunAnyway: false,
  outlook: { reasons: [], nextStart: at(0), message: 'Your hours, your prices and the grid allow a start now.', net: null },
  lastYield: null,
  yieldTimes: { count: 0, p50Ms: null, p95Ms: null },
  job: SAMPLE_JOB,
  running: [{ ...SAMPLE_JOB, deviceIds: [SAMPLE_CPU.deviceId] }],
  busyDevices: [SAMPLE_CPU.deviceId],
  power: { watts: 71.6, method: 'rapl', at: at(2) },
  rate: null,
  devices: [SAMPLE_GPU, SAMPLE_CPU],
  seen: [{ kind: 'gpu', vendor: 'Sample', name: 'Sample laptop GPU', busId: '0000:02:00.0', reason: 'asleep', advice: 'It sleeps to save power.' }],
  node: {
    nodeId: NODE_ID,
    zone: 'GB-13',
    payoutAddress: ADDRESS,
    payoutChange: null,
    payoutRefusal: null,
    key: { keyId: NODE_ID, alg: 'EdDSA', evidence: 'software', keptIn: 'GNOME keyring (libsecret)', sealed: true, rotations: 0, next: null },
  },
  coordinator: { state: 'connected', url: 'http://127.0.0.1:4000', lastSyncAt: at(2), message: null },
  today: {
    since: at(-720),
    accruedMicroUsd: '310000',
    confirmedMicroUsd: '281000',
    energyJ: 1_656_000,
    emissionsG: 58.4,
    attributedSavingG: 21.2,
    runMs: 9_660_000,
    receipts: 2,
    origin: 'recorded',
    recordedOn: '2024-03-18',
    estimated: false,
  },
  earnings: { accruedMicroUsd: '310000', confirmedMicroUsd: '14720000', inFlightMicroUsd: '310000', paidMicroUsd: '203100000', paidLamports: '1354000000' },
}

export const SAMPLE_RECEIPT: ReceiptSummary = {
  receiptId: 'receipt-1',
  jobId: 'job-0',
  nodeId: NODE_ID,
  zone: 'GB-13',
  issuedAt: at(-30),
  energyWh: 120.4,
  emissionsG: 14.9,
  attributedSavingG: 6.1,
  origin: 'recorded',
  recordedOn: '2024-03-18',
  method: 'estimate',
  leafIndex: 0,
}

export const SAMPLE_PAYOUT: AgentPayout = {
  payoutId: 'payout-1',
  state: 'finalized',
  lamports: '1354000',
  microUsd: '203100',
  rate: '150 USD per SOL, sample',
  signature: '5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW',
  address: ADDRESS,
  cluster: 'localnet',
  at: at(-20),
}

export const samplePower = () => ({
  method: 'rapl' as const,
  readings: Array.from({ length: 120 }, (_, n) => ({
    at: toIso(START + n * 1_000),
    watts: 70 + 3 * Math.sin(n / 9),
    temperatureC: 58 + Math.round(Math.sin(n / 30)),
  })),
})

export function sampleGrid(): GridView {
  const points = Array.from({ length: 96 }, (_, n) => ({
    from: toIso(START + n * HALF_HOUR_MS),
    to: toIso(START + (n + 1) * HALF_HOUR_MS),
    value: Math.round(150 + 90 * Math.sin(n / 7)),
    forecast: n > 0,
  }))
  return {
    zone: 'GB-13',
    signal: {
      zone: 'GB-13',
      kind: 'average',
      basis: 'direct',
      unit: 'gCO2/kWh',
      price: null,
      source: 'sample',
      origin: 'recorded',
      recordedOn: '2024-03-18',
      issuedAt: at(0),
      estimated: false,
      bodySha256: '0'.repeat(64),
      attribution: 'Sample data',
      points,
    },
    now: { gPerKWh: 150, from: at(0), to: at(30) },
    greenWindows: [{ from: at(780), to: at(960) }],
    greenerThanPercent: 64,
    rule: 'In the window the coordinator planned',
    state: 'fresh',
    message: null,
    tariff: null,
    solar: null,
  }
}

const sampleZone = (zone: string, name: string, gPerKWh: number | null): ZoneNow => ({
  zone,
  name,
  gPerKWh,
  state: gPerKWh === null ? 'missing' : 'fresh',
  origin: gPerKWh === null ? null : 'modelled',
  recordedOn: null,
  source: gPerKWh === null ? null : 'sample',
  issuedAt: gPerKWh === null ? null : at(0),
})

export const sampleZones = (): ZonesNow => ({
  zones: [
    { ...sampleZone('GB-13', 'London', 150), origin: 'recorded', recordedOn: '2024-03-18' },
    sampleZone('GB', 'Great Britain', 124),
    sampleZone('FR', 'France', 56),
    sampleZone('PL', 'Poland', null),
  ],
  attributions: ['Sample data'],
})
