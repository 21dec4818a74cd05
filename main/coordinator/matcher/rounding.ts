/** Fewer classes for more variety: what a job needs is rounded up, what it allows down, so that no class asks for less than its jobs. Pure. */
import type { Demand } from './demand.ts'

/** The finest leaves a demand as it is but for its energy, which decides about nobody. */
export const LEVELS = [
  { steps: Infinity, energySteps: 4, reputation: 0 },
  { steps: 4, energySteps: 2, reputation: 0.1 },
  { steps: 1, energySteps: 1, reputation: 0.25 },
] as const
export type Level = 0 | 1 | 2

/** The next power of two, or of its `steps`-th root. */
const up = (value: number, steps: number): number => (value <= 0 || steps === Infinity ? value : 2 ** (Math.ceil(Math.log2(value) * steps) / steps))
// A power of two that is rounded may come out a little beside itself.
const atLeast = (value: number, steps: number): number => Math.max(value, up(value, steps))
const atMost = (cap: number | null, steps: number): number | null =>
  cap === null || cap <= 0 || steps === Infinity ? cap : Math.min(cap, 2 ** (Math.floor(Math.log2(cap) * steps) / steps))
const upTo = (value: number, step: number): number => (step === 0 ? value : Math.min(1, Math.ceil(value / step) * step))

export function rounded(demand: Demand, level: Level): Demand {
  const { steps, energySteps, reputation } = LEVELS[level]
  const { vramBytes, ramBytes, maxGPerKWh, maxMinorPerKWh, minReputation, kWh, gpus } = demand
  return {
    ...demand,
    // Without a GPU nobody asks how large it would have to be.
    vramBytes: gpus === 0 ? 0 : atLeast(vramBytes, steps),
    ramBytes: atLeast(ramBytes, steps),
    maxGPerKWh: atMost(maxGPerKWh, steps),
    maxMinorPerKWh: atMost(maxMinorPerKWh, steps),
    minReputation: Math.max(minReputation, upTo(minReputation, reputation)),
    kWh: atLeast(kWh, energySteps),
  }
}

/** Jobs alike in this are alike to every machine. */
export const keyOf = ({ runtime, gpus, vramBytes, ramBytes, zones, maxGPerKWh, maxMinorPerKWh, minReputation, kWh }: Demand): string =>
  [runtime, gpus, vramBytes, ramBytes, maxGPerKWh, maxMinorPerKWh, minReputation, kWh, zones === null ? '*' : zones.toSorted().join(',')].join('|')
