/** The energy proof a node signs: `formats` version 1, payload type and body. */
import { z } from 'zod'
import { Digest, Id, IsoTime, KeyId, RuntimeName, Sha256Hex } from '../contract/wire.ts'

export const ENERGY_PROOF_TYPE = 'application/vnd.windfall.energy-proof.v1+json'

const amount = z.number().min(0)
const count = z.number().int().min(0)

/** How energy was read, the most trustworthy first. */
export const MeterMethod = z.enum(['counter', 'power-average', 'power-instant', 'rapl', 'mixed', 'estimate'])
export type MeterMethod = z.infer<typeof MeterMethod>

/** Several devices or proofs together are as good as the weakest; `estimate` if there are none. */
export const weakestMethod = (methods: readonly MeterMethod[]): MeterMethod =>
  MeterMethod.options[Math.max(...methods.map((method) => MeterMethod.options.indexOf(method)))] ?? 'estimate'

export const ProofDevice = z.strictObject({
  /** SHA-256 of the device UUID followed by the node id, so that the UUID itself never travels. */
  uuidHash: Sha256Hex,
  kind: z.enum(['gpu', 'cpu']),
  vendor: z.string().max(60),
  name: z.string().max(120),
  driver: z.string().max(60),
  powerLimitW: amount,
})
export type ProofDevice = z.infer<typeof ProofDevice>

/** Half-open, contiguous, split at every UTC half-hour. `coverage` is the share of the interval that was measured, 0…1. */
const ProofInterval = z.strictObject({ from: IsoTime, to: IsoTime, joules: amount, coverage: z.number().min(0).max(1) })
type ProofInterval = z.infer<typeof ProofInterval>

/** What the meter knows when an attempt ends; every number is a reading or derived from readings by a named method. */
export const Measurement = z.strictObject({
  devices: z.array(ProofDevice).min(1).max(64),
  method: MeterMethod,
  intervals: z.array(ProofInterval).min(1).max(2_000),
  boardJ: amount,
  marginalJ: amount.nullable(),
  idleW: amount.nullable(),
  meanW: amount,
  peakW: amount,
  samples: count,
  expectedSamples: count,
  maxGapMs: amount,
  coverage: z.number().min(0).max(1),
  resets: count,
  wraps: count,
  stuck: count,
  counterStart: amount.nullable(),
  counterEnd: amount.nullable(),
  crossCheckRatio: amount.nullable(),
  uncertaintyPct: amount,
  uncertaintyBasis: z.string().max(300),
  shared: z.boolean(),
  sampleLogSha256: Sha256Hex,
})
export type Measurement = z.infer<typeof Measurement>

export const EnergyProof = z.strictObject({
  v: z.literal(1),
  proofId: Id,
  nodeId: KeyId,
  jobId: Id,
  attemptId: Id,
  leaseId: Id,
  seq: z.number().int().positive(),
  prev: Sha256Hex.nullable(),
  startedAt: IsoTime,
  endedAt: IsoTime,
  durationMs: amount,
  sleepMs: amount,
  ...Measurement.shape,
  runtime: z.strictObject({ name: RuntimeName, image: Digest }),
  exitCode: z.number().int(),
  outputSha256: Sha256Hex,
  evidence: z.enum(['software', 'tpm']),
})
export type EnergyProof = z.infer<typeof EnergyProof>
