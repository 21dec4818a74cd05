/** A job as its requester describes it, and as everyone sees it afterwards. */
import { z } from 'zod'
import { MAX_PROOFS } from '../domain/carbon-receipt.ts'
import { DecimalString, Digest, Id, IsoTime, KeyId, Origin, Sha256Hex, UnsignedDecimal, Window, Zone } from './wire.ts'

const JobKind = z.enum(['ml-training', 'data-hash', 'render', 'scientific', 'inference'])

/**
 * `image` is the digest of what runs: the OCI image id, or the SHA-256 of the WebAssembly module.
 * `archive` is the blob the coordinator serves for it (`docker load` tar, or the module itself); `null` means pull `reference`.
 */
export const JobRuntime = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('docker'), image: Digest, archive: Digest.nullable(), reference: z.string().max(255).nullable() }),
  z.strictObject({ name: z.literal('wasm'), image: Digest, archive: Digest }),
])
export type JobRuntime = z.infer<typeof JobRuntime>

export const JobLimits = z.strictObject({
  wallSeconds: z.number().int().min(1).max(604_800),
  memoryBytes: z.number().int().min(1_048_576).max(1_099_511_627_776),
  outputBytes: z.number().int().min(1).max(16_777_216),
  cpus: z.number().min(0.1).max(256),
})
export type JobLimits = z.infer<typeof JobLimits>

/** The largest checkpoint that goes with its job from one machine to another, as the tar that it travels in. A larger one stays where it was made. */
export const MAX_CHECKPOINT_BYTES = 67_108_864

const Price = z.strictObject({
  /** What an hour of verified run time pays, before the 85/15 split. */
  microUsdPerHour: UnsignedDecimal,
  /** Reserved from the requester's balance at submission; the price never exceeds it. */
  maxMicroUsd: UnsignedDecimal,
})

const Carbon = z.strictObject({
  /** `now`: start at once. `window`: wait for the cleanest window before the deadline. */
  rule: z.enum(['now', 'window']),
  /** Refuse every plan expected to emit more than this, grams CO2e. */
  capG: z.number().positive().nullable(),
})

const Weight = z.number().min(0).max(1_000)

/** How much carbon, the price of electricity and waiting matter, relative to each other. */
export const Weights = z
  .strictObject({ carbon: Weight, cost: Weight, time: Weight })
  .refine(({ carbon, cost, time }) => carbon + cost + time > 0, 'one weight has to be above 0')
export type Weights = z.infer<typeof Weights>

export const ObjectivePreset = z.enum(['green', 'cheap', 'fast', 'balanced'])
export type ObjectivePreset = z.infer<typeof ObjectivePreset>

/** A preset, or weights of one's own. */
export const Objective = z.union([ObjectivePreset, Weights])
export type Objective = z.infer<typeof Objective>

/** A job that may be cut into several runs. Pausing has a price: a run lasts at least so long, and going on again takes so long. */
const Interruptible = z.strictObject({
  minRunSeconds: z.number().int().min(0).max(86_400).default(0),
  restartSeconds: z.number().int().min(0).max(86_400).default(0),
})

const GPUS = 'how many GPUs the job needs, a whole number from 0 to 16; it takes the place of gpu: true or false'

/** What a machine must have: so many GPUs with so much memory each, 0 for none, and so much memory beside. */
const Needs = z.strictObject({
  gpus: z.number(GPUS).int().min(0).max(16),
  vramBytes: z.number().int().min(0),
  ramBytes: z.number().int().min(0),
})

export const JobSpec = z.strictObject({
  kind: JobKind,
  name: z.string().min(1).max(120),
  modelId: z.string().max(120).nullable().default(null),
  runtime: JobRuntime,
  args: z.array(z.string().max(4_096)).max(64).default([]),
  env: z.record(z.string().regex(/^[A-Z_][A-Z0-9_]{0,63}$/), z.string().max(4_096)).default({}),
  limits: JobLimits,
  /**
   * The job saves where it is to `/job/ckpt` and goes on from there, on this machine or another, so it is given a moment to do so when it has to
   * stop. Any other is ended at once.
   */
  checkpoints: z.boolean().default(false),
  /** `null`: once begun it runs to its end, unless its machine's owner comes back. Only for jobs with `checkpoints`. */
  interruptible: Interruptible.nullable().default(null),
  needs: Needs,
  /** Zones the data may go to; `null` means anywhere. */
  zones: z.array(Zone).min(1).max(64).nullable().default(null),
  priority: z.number().int().min(0).max(9).default(5),
  earliestStart: IsoTime.nullable().default(null),
  deadline: IsoTime,
  /** What the planner may assume; the lease and the price go by what is measured. */
  expected: z.strictObject({ seconds: z.number().positive().max(604_800), watts: z.number().positive().max(100_000) }),
  price: Price,
  carbon: Carbon,
  /** What its window is chosen for; without effect for the rule `now`. */
  objective: Objective.default('green'),
  /** If given, any other output is a failed job, never a paid one. */
  outputSha256: Sha256Hex.nullable().default(null),
})
export type JobSpec = z.infer<typeof JobSpec>

export const JobState = z.enum(['queued', 'planned', 'leased', 'running', 'verifying', 'completed', 'failed', 'expired', 'cancelled'])
export type JobState = z.infer<typeof JobState>

/** Why a node cannot take a job. Counted for every waiting job. `capacity`: it could, but all its time before the deadline is taken by other jobs. `given-back`: it had it and could not begin it, so that it is not asked again for a while. */
export const Exclusion = z.enum([
  'offline',
  'paused',
  'busy',
  'runtime',
  'gpu',
  'vram',
  'ram',
  'zone',
  'carbon-cap',
  'price',
  'deadline',
  'no-signal',
  'capacity',
  'given-back',
])
export type Exclusion = z.infer<typeof Exclusion>

const Score = z.strictObject({ total: z.number(), intensity: z.number(), price: z.number(), utilisation: z.number() })

/** Eight of ten times the value lies between the two. */
export const Range = z.strictObject({ low: z.number(), high: z.number() })
export type Range = z.infer<typeof Range>

/** The mean price of electricity while a job runs, and for how much of that time it is published. */
export const ElectricityPrice = z.strictObject({
  minorPerKWh: z.number(),
  currency: z.enum(['GBP', 'EUR', 'USD']),
  market: z.enum(['wholesale', 'retail']),
  /** Above 0 up to 1. */
  knownShare: z.number(),
})
export type ElectricityPrice = z.infer<typeof ElectricityPrice>

export const Plan = z.strictObject({
  nodeId: KeyId,
  zone: Zone,
  /** From the start of the first run to the end of the last. */
  window: Window,
  /** In order; one, unless the job is interruptible. What is left of a job that has run before. */
  runs: z.array(Window).min(1).max(128),
  /** Mean forecast intensity while it runs, gCO2e/kWh. */
  gPerKWh: z.number(),
  expectedGrams: z.number(),
  /** By how far this source's forecasts were off lately, at this distance; `null` without a track record. */
  gramsRange: Range.nullable(),
  /** What the requester pays if it runs for as long as expected; it never pays more than the answer's `maxPriceMicroUsd`. */
  expectedMicroUsd: UnsignedDecimal,
  electricity: ElectricityPrice.nullable(),
  /** `composite`: the placement score's choice is the better one by the job's objective, or the same. `joint`: zone and time chosen together is better. */
  chosenBy: z.enum(['composite', 'joint']),
  /** The same energy started at submission, grams. */
  baselineGrams: z.number(),
  /** 0.6 × intensity/500 + 0.3 × price/100 + 0.1 × utilisation; lower is better. */
  score: Score,
  source: z.string(),
  origin: Origin,
  recordedOn: z.string().nullable(),
  /** The cleanest window in the forecast, whether or not it was chosen. */
  greenest: z.strictObject({ window: Window, gPerKWh: z.number() }).nullable(),
})
export type Plan = z.infer<typeof Plan>

/** One of the two choices that are compared. */
const ComparedChoice = z.strictObject({
  nodeId: KeyId,
  zone: Zone,
  runs: z.array(Window).min(1).max(128),
  gPerKWh: z.number(),
  minorPerKWh: z.number().nullable(),
  score: Score,
  /** By the job's objective, in its own unit; lower is better. */
  objective: z.number(),
})
export type ComparedChoice = z.infer<typeof ComparedChoice>

export const PlanAnswer = z.strictObject({
  plan: Plan.nullable(),
  /** Both choices; `null` where there is none. */
  compared: z.strictObject({ composite: ComparedChoice.nullable(), joint: ComparedChoice.nullable() }),
  alternatives: z
    .array(
      z.strictObject({
        nodeId: KeyId,
        zone: Zone,
        score: Score,
        window: Window,
        gPerKWh: z.number(),
        source: z.string(),
        origin: Origin,
        recordedOn: z.string().nullable(),
      }),
    )
    .max(50),
  /** How many nodes each constraint excludes, e.g. `{"runtime": 3}`. */
  excluded: z.partialRecord(Exclusion, z.number().int()),
  /** Which nodes those are, as far as there is room. */
  out: z.array(z.strictObject({ nodeId: KeyId, zone: Zone, reason: Exclusion })).max(200),
  nodes: z.number().int(),
  maxPriceMicroUsd: UnsignedDecimal,
})
export type PlanAnswer = z.infer<typeof PlanAnswer>

/** What an earlier attempt has saved, and the next one goes on from. */
export const Checkpoint = z.strictObject({
  /** Of the tar that it travels in. */
  sha256: Sha256Hex,
  bytes: z.number().int().min(1).max(MAX_CHECKPOINT_BYTES),
  savedAt: IsoTime,
  /** Token of the lease under which it was made: of two checkpoints of a job, the one with the higher token is the later one. */
  token: z.number().int().positive(),
})
export type Checkpoint = z.infer<typeof Checkpoint>

export const JobView = z.strictObject({
  jobId: Id,
  state: JobState,
  /** Machine-readable: why it waits or why it ended, e.g. `waiting.window`, `proof.output`. */
  reason: z.string().max(80).nullable(),
  message: z.string().max(500).nullable(),
  spec: JobSpec,
  submittedAt: IsoTime,
  updatedAt: IsoTime,
  plan: Plan.nullable(),
  excluded: z.partialRecord(Exclusion, z.number().int()),
  attempts: z.array(
    z.strictObject({
      attemptId: Id,
      nodeId: KeyId,
      /** `given-back`: its run is proven and the job goes on from its checkpoint; it is paid when the job is finished, or cancelled by its requester. */
      state: z.enum(['leased', 'running', 'verifying', 'succeeded', 'given-back', 'failed', 'lost']),
      startedAt: IsoTime.nullable(),
      endedAt: IsoTime.nullable(),
      reason: z.string().nullable(),
    }),
  ),
  outputSha256: Sha256Hex.nullable(),
  /** The last of `receiptIds`: that of the machine which ran last. */
  receiptId: Id.nullable(),
  /** One for each machine whose proven runs were paid, in the order in which they ended. */
  receiptIds: z.array(Id).max(MAX_PROOFS).default([]),
  /** What its verified run time cost, all runs together; what had been set aside beyond that went back. `null` while nothing was paid. */
  priceMicroUsd: DecimalString.nullable(),
  /** `null` if there is none, or the job has ended. */
  checkpoint: Checkpoint.nullable().default(null),
})
export type JobView = z.infer<typeof JobView>

/**
 * Why a coordinator asks for a running job back, to be gone on with later from what it has saved: the grid is dirtier than usual, an operator
 * makes up that it is, or the run that was planned is over.
 */
export const YieldReason = z.enum(['carbon', 'carbon.simulated', 'plan'])
export type YieldReason = z.infer<typeof YieldReason>

/** What an agent gets to run: the job, and a fencing token that ends with the lease. */
export const Lease = z.strictObject({
  leaseId: Id,
  /** Strictly rising per job; a result with an older token is refused. */
  token: z.number().int().positive(),
  jobId: Id,
  attemptId: Id,
  spec: JobSpec,
  submittedAt: IsoTime,
  window: Window,
  plan: Plan,
  /** The lease ends this long after it was last renewed, on any clock: durations travel, clock readings do not. */
  ttlMs: z.number().int().positive(),
  /** Where the attempt goes on; `null`: it begins at the start, unless something newer lies on the node itself. */
  checkpoint: Checkpoint.nullable().default(null),
})
export type Lease = z.infer<typeof Lease>
