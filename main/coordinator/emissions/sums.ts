import type { EmissionSum } from '../../../shared/contract/emissions.ts'
import type { Origin } from '../../../shared/contract/wire.ts'
import { emissionsOf } from '../../../shared/domain/carbon.ts'
import type { ReceiptInterval, ReceiptPredicate } from '../../../shared/domain/carbon-receipt.ts'
import { JOULES_PER_KWH, fromIso } from '../../../shared/units.ts'

/** What of a receipt is to be summed: all of it, or what its intervals of one stretch are. */
export interface Summand {
  readonly predicate: ReceiptPredicate
  readonly intervals: readonly ReceiptInterval[]
  readonly gpuHours: number
}

interface Per {
  readonly emissionsG: number
  readonly embodiedG: number
  readonly count: number
}

/** A sum that goes on. Numbers only, however many receipts went into it. */
export interface RunningSum {
  readonly receipts: number
  readonly joules: number
  readonly emissionsG: number
  readonly baselineG: number
  readonly attributedSavingG: number
  readonly embodiedG: number | null
  readonly gpu: Per
  readonly job: Per
  readonly origins: Readonly<Record<Origin, { readonly joules: number; readonly emissionsG: number }>>
  readonly estimatedJ: number
  readonly unmeteredJ: number
  /** Σ joules × percent. */
  readonly doubt: number
}

const NONE: Per = { emissionsG: 0, embodiedG: 0, count: 0 }
const NO_PART = { joules: 0, emissionsG: 0 }
export const EMPTY: RunningSum = {
  receipts: 0,
  joules: 0,
  emissionsG: 0,
  baselineG: 0,
  attributedSavingG: 0,
  embodiedG: null,
  gpu: NONE,
  job: NONE,
  origins: { live: NO_PART, recorded: NO_PART, modelled: NO_PART },
  estimatedJ: 0,
  unmeteredJ: 0,
  doubt: 0,
}

const joulesOf = (intervals: readonly ReceiptInterval[]): number => intervals.reduce((sum, { joules }) => sum + joules, 0)
const durationOf = (intervals: readonly ReceiptInterval[]): number => intervals.reduce((sum, { from, to }) => sum + fromIso(to) - fromIso(from), 0)
/** 1 for everything, also where the whole is 0. */
const shareOf = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole)

/**
 * Adds what is meant of a receipt. Energy and emissions are those of its intervals. What a receipt states once for all of them is divided: the
 * baseline, saving and embodied share by energy, GPU time by duration. A receipt that is meant as a whole adds exactly what it states.
 */
export function plus(sum: RunningSum, { predicate, intervals, gpuHours }: Summand): RunningSum {
  const isWhole = intervals.length === predicate.intervals.length
  const joules = joulesOf(intervals)
  const share = isWhole ? 1 : shareOf(joules, joulesOf(predicate.intervals))
  const emissionsG = isWhole ? predicate.emissionsG : emissionsOf(intervals)
  const embodiedG = predicate.embodied === null ? null : predicate.embodied.g * share
  const part = (count: number): Per => ({ emissionsG, embodiedG: embodiedG ?? 0, count })
  const isGpu = predicate.sci.r === 'gpu-hour'
  return {
    receipts: sum.receipts + 1,
    joules: sum.joules + joules,
    emissionsG: sum.emissionsG + emissionsG,
    baselineG: sum.baselineG + predicate.baseline.emissionsG * share,
    attributedSavingG: sum.attributedSavingG + predicate.attributedSavingG * share,
    embodiedG: embodiedG === null ? sum.embodiedG : (sum.embodiedG ?? 0) + embodiedG,
    gpu: isGpu ? addPer(sum.gpu, part(gpuHours * (isWhole ? 1 : shareOf(durationOf(intervals), durationOf(predicate.intervals))))) : sum.gpu,
    job: isGpu ? sum.job : addPer(sum.job, part(1)),
    origins: addOrigins(sum.origins, intervals),
    estimatedJ: sum.estimatedJ + joulesOf(intervals.filter(({ estimated }) => estimated)),
    unmeteredJ: sum.unmeteredJ + (predicate.method === 'estimate' ? joules : 0),
    doubt: sum.doubt + joules * predicate.uncertaintyPct,
  }
}

const addPer = (a: Per, b: Per): Per => ({ emissionsG: a.emissionsG + b.emissionsG, embodiedG: a.embodiedG + b.embodiedG, count: a.count + b.count })

function addOrigins(origins: RunningSum['origins'], intervals: readonly ReceiptInterval[]): RunningSum['origins'] {
  const added = { ...origins }
  for (const interval of intervals) {
    const { joules, emissionsG } = added[interval.origin]
    added[interval.origin] = { joules: joules + interval.joules, emissionsG: emissionsG + emissionsOf([interval]) }
  }
  return added
}

const sciOf = (per: Per, r: 'gpu-hour' | 'job'): EmissionSum['sci'] =>
  per.count > 0 ? [{ value: (per.emissionsG + per.embodiedG) / per.count, unit: 'gCO2e', r }] : []

const partOf = ({ joules, emissionsG }: { readonly joules: number; readonly emissionsG: number }) => ({ energyKWh: joules / JOULES_PER_KWH, emissionsG })

/** What a sum has come to, in the units that are shown. */
export function sumOf(sum: RunningSum, { key, zone, jobs }: Pick<EmissionSum, 'key' | 'zone' | 'jobs'>): EmissionSum {
  const { live, recorded, modelled } = sum.origins
  return {
    key,
    zone,
    receipts: sum.receipts,
    jobs,
    energyKWh: sum.joules / JOULES_PER_KWH,
    emissionsG: sum.emissionsG,
    marketBasedG: null,
    baselineG: sum.baselineG,
    attributedSavingG: sum.attributedSavingG,
    embodiedG: sum.embodiedG,
    gpuHours: sum.gpu.count,
    gPerJob: jobs > 0 ? sum.emissionsG / jobs : null,
    gPerGpuHour: sum.gpu.count > 0 ? sum.gpu.emissionsG / sum.gpu.count : null,
    sci: [...sciOf(sum.gpu, 'gpu-hour'), ...sciOf(sum.job, 'job')],
    byOrigin: { live: partOf(live), recorded: partOf(recorded), modelled: partOf(modelled) },
    estimatedKWh: sum.estimatedJ / JOULES_PER_KWH,
    unmeteredKWh: sum.unmeteredJ / JOULES_PER_KWH,
    uncertaintyPct: sum.joules > 0 ? sum.doubt / sum.joules : 0,
  }
}
