/** Everything the window may ask of the agent, and everything the agent may tell the window. */
import { z } from 'zod'
import { ReceiptBundle } from '../domain/carbon-receipt.ts'
import { MeterMethod } from '../domain/energy-proof.ts'
import { ReceiptSummary } from './receipt.ts'
import { call, event } from './define.ts'
import {
  DecimalString,
  Id,
  IsoTime,
  KeyId,
  Origin,
  PageRequest,
  RuntimeName,
  Sha256Hex,
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
  'tariff',
  'grid-stale',
  'offline',
  'no-jobs',
  'blocked',
  'cooldown',
  'shutting-down',
  'device-off',
  'ceiling',
  'game',
  'fullscreen',
  'media',
  'gpu-in-use',
  'cpu-in-use',
  'vram',
  'metered',
  'sleep',
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

/** `waiting`: nothing stands in the way but a job to run. `fault`: a job ended and left something behind, so no other one starts. */
export const PolicyState = z.enum(['off', 'blocked', 'waiting', 'running', 'yielding', 'cooldown', 'fault'])
export type PolicyState = z.infer<typeof PolicyState>

export const Display = z.enum(['earning', 'ready', 'waiting', 'finishing', 'paused', 'action-needed'])
export type Display = z.infer<typeof Display>

export const PowerReading = z.strictObject({ at: IsoTime, watts: z.number() })
export type PowerReading = z.infer<typeof PowerReading>

/** Limits of the owner's own, below those of the hardware. `null`: none. Work pauses above, and goes on 7 °C below. */
export const Ceilings = z.strictObject({
  temperatureC: z.number().int().min(40).max(110).nullable(),
  watts: z.number().int().min(10).max(2_000).nullable(),
})
export type Ceilings = z.infer<typeof Ceilings>

/** A device whose energy can be read, and what it does now. */
const Device = z.strictObject({
  /** SHA-256 of the hardware id and the node id: the same over restarts, slots and driver versions. */
  deviceId: Sha256Hex,
  kind: z.enum(['gpu', 'cpu']),
  vendor: z.string(),
  name: z.string(),
  driver: z.string(),
  /** PCI address; `null` for a CPU. */
  busId: z.string().nullable(),
  vramBytes: z.number().int().nullable(),
  powerLimitW: z.number().nullable(),
  /** Instances a partitioned GPU (MIG) is cut into; `null` if it is whole. */
  instances: z.number().int().nullable(),
  method: MeterMethod,
  /** What reads it, such as `NVML`. */
  reader: z.string(),
  /** What a figure from this sensor is worth (k = 2), and where that is known from. */
  sensor: z.strictObject({ uncertaintyPct: z.number(), basis: z.string() }),
  state: z.enum(['ok', 'lost', 'asleep', 'unavailable']),
  /** The last reading; `null` before the first one. */
  at: IsoTime.nullable(),
  watts: z.number().nullable(),
  temperatureC: z.number().nullable(),
  /** Power of the quiet device; `null` until it was measured. */
  idleW: z.number().nullable(),
  /** Since midnight UTC, while Windfall watched: all of it, and the part used by jobs. */
  energyToday: z.strictObject({ joules: z.number(), jobJoules: z.number() }),
  /** The owner's switch. */
  enabled: z.boolean(),
  ceilings: Ceilings,
  /** Why no job works on it at this moment, though one could; `null` if nothing holds it back. */
  held: z.strictObject({ code: z.enum(['off', 'temperature', 'watts', 'container']), message: z.string().max(300) }).nullable(),
})
export type Device = z.infer<typeof Device>

/** Hardware that is there but not used, with the reason and what the owner can do. */
const SeenDevice = z.strictObject({
  kind: z.enum(['gpu', 'cpu', 'accelerator']),
  vendor: z.string(),
  name: z.string(),
  busId: z.string().nullable(),
  reason: z.enum(['no-driver', 'no-meter', 'asleep', 'unreadable', 'driver-failed', 'not-used']),
  advice: z.string().max(1_000),
})
export type SeenDevice = z.infer<typeof SeenDevice>

/** The key this node signs with. It may change; the node id stays. */
const DeviceKey = z.strictObject({
  keyId: KeyId,
  alg: z.enum(['EdDSA', 'ES256']),
  evidence: z.enum(['software', 'tpm']),
  /** Where it is kept, as the owner would say it. */
  keptIn: z.string(),
  /** False where the place protects it no better than a plain file of this user. */
  sealed: z.boolean(),
  /** How often the node has replaced its key. */
  rotations: z.number().int().min(0),
  /** The key that takes over once the coordinator knows it; `null` unless one waits for that. */
  next: z.strictObject({ keyId: KeyId, alg: z.enum(['EdDSA', 'ES256']), evidence: z.enum(['software', 'tpm']), message: z.string().max(500) }).nullable(),
})
export type DeviceKey = z.infer<typeof DeviceKey>

export const AgentJob = z.strictObject({
  jobId: Id,
  attemptId: Id,
  leaseId: Id,
  name: z.string(),
  kind: z.string(),
  runtime: RuntimeName,
  /** `given-back`: its run is proven and the job goes on elsewhere or later; it is paid when the job is finished. */
  state: z.enum([
    'leased',
    'waiting',
    'preparing',
    'running',
    'collecting',
    'proving',
    'submitted',
    'accepted',
    'given-back',
    'refused',
    'failed',
    'cancelled',
    'lost',
  ]),
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

/** A job at work. Energy, method and uncertainty are of what was metered so far. */
const RunningJob = AgentJob.extend({
  /** What it works on, by device id. */
  deviceIds: z.array(Sha256Hex),
})
export type RunningJob = z.infer<typeof RunningJob>

const Milliseconds = z.number().min(0)

/** One time the owner got the machine back. Durations run from the signal, or from its first reading where nobody knows when it came. */
export const Yield = z.strictObject({
  at: IsoTime,
  code: ReasonCode,
  /** `rested`: the job stood still for a moment. `stopped`: it had to go. */
  kind: z.enum(['rested', 'stopped']),
  decidedMs: Milliseconds,
  /** When it stopped computing; `null` if that is not known. */
  computeStoppedMs: Milliseconds.nullable(),
  /** When nothing of it was left but perhaps GPU memory; `null` for one that only rested. */
  goneMs: Milliseconds.nullable(),
  /** `back`: as much is free as before the job. `others`: nothing of the job is left on the GPU, and others use more. `held`: it was not given back in time. */
  memory: z.enum(['back', 'others', 'held']).nullable(),
  memoryMs: Milliseconds.nullable(),
})
export type Yield = z.infer<typeof Yield>

/** Measured on this very machine, over its last yields that stopped a job. */
export const YieldTimes = z.strictObject({
  count: z.number().int().min(0),
  /** From the signal until the job and its GPU memory were gone. */
  p50Ms: Milliseconds.nullable(),
  p95Ms: Milliseconds.nullable(),
})
export type YieldTimes = z.infer<typeof YieldTimes>

/** What a stretch of the day went to: work, a reason against it, the machine asleep, or an agent that did not run. */
export const DayCode = z.enum([...ReasonCode.options, 'running', 'asleep', 'off'])
export type DayCode = z.infer<typeof DayCode>

export const DayReport = z.strictObject({
  /** UTC. */
  day: z.iso.date(),
  /** What has passed of the day; the sum of all entries, to the millisecond. */
  totalMs: z.number().int().min(0),
  /** Longest first. */
  entries: z.array(z.strictObject({ code: DayCode, ms: z.number().int().positive() })),
})
export type DayReport = z.infer<typeof DayReport>

/** One place from which the agent learns whether its owner needs the machine. */
export const SignalSource = z.strictObject({
  signal: z.string().max(40),
  source: z.string().max(40),
  /** `absent`: this machine has no such source. */
  state: z.enum(['ok', 'absent', 'failed']),
  ageMs: Milliseconds.nullable(),
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
  devices: z.array(Device),
  seen: z.array(SeenDevice),
  node: z.strictObject({
    nodeId: KeyId,
    zone: Zone,
    payoutAddress: SolanaAddress.nullable(),
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
  earnings: z.strictObject({ confirmedMicroUsd: DecimalString, inFlightMicroUsd: DecimalString, paidMicroUsd: DecimalString, paidLamports: UnsignedDecimal }),
})
export type AgentStatus = z.infer<typeof AgentStatus>

/** The sun on the owner's roof; `null` where none was declared. */
const SolarView = z.strictObject({
  /** Watts that the home leaves over, so that a job may have them; `null` if nobody knows now. */
  watts: z.number().nullable(),
  at: IsoTime.nullable(),
  /** `metered`: read where the home meets the grid. `declared`: read at the panels, less what the owner says the home uses. */
  basis: z.enum(['metered', 'declared']),
  message: z.string().max(300).nullable(),
})
export type SolarView = z.infer<typeof SolarView>

export const GridView = z.strictObject({
  zone: Zone,
  signal: Signal.nullable(),
  now: z.strictObject({ gPerKWh: z.number(), from: IsoTime, to: IsoTime }).nullable(),
  greenWindows: z.array(Window),
  rule: z.string(),
  state: z.enum(['fresh', 'stale', 'missing']),
  message: z.string().nullable(),
  /** What electricity costs the owner; `null` if they have not said. */
  tariff: z
    .strictObject({
      words: z.string().max(300),
      /** Hundredths of the currency per kWh, now; `null` if not known. */
      now: z.strictObject({ minorPerKWh: z.number(), currency: z.string().length(3), until: IsoTime }).nullable(),
    })
    .nullable(),
  solar: SolarView.nullable(),
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
  /** Also takes a `finish` or a `runAnyway` back, and ends a fault. */
  resume: call(Empty, AgentStatus),
  /** The jobs that run may end; then Windfall pauses until the owner resumes, at once if none runs. */
  finish: call(Empty, AgentStatus),
  /**
   * Jobs run until then, a day at most, although the owner is present, outside their hours, on a grid their rule does not call green, and at a loss.
   * Every other reason counts as before. Survives restart; a pause ends it. Errors: `input.invalid`, `conflict` while paused.
   */
  runAnyway: call(z.strictObject({ until: IsoTime }), AgentStatus),
  getDayReport: call(z.strictObject({ day: z.iso.date() }), DayReport),
  getSignals: call(Empty, z.strictObject({ sources: z.array(SignalSource).max(64) })),
  /** What is not named stays as it is. Switching a device off stops the job that works on it, and no other. */
  setDevice: call(z.strictObject({ deviceId: Sha256Hex, enabled: z.boolean().optional(), ceilings: Ceilings.optional() }), AgentStatus),
  /** Looks for hardware again at once. */
  detectDevices: call(Empty, AgentStatus),
  /** Replaces the device key; the node keeps its id and its proof chain. */
  rotateKey: call(z.strictObject({ evidence: z.enum(['software', 'tpm']) }), AgentStatus),
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
