/** A job as its requester describes it, and as everyone sees it afterwards. */
import { z } from 'zod'
import { MAX_PROOFS } from '../domain/carbon-receipt.ts'
import { JobInputs } from './job-input.ts'
import { After, ArrayPlace, TemplateId } from './job-links.ts'
import { Exclusion, Plan } from './plan.ts'
import { Quorum, QuorumView } from './quorum.ts'
import { DecimalString, Digest, Id, IsoTime, KeyId, Sha256Hex, UnsignedDecimal, Window, Zone } from './wire.ts'

export const JobKind = z.enum(['ml-training', 'data-hash', 'render', 'scientific', 'inference'])

/**
 * `image` is the digest of what runs: the OCI image id, or the SHA-256 of the WebAssembly module.
 * `archive` is the blob the coordinator serves for it (`docker load` tar, or the module itself); `null` means pull `reference`.
 */
export const JobRuntime = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('docker'), image: Digest, archive: Digest.nullable(), reference: z.string().max(255).nullable() }),
  z.strictObject({ name: z.literal('wasm'), image: Digest, archive: Digest }),
])
export type JobRuntime = z.infer<typeof JobRuntime>

/** The largest output of a job anywhere; a coordinator may take less. */
export const MAX_OUTPUT_BYTES = 16_777_216

export const JobLimits = z.strictObject({
  wallSeconds: z.number().int().min(1).max(604_800),
  memoryBytes: z.number().int().min(1_048_576).max(1_099_511_627_776),
  outputBytes: z.number().int().min(1).max(MAX_OUTPUT_BYTES),
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
  /** How well its node must have worked so far, 0 to 1; a node that nothing is known of has 0.5. */
  minReputation: z.number().min(0).max(1).optional(),
})

export const JobSpec = z.strictObject({
  kind: JobKind,
  name: z.string().min(1).max(120),
  modelId: z.string().max(120).nullable().default(null),
  runtime: JobRuntime,
  args: z.array(z.string().max(4_096)).max(64).default([]),
  env: z.record(z.string().regex(/^[A-Z_][A-Z0-9_]{0,63}$/), z.string().max(4_096)).default({}),
  /** What it finds in `/job/in`, which is its own copy: nobody sees what it changes there. */
  inputs: JobInputs.optional(),
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
  /** How often it is begun again after it failed by itself, each time after a longer pause; left out: never. A machine's failure does not count. */
  retries: z.number().int().min(0).max(20).optional(),
  /** How its result is made sure of, beyond what every proof is checked for. */
  quorum: Quorum.optional(),
  /**
   * `soft`, which is meant if nothing is said: the machine may hear of the job a moment before the coordinator has written that it did, so that a crash
   * just then lets the job begin twice; it is paid once. `durable`: it never begins before that is written, for a job that costs or does something
   * outside.
   */
  lease: z.enum(['soft', 'durable']).optional(),
})
export type JobSpec = z.infer<typeof JobSpec>

export const JobState = z.enum(['queued', 'planned', 'leased', 'running', 'verifying', 'completed', 'failed', 'expired', 'cancelled'])
export type JobState = z.infer<typeof JobState>

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
  /** When it is tried again after it failed by itself; `null` unless it rests. */
  retryAt: IsoTime.nullable().default(null),
  spec: JobSpec,
  submittedAt: IsoTime,
  updatedAt: IsoTime,
  plan: Plan.nullable(),
  excluded: z.partialRecord(Exclusion, z.number().int()),
  attempts: z.array(
    z.strictObject({
      attemptId: Id,
      nodeId: KeyId,
      /**
       * `given-back`: its run is proven and the job goes on from its checkpoint; it is paid when the job is finished, or cancelled by its requester. `held`:
       * its result is proven, and compared with those of others before any of them counts.
       */
      state: z.enum(['leased', 'running', 'verifying', 'succeeded', 'held', 'given-back', 'failed', 'lost']),
      startedAt: IsoTime.nullable(),
      endedAt: IsoTime.nullable(),
      reason: z.string().nullable(),
    }),
  ),
  outputSha256: Sha256Hex.nullable(),
  /** Until when the output is kept; `null` without one. */
  outputExpiresAt: IsoTime.nullable().default(null),
  /** Where it stands with what others come to; `null` unless results of it are compared. */
  quorum: QuorumView.nullable().default(null),
  /** The last of `receiptIds`: that of the machine which ran last. */
  receiptId: Id.nullable(),
  /** One for each machine whose proven runs were paid, in the order in which they ended. */
  receiptIds: z.array(Id).max(MAX_PROOFS).default([]),
  /** What its verified run time cost, all runs together; what had been set aside beyond that went back. `null` while nothing was paid. */
  priceMicroUsd: DecimalString.nullable(),
  /** `null` if there is none, or the job has ended. */
  checkpoint: Checkpoint.nullable().default(null),
  /** `null` for a job that was submitted by itself. */
  array: ArrayPlace.nullable().default(null),
  /** `null` if it was not made from one. */
  template: TemplateId.nullable().default(null),
  after: After.default([]),
})
export type JobView = z.infer<typeof JobView>

/**
 * Why a coordinator asks for a running job back, to be gone on with later from what it has saved: the grid is dirtier than usual, an operator
 * makes up that it is, the run that was planned is over, or it takes much longer there than is usual.
 */
export const YieldReason = z.enum(['carbon', 'carbon.simulated', 'plan', 'straggler'])
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
