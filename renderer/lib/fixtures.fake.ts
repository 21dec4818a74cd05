/** What an agent would say on one afternoon. */
import type { AgentJob } from '../../shared/contract/agent-job.ts'
import type { GridView } from '../../shared/contract/agent-grid.ts'
import type { AgentPayout, AgentStatus } from '../../shared/contract/agent.ts'
import type { PowerReading } from '../../shared/contract/device.ts'
import type { Reason } from '../../shared/contract/policy.ts'
import type { Yield } from '../../shared/contract/yield.ts'
import { toIso } from '../../shared/units.ts'
import { HOUR, MINUTE, at } from './afternoon.fake.ts'
import { aDevice, aKey, deviceId } from './devices.fake.ts'
import { aJob, atWork } from './jobs.fake.ts'
import type { ReceiptRow } from '../ui/receipt-table.tsx'

const hour = (index: number): number => new Date(2026, 10, 21, 14 + index).getTime()

const NODE_ID = 'nX0bq8yyHkQm1yJm7c9rX3p5Qf2dWv6aT4uL8sE0oKc'
const ADDRESS = '7Np41oeYqPefeNQEHSv1UDhYrehxin3NStELsSKCT4K2'
export const SIGNATURE = '5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW'

const INTENSITY = [96, 104, 122, 150, 168, 176, 171, 160, 148, 131, 112, 98, 84, 71, 62, 55, 58, 66, 81, 97, 118, 140, 152, 146]

export const aGrid = (changes: Partial<GridView> = {}): GridView => ({
  zone: 'GB-13',
  signal: {
    zone: 'GB-13',
    kind: 'average',
    basis: 'direct',
    unit: 'gCO2/kWh',
    price: null,
    source: 'NESO Carbon Intensity, regional forecast, recording of 18–19 March 2024',
    origin: 'recorded',
    recordedOn: '2024-03-18/19',
    issuedAt: at(-10 * MINUTE),
    estimated: true,
    bodySha256: 'e'.repeat(64),
    attribution: 'Contains data of the National Energy System Operator (NESO), Carbon Intensity, CC BY 4.0',
    points: Array.from({ length: 96 }, (_, slot) => ({
      from: toIso(hour(0) + slot * 30 * MINUTE),
      to: toIso(hour(0) + (slot + 1) * 30 * MINUTE),
      value: (INTENSITY[Math.floor(slot / 2) % 24] ?? 0) + (slot > 48 ? 9 : 0) + (slot % 2),
      forecast: true,
    })),
  },
  now: { gPerKWh: 97, from: toIso(hour(0)), to: toIso(hour(1)) },
  greenWindows: [
    { from: toIso(hour(0)), to: toIso(hour(2)) },
    { from: toIso(hour(11)), to: toIso(hour(20)) },
    { from: toIso(hour(36)), to: toIso(hour(43)) },
  ],
  greenerThanPercent: 82,
  rule: 'Green means at or below 100 g/kWh in your zone.',
  state: 'fresh',
  message: null,
  tariff: null,
  solar: null,
  ...changes,
})

const runningOf = (job: AgentJob | null) => (job && ['preparing', 'running', 'collecting'].includes(job.state) ? [atWork(job)] : [])

/** One job runs unless `job` says otherwise; `running` follows it. */
export const aStatus = (changes: Partial<AgentStatus> = {}): AgentStatus => ({
  version: '0.1.0',
  display: 'earning',
  policy: 'running',
  reasons: [],
  pausedUntil: null,
  finishing: false,
  anywayUntil: null,
  mayRunAnyway: false,
  outlook: { reasons: [], nextStart: at(0), message: 'Your hours, your prices and the grid allow a start now.', net: null },
  lastYield: aYield(),
  yieldTimes: { count: 12, p50Ms: 510, p95Ms: 910 },
  job: aJob(),
  running: runningOf(changes.job === undefined ? aJob() : changes.job),
  busyDevices: [deviceId(1)],
  power: { watts: 172.4, method: 'counter', at: at(0) },
  rate: { payMicroUsd: '212500', costMicroUsd: '41376' },
  devices: [aDevice()],
  seen: [],
  node: { nodeId: NODE_ID, zone: 'GB-13', payoutAddress: ADDRESS, payoutChange: null, payoutRefusal: null, key: aKey() },
  coordinator: { state: 'connected', url: 'http://127.0.0.1:4470', lastSyncAt: at(-2_000), message: null },
  today: {
    since: at(-14 * HOUR),
    accruedMicroUsd: '123',
    confirmedMicroUsd: '281000',
    energyJ: 1_656_000,
    emissionsG: 41.2,
    attributedSavingG: 61.7,
    runMs: 2 * HOUR + 41 * MINUTE,
    receipts: 6,
    origin: 'recorded',
    recordedOn: '2024-03-18',
    estimated: false,
  },
  earnings: { accruedMicroUsd: '310000', confirmedMicroUsd: '14720000', inFlightMicroUsd: '1250000', paidMicroUsd: '203100000', paidLamports: '1421700000' },
  ...changes,
})

export const PAUSED: Reason = { code: 'user', message: 'You paused Windfall in this window.', until: at(30 * MINUTE) }
export const CARBON: Reason = { code: 'carbon', message: 'GB-13 is at 168 g/kWh, above your limit of 100 g/kWh.', until: at(10 * HOUR) }
export const PRESENT: Reason = { code: 'owner-present', message: 'The keyboard was used less than 5 minutes ago.', until: null }

export const VRAM: Reason = { code: 'vram', message: 'A job is gone, but the GPU has not given its memory back, so no other job starts.', until: null }

export const aYield = (changes: Partial<Yield> = {}): Yield => ({
  at: at(-39 * MINUTE),
  code: 'owner-present',
  kind: 'stopped',
  decidedMs: 12,
  computeStoppedMs: 130,
  goneMs: 280,
  memory: 'back',
  memoryMs: 412,
  ...changes,
})

export const somePower = (watts = 172): PowerReading[] =>
  Array.from({ length: 120 }, (_, index) => ({
    at: at((index - 119) * 1_000),
    watts: watts + 9 * Math.sin(index / 9) + 3 * Math.sin(index * 1.7),
    temperatureC: 61 + Math.round(2 * Math.sin(index / 20)),
  }))

const aReceipt = (changes: Partial<ReceiptRow> = {}): ReceiptRow => ({
  receiptId: 'receipt-1',
  jobId: 'job-accepted',
  nodeId: NODE_ID,
  zone: 'GB-13',
  issuedAt: at(-2 * HOUR),
  energyWh: 120,
  emissionsG: 10.8,
  attributedSavingG: 14.4,
  origin: 'recorded',
  recordedOn: '2024-03-18',
  method: 'counter',
  leafIndex: 5,
  ...changes,
})

export const someReceipts = (): ReceiptRow[] => [
  aReceipt(),
  aReceipt({
    receiptId: '01998e90-19c2-7b40-8d31-6a1f00c2b7d4',
    issuedAt: at(-5 * HOUR),
    energyWh: 50.3,
    emissionsG: 7.9,
    attributedSavingG: -1.2,
    leafIndex: 4,
    origin: 'live',
  }),
  aReceipt({
    receiptId: '01998c02-51aa-7e08-a1f7-0c77d2e9b310',
    zone: 'FR',
    issuedAt: at(-27 * HOUR),
    energyWh: 0.086,
    emissionsG: 0.004,
    attributedSavingG: 0.0007,
    leafIndex: 3,
    origin: 'modelled',
    method: 'estimate',
  }),
]

export const aPayout = (changes: Partial<AgentPayout> = {}): AgentPayout => ({
  payoutId: 'payout-31',
  state: 'finalized',
  lamports: '98700000',
  microUsd: '14100000',
  rate: 'fixed by the operator: 1 SOL = $142.86, 21 Nov 2026 12:00 UTC',
  signature: SIGNATURE,
  address: ADDRESS,
  cluster: 'localnet',
  at: at(-20 * HOUR),
  ...changes,
})

export const somePayouts = (): AgentPayout[] => [
  aPayout({ payoutId: 'payout-33', state: 'planned', lamports: '1050', microUsd: '150', signature: null, at: at(-MINUTE) }),
  aPayout({ payoutId: 'payout-32', state: 'confirmed', lamports: '8750000', microUsd: '1250000', at: at(-4 * MINUTE) }),
  aPayout(),
  aPayout({ payoutId: 'payout-30', state: 'failed', signature: null, at: at(-70 * HOUR) }),
]
