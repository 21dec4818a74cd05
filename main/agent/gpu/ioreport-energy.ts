/** One channel of the group "Energy Model", as the library gives it. */
export interface EnergyChannel {
  readonly name: string
  readonly unit: string
  readonly value: number
}

export interface AppleEnergy {
  /** Millijoules since some fixed moment; `null` if no channel tells. */
  readonly cpuMj: number | null
  readonly gpuMj: number | null
}

const MILLIJOULES: Readonly<Record<string, number>> = { mJ: 1, uJ: 1e-3, µJ: 1e-3, nJ: 1e-6 }

/** Chips made of two dies have a `DIE_0_CPU Energy` and a `DIE_1_CPU Energy`. Channels of single clusters and cores are parts of these. */
export const appleEnergy = (channels: readonly EnergyChannel[]): AppleEnergy => ({
  cpuMj: sumOf(channels, /(?:^|_)CPU Energy$/),
  gpuMj: sumOf(channels, /(?:^|_)GPU Energy$/),
})

/** A unit nobody knows or a counter that went backwards through 0 makes the whole figure unknown. */
function sumOf(channels: readonly EnergyChannel[], name: RegExp): number | null {
  const parts = channels.filter((channel) => name.test(channel.name)).map(({ unit, value }) => value * (MILLIJOULES[unit.trim()] ?? Number.NaN))
  const sum = parts.reduce((total, part) => total + (part >= 0 ? part : Number.NaN), 0)
  return sum > 0 ? sum : null
}
