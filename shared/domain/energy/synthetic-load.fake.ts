/** A graphics card whose true power is known to the millisecond, and sensors that see it as published ones do. */
import { epochMs, monotonicMs } from '../../units.ts'
import { type Integral, addReading, beginIntegral, endIntegral } from './integral.ts'
import { joulesOf } from './result.ts'
import type { Device, Reading } from './sensor.ts'

/** Uniform in 0…1, the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Joules used since the start, after each millisecond. */
type Load = Float64Array

const LEVELS_W = [60, 120, 250, 330, 370]

/** Power that jumps between levels after 20 ms to 1.5 s, with noise. */
function burstyLoad(seconds: number, random: () => number): Load {
  const joules = new Float64Array(seconds * 1_000 + 1)
  let [watts, left] = [330, 0]
  for (let ms = 0; ms < seconds * 1_000; ms++) {
    if (left-- <= 0) {
      watts = LEVELS_W[Math.floor(random() * LEVELS_W.length)] ?? watts
      left = 20 + random() * 1_500
    }
    joules[ms + 1] = (joules[ms] ?? 0) + (watts + 10 * (random() - 0.5)) / 1_000
  }
  return joules
}

export interface SensorModel {
  readonly method: 'counter' | 'power-average' | 'power-instant'
  /** The sensor renews its value so often … */
  readonly updateMs: number
  /** … and looks back so far. A counter looks back to the start. */
  readonly windowMs: number
  readonly everyMs: number
}

const SENSORS = {
  counter: { method: 'counter', updateMs: 100, windowMs: 0, everyMs: 1_000 },
  average: { method: 'power-average', updateMs: 100, windowMs: 1_000, everyMs: 1_000 },
  instant: { method: 'power-instant', updateMs: 100, windowMs: 100, everyMs: 100 },
} as const satisfies Record<string, SensorModel>

interface MeteredLoad {
  readonly load: Load
  readonly sensor: SensorModel
  /** Share of the samples that get lost. */
  readonly lossy?: number
  readonly random: () => number
}

/** The machine was at work before. */
const LEAD_MS = 2_000
const JITTER_MS = 30

/** Meters the load, apart from its first two seconds, with jitter, and says by how many percent the integrator errs. */
function integrationErrorPct({ load, sensor, lossy = 0, random }: MeteredLoad): number {
  const endMs = load.length - 1
  const phase = Math.floor(random() * sensor.updateMs)
  const read = readerOf(load, sensor, phase)
  const begin = { mono: monotonicMs(LEAD_MS), wall: epochMs(LEAD_MS) }
  let integral: Integral = addReading(beginIntegral(deviceOf(sensor), begin), read(LEAD_MS))
  for (let tick = LEAD_MS + sensor.everyMs; tick < endMs; tick += sensor.everyMs) {
    const late = Math.floor(random() * Math.min(JITTER_MS, sensor.everyMs / 4))
    if (random() >= lossy && tick + late < endMs) integral = addReading(integral, read(tick + late))
  }
  const end = read(endMs)
  integral = endIntegral(addReading(integral, end), end)
  const truth = (load[endMs] ?? 0) - (load[LEAD_MS] ?? 0)
  return (joulesOf(integral) / truth - 1) * 100
}

function readerOf(load: Load, { method, updateMs, windowMs }: SensorModel, phase: number): (ms: number) => Reading {
  return (ms) => {
    const updated = Math.max(0, Math.floor((ms - phase) / updateMs) * updateMs + phase)
    const since = Math.max(0, updated - windowMs)
    const watts = ((load[updated] ?? 0) - (load[since] ?? 0)) / (Math.max(1, updated - since) / 1_000)
    const isCounter = method === 'counter'
    return {
      mono: monotonicMs(ms),
      wall: epochMs(ms),
      energyMj: isCounter ? Math.round((load[updated] ?? 0) * 1_000) : null,
      powerMw: isCounter ? null : Math.round(watts * 1_000),
    }
  }
}

const deviceOf = ({ method, updateMs }: SensorModel): Device => ({
  method,
  sensor: { updateMs, uncertaintyPct: 0, basis: 'synthetic', wrapMj: null, power: method === 'power-instant' ? 'power-instant' : 'power-average' },
  limitW: 450,
})

/** Errors in percent of `runs` loads of `seconds`, their sizes in order; the same runs every time. */
export function integrationErrors(sensor: SensorModel, { seconds, runs, lossy = 0 }: { seconds: number; runs: number; lossy?: number }): readonly number[] {
  return Array.from({ length: runs }, (_, run) => {
    const random = seeded(run * 7_919 + seconds)
    return Math.abs(integrationErrorPct({ load: burstyLoad(seconds + LEAD_MS / 1_000, random), sensor, lossy, random }))
  }).toSorted((a, b) => a - b)
}

/** The value that 95 % stay below. */
export const p95 = (ascending: readonly number[]): number => ascending[Math.floor(ascending.length * 0.95)] ?? Number.NaN

/** What the meter must reach on bursty loads of 600 s, in percent, at the 95th percentile of 40 runs. */
export const INTEGRATION_BARS = [
  { name: 'counter, 1 Hz', sensor: SENSORS.counter, lossy: 0, pct: 0.05 },
  { name: '1 s average, 1 Hz', sensor: SENSORS.average, lossy: 0, pct: 0.3 },
  { name: 'instant, 10 Hz', sensor: SENSORS.instant, lossy: 0, pct: 0.5 },
  { name: 'counter, 1 Hz, 10 % lost', sensor: SENSORS.counter, lossy: 0.1, pct: 0.05 },
  { name: '1 s average, 1 Hz, 10 % lost', sensor: SENSORS.average, lossy: 0.1, pct: 1.5 },
  { name: 'instant, 10 Hz, 10 % lost', sensor: SENSORS.instant, lossy: 0.1, pct: 0.5 },
] as const
