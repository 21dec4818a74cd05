import type { EpochMs, MonotonicMs } from '../../units.ts'
import type { MeterMethod } from '../energy-proof.ts'

/** How one device's energy is read. `mixed` is what a measurement becomes when it needed two of them. */
export type SourceMethod = Exclude<MeterMethod, 'mixed'>

/** What a figure from this sensor is worth. */
export interface Sensor {
  /** How often the sensor renews its value. */
  readonly updateMs: number
  /** Expanded (k = 2) error of the sensor itself against a power meter. */
  readonly uncertaintyPct: number
  /** Where that figure comes from, in a few words. */
  readonly basis: string
  /** Millijoules at which the counter starts again from 0; `null` if it never does. */
  readonly wrapMj: number | null
  /** What a power reading is, for the stretches where the counter fails. */
  readonly power: 'power-average' | 'power-instant'
}

/** What the integrator must know about a device. */
export interface Device {
  readonly method: SourceMethod
  readonly sensor: Sensor
  /** No reading above 1.5 times this is believed. */
  readonly limitW: number
}

/** One look at a device. `null` means no reading, never 0. */
export interface Reading {
  /** The moment on both clocks. */
  readonly mono: MonotonicMs
  readonly wall: EpochMs
  /** Millijoules since some fixed moment, from a counter. */
  readonly energyMj: number | null
  /** Milliwatts. */
  readonly powerMw: number | null
}
