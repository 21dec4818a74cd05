/** From joules to grams: location-based accounting on average intensity, and the Software Carbon Intensity of ISO/IEC 21031. */
import { type EpochMs, type Grams, JOULES_PER_KWH } from '../units.ts'
import { splitAtHalfHours } from './half-hours.ts'

/** Σ joules / 3.6e6 × gPerKWh. Not checked: figures that are absurdly large give `Infinity`, which equals no stated figure. */
export const emissionsOf = (intervals: readonly { readonly joules: number; readonly gPerKWh: number }[]): Grams =>
  intervals.reduce((sum, { joules, gPerKWh }) => sum + (joules / JOULES_PER_KWH) * gPerKWh, 0) as Grams

export interface Baseline {
  readonly joules: number
  readonly submittedAt: EpochMs
  /** How long the energy was drawn for; above 0. */
  readonly durationMs: number
  /** Intensity of a stretch of time that lies inside one UTC half-hour, gCO2e/kWh. */
  readonly intensityAt: (from: EpochMs, to: EpochMs) => number
}

/** Policy `start-at-arrival`: the same energy at constant power from the moment of submission, on the intensity of that time. */
export function startAtArrival({ joules, submittedAt, durationMs, intensityAt }: Baseline): Grams {
  const spans = splitAtHalfHours(submittedAt, (submittedAt + durationMs) as EpochMs)
  return emissionsOf(spans.map(({ from, to }) => ({ joules: (joules * (to - from)) / durationMs, gPerKWh: intensityAt(from, to) })))
}

/** (E·I + M) per R, in gCO2e. R is the GPU-hours of the job, or the job itself where no GPU was metered (`gpuHours` 0). */
export const sciOf = (
  emissionsG: number,
  embodiedG: number,
  gpuHours: number,
): { readonly value: number; readonly unit: 'gCO2e'; readonly r: 'gpu-hour' | 'job' } =>
  gpuHours > 0 ? { value: (emissionsG + embodiedG) / gpuHours, unit: 'gCO2e', r: 'gpu-hour' } : { value: emissionsG + embodiedG, unit: 'gCO2e', r: 'job' }

/** Hours of GPU time behind some proofs: run time times the number of GPUs metered. */
export const gpuHoursOf = (proofs: readonly { readonly durationMs: number; readonly devices: readonly { readonly kind: 'gpu' | 'cpu' }[] }[]): number =>
  proofs.reduce((sum, { durationMs, devices }) => sum + (durationMs / 3_600_000) * devices.filter(({ kind }) => kind === 'gpu').length, 0)
