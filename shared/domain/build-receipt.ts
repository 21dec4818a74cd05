/** Puts together the statement a coordinator signs: `formats` version 1. Pure: the same facts give the same receipt. */
import { type EpochMs, epochMs, fromIso, JOULES_PER_WH, toIso } from '../units.ts'
import { emissionsOf, gpuHoursOf, sciOf, startAtArrival } from './carbon.ts'
import { type CarbonReceipt, RECEIPT_PREDICATE_TYPE, type ReceiptInterval, type ReceiptPredicate, STATEMENT_TYPE } from './carbon-receipt.ts'
import { type EnergyProof, solarOf, weakestMethod } from './energy-proof.ts'

/** What the grid was like, and who says so. */
export type GridValue = Pick<ReceiptInterval, 'gPerKWh' | 'basis' | 'source' | 'issuedAt' | 'estimated' | 'origin' | 'bodySha256'>
/** Average intensity of a stretch of time inside one UTC half-hour. */
export type IntensityAt = (from: EpochMs, to: EpochMs) => GridValue

/** A proof that a receipt rests on. */
interface ReceiptProof {
  readonly proof: EnergyProof
  readonly bodySha256: string
  /** How long its job had drawn energy before, on any node, milliseconds; left out: not at all. */
  readonly beforeMs?: number
}

export interface ReceiptFacts {
  readonly receiptId: string
  readonly issuedAt: EpochMs
  readonly job: { readonly jobId: string; readonly submittedAt: string; readonly modelId: string | null; readonly zone: string }
  /** `sha256:` digest of what ran. */
  readonly image: string
  readonly outputSha256: string
  /** At least one, all of one node, in the order of its chain. */
  readonly proofs: readonly ReceiptProof[]
  readonly intensityAt: IntensityAt
  /** Where the job would have run had it started at once. */
  readonly baseline: { readonly zone: string; readonly intensityAt: IntensityAt }
  readonly overhead?: ReceiptPredicate['overhead'] | undefined
  readonly marginal?: { readonly gPerKWh: number; readonly source: string } | undefined
  readonly embodied?: ReceiptPredicate['embodied'] | undefined
}

const NO_OVERHEAD: ReceiptPredicate['overhead'] = { factor: 1, basis: 'unknown; metered device only' }

/** What proofs are worth together: the weakest wins. */
export function qualityOf(proofs: readonly EnergyProof[]): Pick<ReceiptPredicate, 'uncertaintyPct' | 'method' | 'evidence'> {
  return {
    uncertaintyPct: Math.max(...proofs.map(({ uncertaintyPct }) => uncertaintyPct)),
    method: weakestMethod(proofs.map(({ method }) => method)),
    evidence: proofs.every(({ evidence }) => evidence === 'tpm') ? 'tpm' : 'software',
  }
}

/** What the owner's own sun gave, joules, as the proofs say: metered or declared. `null` where none speaks of it. */
export function solarJOf(proofs: readonly EnergyProof[]): number | null {
  const shares = proofs.flatMap((proof) => solarOf(proof) ?? [])
  return shares.length === 0 ? null : shares.reduce((sum, { joules }) => sum + joules, 0)
}

const toReceiptIntervals = (proof: EnergyProof, factor: number, intensityAt: IntensityAt): readonly ReceiptInterval[] =>
  proof.intervals.map(({ from, to, joules }) => {
    const { gPerKWh, basis, source, issuedAt, estimated, origin, bodySha256 } = intensityAt(fromIso(from), fromIso(to))
    return { from, to, joules: joules * factor, gPerKWh, kind: 'average', basis, source, issuedAt, estimated, origin, bodySha256 }
  })

/**
 * What a job that was cut into runs would have emitted had it begun at submission and never paused: each run at constant power, right after those
 * before it, on whichever node they were. So the baselines of all receipts of a job add up to that of the whole job.
 */
function baselineOf({ job, baseline, overhead = NO_OVERHEAD }: ReceiptFacts, { proof, beforeMs = 0 }: ReceiptProof): number {
  const joules = proof.intervals.reduce((sum, interval) => sum + interval.joules, 0) * overhead.factor
  const intensityAt = (from: EpochMs, to: EpochMs) => baseline.intensityAt(from, to).gPerKWh
  return startAtArrival({ joules, submittedAt: epochMs(fromIso(job.submittedAt) + beforeMs), durationMs: durationOf(proof.intervals), intensityAt })
}

/** For so long a proof says that energy was drawn, milliseconds. */
export const durationOf = (intervals: readonly { readonly from: string; readonly to: string }[]): number =>
  intervals.reduce((sum, { from, to }) => sum + fromIso(to) - fromIso(from), 0)

/** Everything that is computed from energy and grid: the numbers an auditor computes again. */
function accountFor(facts: ReceiptFacts, proofs: readonly EnergyProof[]) {
  const overhead = facts.overhead ?? NO_OVERHEAD
  const intervals = proofs.flatMap((proof) => toReceiptIntervals(proof, overhead.factor, facts.intensityAt))
  const joules = intervals.reduce((sum, interval) => sum + interval.joules, 0)
  const emissionsG = emissionsOf(intervals)
  const baselineG = facts.proofs.reduce((sum, one) => sum + baselineOf(facts, one), 0)
  const { marginal } = facts
  return {
    overhead,
    intervals,
    energyWh: joules / JOULES_PER_WH,
    emissionsG,
    baseline: { policy: 'start-at-arrival' as const, zone: facts.baseline.zone, emissionsG: baselineG },
    attributedSavingG: baselineG - emissionsG,
    marginal: marginal ? { gPerKWh: marginal.gPerKWh, emissionsG: emissionsOf([{ joules, gPerKWh: marginal.gPerKWh }]), source: marginal.source } : null,
    embodied: facts.embodied ?? null,
    sci: sciOf(emissionsG, facts.embodied?.g ?? 0, gpuHoursOf(proofs)),
  }
}

/** The in-toto statement for one job on one node. Error: `RangeError` if there is no proof. What `intensityAt` throws passes through. */
export function buildReceipt(facts: ReceiptFacts): CarbonReceipt {
  const proofs = facts.proofs.map(({ proof }) => proof)
  const [first] = proofs
  if (!first) throw new RangeError('a receipt rests on at least one energy proof')
  return {
    _type: STATEMENT_TYPE,
    subject: [
      { name: 'output', digest: { sha256: facts.outputSha256 } },
      { name: 'image', digest: { sha256: facts.image.replace(/^sha256:/, '') } },
    ],
    predicateType: RECEIPT_PREDICATE_TYPE,
    predicate: {
      receiptId: facts.receiptId,
      issuedAt: toIso(facts.issuedAt),
      jobId: facts.job.jobId,
      nodeId: first.nodeId,
      zone: facts.job.zone,
      modelId: facts.job.modelId,
      proofs: facts.proofs.map(({ proof, bodySha256 }) => ({ proofId: proof.proofId, sha256: bodySha256 })),
      ...accountFor(facts, proofs),
      ...qualityOf(proofs),
      solarJ: solarJOf(proofs),
    },
  }
}
