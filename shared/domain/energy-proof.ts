/** The energy proof a node signs: payload type and body, version 1, and version 2 for a home with the sun on its roof. */
import { z } from 'zod'
import { Digest, Id, IsoTime, KeyId, RuntimeName, Sha256Hex } from '../contract/wire.ts'

export const ENERGY_PROOF_TYPE = 'application/vnd.windfall.energy-proof.v1+json'
const ENERGY_PROOF_TYPE_V2 = 'application/vnd.windfall.energy-proof.v2+json'

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

const EnergyProofV1 = z.strictObject({
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

/** How it is known what the sun gave: `metered` where the home meets the grid, or less directly and as the owner declares. */
const SolarBasis = z.enum(['metered', 'declared'])

/** The same with the part of `boardJ` that came from the owner's own sun. */
const EnergyProofV2 = z.strictObject({ ...EnergyProofV1.shape, v: z.literal(2), solarJ: amount, solarBasis: SolarBasis })

export const EnergyProof = z.discriminatedUnion('v', [EnergyProofV1, EnergyProofV2])
export type EnergyProof = z.infer<typeof EnergyProof>

export interface SolarShare {
  readonly joules: number
  readonly basis: z.infer<typeof SolarBasis>
}

/** What the sun gave to the work a proof is about; `null` where nobody says. */
export const solarOf = (proof: EnergyProof): SolarShare | null => (proof.v === 2 ? { joules: proof.solarJ, basis: proof.solarBasis } : null)

/** The payload type under which a proof is signed: that of the lowest version that can hold it, so that older checkers read what they can. */
export const energyProofType = ({ v }: Pick<EnergyProof, 'v'>): string => (v === 2 ? ENERGY_PROOF_TYPE_V2 : ENERGY_PROOF_TYPE)

/** What an envelope must be to hold a proof: of the version it says it is, if that is a known one. */
export const proofFormatOf = ({ payloadType }: { readonly payloadType: string }): { readonly payloadType: string; readonly schema: z.ZodType<EnergyProof> } =>
  payloadType === ENERGY_PROOF_TYPE_V2
    ? { payloadType: ENERGY_PROOF_TYPE_V2, schema: EnergyProofV2 }
    : { payloadType: ENERGY_PROOF_TYPE, schema: EnergyProofV1 }
