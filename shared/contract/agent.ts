/** Everything the window may ask of the agent, and everything the agent may tell the window. */
import { z } from 'zod'
import { ReceiptBundle } from '../domain/carbon-receipt.ts'
import { MeterMethod } from '../domain/energy-proof.ts'
import { ReceiptSearch, ReceiptSummary } from './receipt.ts'
import { Reason, PolicyState, Display } from './policy.ts'
import { PowerReading, Ceilings, Device, SeenDevice, DeviceKey } from './device.ts'
import { AgentJob, RunningJob } from './agent-job.ts'
import { Yield, YieldTimes } from './yield.ts'
import { DayReport } from './day-report.ts'
import { PayoutExtras, ownMoneyCalls, passedOnCalls } from './agent-money.ts'
import { GridView } from './agent-grid.ts'
import { call, event } from './define.ts'
import { diagnosisCalls } from './diagnosis.ts'
import { firstRunCalls } from './first-run.ts'
import { ZonesNow } from './zone-now.ts'
import { CarbonRule, GatePreview, OwnerRules, RulesView } from './owner-rules.ts'
import { DecimalString, Id, IsoTime, KeyId, Origin, PageRequest, Sha256Hex, SolanaAddress, SolanaSignature, UnsignedDecimal, Zone, pageOf } from './wire.ts'

/** One place from which the agent learns whether its owner needs the machine. */
export const SignalSource = z.strictObject({
  signal: z.string().max(40),
  source: z.string().max(40),
  /** `absent`: this machine has no such source. */
  state: z.enum(['ok', 'absent', 'failed']),
  ageMs: z.number().min(0).nullable(),
})
export type SignalSource = z.infer<typeof SignalSource>

/** What the owner's rules, the grid and the window of the job that waits have against a start, whatever else may stand in the way. */
const StartOutlook = z.strictObject({
  reasons: z.array(Reason),
  /** The first moment at which they all agree, by what is known now; `null` if it is not within the next 48 hours. */
  nextStart: IsoTime.nullable(),
  message: z.string().max(300),
  /** What is left of the pay for the job that waits if it starts now, in hundredths of the owner's currency; `null` if nobody can tell. */
  net: z
    .strictObject({ currency: z.string().length(3), payMinor: z.number(), costMinor: z.number(), netMinor: z.number(), method: z.string().max(300) })
    .nullable(),
})
export type StartOutlook = z.infer<typeof StartOutlook>

export const AgentStatus = z.strictObject({
  version: z.string(),
  display: Display,
  policy: PolicyState,
  reasons: z.array(Reason),
  pausedUntil: IsoTime.nullable(),
  /** The jobs that run are the last ones: then Windfall pauses until the owner resumes. */
  finishing: z.boolean(),
  /** Until then jobs run although the owner is present, outside their hours, on a grid their rule does not call green, and at a loss. */
  anywayUntil: IsoTime.nullable(),
  /** True if `runAnyway` would leave nothing in the way now. */
  mayRunAnyway: z.boolean(),
  outlook: StartOutlook,
  lastYield: Yield.nullable(),
  yieldTimes: YieldTimes,
  /** The first of those that run, else the one whose turn is next. */
  job: AgentJob.nullable(),
  /** All that run now: as many at once as there are devices for. */
  running: z.array(RunningJob),
  /** Ids of the devices that jobs work on now: leaving one of them alone stops the job on it. */
  busyDevices: z.array(Sha256Hex),
  power: z.strictObject({ watts: z.number(), method: MeterMethod, at: IsoTime }).nullable(),
  /**
   * What the jobs that work now would bring this machine in an hour, and what their electricity costs in it; `null` if nobody can tell. An
   * estimate: it takes watts, price and prospects for what they are at this moment. `null` while none works.
   */
  rate: z.strictObject({ payMicroUsd: DecimalString, costMicroUsd: DecimalString.nullable() }).nullable(),
  devices: z.array(Device),
  seen: z.array(SeenDevice),
  node: z.strictObject({
    nodeId: KeyId,
    zone: Zone,
    payoutAddress: SolanaAddress.nullable(),
    /** Another address that takes over then; until then nothing is paid out by itself, and the owner can take it back. */
    payoutChange: z.strictObject({ address: SolanaAddress, effectiveAt: IsoTime }).nullable(),
    /** Why the coordinator cannot pay to that address; `null` as far as is known. */
    payoutRefusal: z.string().max(300).nullable(),
    key: DeviceKey,
  }),
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
  earnings: z.strictObject({
    accruedMicroUsd: DecimalString,
    confirmedMicroUsd: DecimalString,
    inFlightMicroUsd: DecimalString,
    paidMicroUsd: DecimalString,
    paidLamports: UnsignedDecimal,
  }),
})
export type AgentStatus = z.infer<typeof AgentStatus>

export const AgentPayout = z.strictObject({
  payoutId: Id,
  state: z.enum(['planned', 'sent', 'confirmed', 'finalized', 'failed']),
  lamports: UnsignedDecimal,
  microUsd: UnsignedDecimal,
  rate: z.string(),
  signature: SolanaSignature.nullable(),
  address: SolanaAddress,
  cluster: z.string(),
  ...PayoutExtras,
  at: IsoTime,
})
export type AgentPayout = z.infer<typeof AgentPayout>

const Empty = z.strictObject({})

/** An hour of power at one reading a second. */
export const POWER_READINGS = 3_600

export const agentContract = {
  getStatus: call(Empty, AgentStatus),
  /** `until: null` pauses until the owner resumes; a pause survives restart. */
  pause: call(z.strictObject({ until: IsoTime.nullable() }), AgentStatus),
  /** Also takes a `finish` or a `runAnyway` back, and ends a fault. */
  resume: call(Empty, AgentStatus),
  /** The jobs that run may end; then Windfall pauses until the owner resumes, at once if none runs. */
  finish: call(Empty, AgentStatus),
  /**
   * Jobs run until then, a day at most, although the owner is present, outside their hours, on a grid their rule does not call green, and at a loss.
   * Every other reason counts as before. Survives restart; a pause ends it. Errors: `input.invalid`, `conflict` while paused.
   */
  runAnyway: call(z.strictObject({ until: IsoTime }), AgentStatus),
  /** The owner's rules, and what they would be without the window. */
  getRules: call(Empty, RulesView),
  /** Error: `input.invalid`. `null` goes back to what the settings file says. They hold at once, for jobs that run, too. */
  setRules: call(z.strictObject({ rules: OwnerRules.nullable() }), RulesView),
  /** What another rule would call green in the hours ahead. */
  previewGate: call(z.strictObject({ gate: CarbonRule }), GatePreview),
  getDayReport: call(z.strictObject({ day: z.iso.date() }), DayReport),
  getSignals: call(Empty, z.strictObject({ sources: z.array(SignalSource).max(64) })),
  /** What is not named stays as it is. Switching a device off stops the job that works on it, and no other. */
  setDevice: call(z.strictObject({ deviceId: Sha256Hex, enabled: z.boolean().optional(), ceilings: Ceilings.optional() }), AgentStatus),
  /** Looks for hardware again at once. */
  detectDevices: call(Empty, AgentStatus),
  /** Replaces the device key; the node keeps its id and its proof chain. */
  rotateKey: call(z.strictObject({ evidence: z.enum(['software', 'tpm']) }), AgentStatus),
  /** The readings of the last hour, oldest first; with `since` only those after it. */
  getPower: call(
    z.strictObject({ since: IsoTime.nullable().default(null) }),
    z.strictObject({ method: MeterMethod.nullable(), readings: z.array(PowerReading).max(POWER_READINGS) }),
  ),
  getGrid: call(Empty, GridView),
  /** Every zone that this machine knows something of, or knows of. */
  getZones: call(Empty, ZonesNow),
  listJobs: call(PageRequest, pageOf(AgentJob)),
  listReceipts: call(PageRequest.extend(ReceiptSearch), pageOf(ReceiptSummary)),
  getReceipt: call(z.strictObject({ receiptId: Id }), z.strictObject({ bundle: ReceiptBundle, pinnedKeys: z.array(KeyId) })),
  /** The coordinator's keys that this machine trusts, for a receipt that came another way; none before it first spoke with one. */
  getPinnedKeys: call(Empty, z.strictObject({ pinnedKeys: z.array(KeyId) })),
  listPayouts: call(PageRequest, pageOf(AgentPayout)),
  /** Error: `not-found`. */
  getPayout: call(z.strictObject({ payoutId: Id }), AgentPayout),
  ...ownMoneyCalls,
  ...passedOnCalls,
  ...firstRunCalls,
  ...diagnosisCalls,

  /** Something the window shows may have changed; the window asks again for what it needs. */
  changed: event(z.strictObject({ seq: z.number().int(), what: z.array(z.enum(['status', 'jobs', 'receipts', 'payouts', 'grid', 'money', 'diagnosis'])) })),
  power: event(PowerReading),
}
