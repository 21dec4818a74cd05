/** Everything the window may ask of the agent, and everything the agent may tell the window. */
import { z } from 'zod'
import { ReceiptBundle } from '../domain/carbon-receipt.ts'
import { MeterMethod } from '../domain/energy-proof.ts'
import { ReceiptSummary } from './coordinator.ts'
import { call, event } from './define.ts'
import {
  DecimalString,
  Id,
  IsoTime,
  KeyId,
  Origin,
  PageRequest,
  RuntimeName,
  Signal,
  SolanaAddress,
  SolanaSignature,
  UnsignedDecimal,
  Window,
  Zone,
  pageOf,
} from './wire.ts'

/** Stable codes: the same in tray, window, CLI and API. A job runs only while the set is empty. */
export const ReasonCode = z.enum([
  'user',
  'owner-present',
  'presence-unknown',
  'schedule',
  'battery',
  'heat',
  'carbon',
  'grid-stale',
  'offline',
  'no-jobs',
  'blocked',
  'cooldown',
  'shutting-down',
])
export type ReasonCode = z.infer<typeof ReasonCode>

export const Reason = z.strictObject({
  code: ReasonCode,
  /** One sentence for the owner. */
  message: z.string().max(300),
  /** When this is expected to change; `null` if nobody can know. */
  until: IsoTime.nullable(),
})
export type Reason = z.infer<typeof Reason>

export const PolicyState = z.enum(['off', 'blocked', 'waiting', 'running', 'yielding', 'cooldown'])
export type PolicyState = z.infer<typeof PolicyState>

export const Display = z.enum(['earning', 'ready', 'waiting', 'finishing', 'paused', 'action-needed'])
export type Display = z.infer<typeof Display>

export const PowerReading = z.strictObject({ at: IsoTime, watts: z.number() })
export type PowerReading = z.infer<typeof PowerReading>

const Device = z.strictObject({
  kind: z.enum(['gpu', 'cpu']),
  vendor: z.string(),
  name: z.string(),
  driver: z.string(),
  vramBytes: z.number().int().nullable(),
  powerLimitW: z.number().nullable(),
  method: MeterMethod,
})
export type Device = z.infer<typeof Device>

export const AgentJob = z.strictObject({
  jobId: Id,
  attemptId: Id,
  leaseId: Id,
  name: z.string(),
  kind: z.string(),
  runtime: RuntimeName,
  state: z.enum(['leased', 'waiting', 'preparing', 'running', 'collecting', 'proving', 'submitted', 'accepted', 'refused', 'failed', 'cancelled', 'lost']),
  /** Why it waits, failed or was refused: a stable code and a sentence. */
  code: z.string().nullable(),
  message: z.string().nullable(),
  progress: z.number().min(0).max(1).nullable(),
  receivedAt: IsoTime,
  startedAt: IsoTime.nullable(),
  endedAt: IsoTime.nullable(),
  window: Window,
  expectedSeconds: z.number(),
  joules: z.number().nullable(),
  method: MeterMethod.nullable(),
  uncertaintyPct: z.number().nullable(),
  proofId: Id.nullable(),
  receiptId: Id.nullable(),
  microUsd: DecimalString.nullable(),
})
export type AgentJob = z.infer<typeof AgentJob>

export const AgentStatus = z.strictObject({
  version: z.string(),
  display: Display,
  policy: PolicyState,
  reasons: z.array(Reason),
  pausedUntil: IsoTime.nullable(),
  job: AgentJob.nullable(),
  power: z.strictObject({ watts: z.number(), method: MeterMethod, at: IsoTime }).nullable(),
  devices: z.array(Device),
  node: z.strictObject({ nodeId: KeyId, zone: Zone, payoutAddress: SolanaAddress.nullable() }),
  coordinator: z.strictObject({
    state: z.enum(['connected', 'connecting', 'offline', 'unconfigured']),
    url: z.string().nullable(),
    lastSyncAt: IsoTime.nullable(),
    message: z.string().nullable(),
  }),
  today: z.strictObject({
    since: IsoTime,
    accruedMicroUsd: DecimalString,
    confirmedMicroUsd: DecimalString,
    energyJ: z.number(),
    emissionsG: z.number(),
    attributedSavingG: z.number(),
    runMs: z.number(),
    receipts: z.number().int(),
    /** Where today's grid figures come from at worst; `null` without receipts. */
    origin: Origin.nullable(),
    recordedOn: z.string().max(40).nullable(),
    /** True if any of today's energy was estimated. */
    estimated: z.boolean(),
  }),
  earnings: z.strictObject({ confirmedMicroUsd: DecimalString, inFlightMicroUsd: DecimalString, paidMicroUsd: DecimalString, paidLamports: UnsignedDecimal }),
})
export type AgentStatus = z.infer<typeof AgentStatus>

export const GridView = z.strictObject({
  zone: Zone,
  signal: Signal.nullable(),
  now: z.strictObject({ gPerKWh: z.number(), from: IsoTime, to: IsoTime }).nullable(),
  greenWindows: z.array(Window),
  rule: z.string(),
  state: z.enum(['fresh', 'stale', 'missing']),
  message: z.string().nullable(),
})
export type GridView = z.infer<typeof GridView>

export const AgentPayout = z.strictObject({
  payoutId: Id,
  state: z.enum(['planned', 'sent', 'confirmed', 'finalized', 'failed']),
  lamports: UnsignedDecimal,
  microUsd: UnsignedDecimal,
  rate: z.string(),
  signature: SolanaSignature.nullable(),
  address: SolanaAddress,
  cluster: z.string(),
  at: IsoTime,
})
export type AgentPayout = z.infer<typeof AgentPayout>

const Empty = z.strictObject({})

export const agentContract = {
  getStatus: call(Empty, AgentStatus),
  /** `until: null` pauses until the owner resumes; a pause survives restart. */
  pause: call(z.strictObject({ until: IsoTime.nullable() }), AgentStatus),
  resume: call(Empty, AgentStatus),
  getPower: call(Empty, z.strictObject({ method: MeterMethod.nullable(), readings: z.array(PowerReading).max(240) })),
  getGrid: call(Empty, GridView),
  listJobs: call(PageRequest, pageOf(AgentJob)),
  listReceipts: call(PageRequest, pageOf(ReceiptSummary)),
  getReceipt: call(z.strictObject({ receiptId: Id }), z.strictObject({ bundle: ReceiptBundle, pinnedKeys: z.array(KeyId) })),
  listPayouts: call(PageRequest, pageOf(AgentPayout)),

  /** Something the window shows may have changed; the window asks again for what it needs. */
  changed: event(z.strictObject({ seq: z.number().int(), what: z.array(z.enum(['status', 'jobs', 'receipts', 'payouts', 'grid'])) })),
  power: event(PowerReading),
}
