import type { Sensor, SourceMethod } from '../power-source.ts'
import type { NvmlDevice } from './nvml-protocol.ts'

interface Generation {
  readonly name: string
  /** `nvmlDeviceArchitecture_t`. */
  readonly architecture: number
  readonly uncertaintyPct: number
  readonly updateMs: number
  /** True where no card of the generation was ever compared with a power meter in public. */
  readonly assumed: boolean
}

/**
 * Error of the built-in sensor against a power meter, k = 2, rounded up over the cards of a generation. Source: Yang et al.,
 * "Part-time Power Measurements: nvidia-smi's Lack of Attention", SC'24, arXiv 2312.02741, 70 GPUs. No meter data exists
 * there for Volta, Hopper and Blackwell; those are assumptions.
 */
const GENERATIONS: readonly Generation[] = [
  { name: 'Kepler', architecture: 2, uncertaintyPct: 41, updateMs: 100, assumed: false },
  { name: 'Maxwell', architecture: 3, uncertaintyPct: 5, updateMs: 100, assumed: false },
  { name: 'Pascal', architecture: 4, uncertaintyPct: 2, updateMs: 20, assumed: false },
  { name: 'Volta', architecture: 5, uncertaintyPct: 3, updateMs: 20, assumed: true },
  { name: 'Turing', architecture: 6, uncertaintyPct: 13, updateMs: 100, assumed: false },
  { name: 'Ampere', architecture: 7, uncertaintyPct: 7, updateMs: 100, assumed: false },
  { name: 'Ada', architecture: 8, uncertaintyPct: 7, updateMs: 100, assumed: false },
  { name: 'Hopper', architecture: 9, uncertaintyPct: 8, updateMs: 100, assumed: true },
  { name: 'Blackwell', architecture: 10, uncertaintyPct: 8, updateMs: 100, assumed: true },
]
/** The data-centre chip of the Ampere generation samples its power 25 ms in every 100 ms. */
const GA100: Generation = { name: 'GA100', architecture: 7, uncertaintyPct: 8, updateMs: 100, assumed: false }
const UNKNOWN: Generation = { name: 'unknown NVIDIA generation', architecture: -1, uncertaintyPct: 13, updateMs: 100, assumed: true }

const isGa100 = (name: string): boolean => /\b(?:A100|A800|A30|CMP 170HX)\b/.test(name)

const generationOf = ({ architecture, name }: Pick<NvmlDevice, 'architecture' | 'name'>): Generation =>
  architecture === 7 && isGa100(name) ? GA100 : (GENERATIONS.find((generation) => generation.architecture === architecture) ?? UNKNOWN)

/** What an NVIDIA card's own figures are worth, by its generation. */
export function nvidiaSensor(device: NvmlDevice): Sensor {
  const generation = generationOf(device)
  const basis = generation.assumed ? `${generation.name}, assumed` : `${generation.name}, published meter tests`
  return { updateMs: generation.updateMs, uncertaintyPct: generation.uncertaintyPct, basis, wrapMj: null, power: powerKind(device, generation) }
}

/** From Ampere on, except GA100, the driver's plain power figure is itself a 1 s average (nvml.h). */
const powerKind = (device: NvmlDevice, generation: Generation): Sensor['power'] =>
  device.hasAverage || (generation.architecture >= 7 && generation !== GA100) ? 'power-average' : 'power-instant'

/** Counter first, 1 s average second, instant power third; `null` if the card tells nothing. */
export function nvidiaMethod(device: NvmlDevice): SourceMethod | null {
  if (device.hasCounter) return 'counter'
  return device.hasPower ? nvidiaSensor(device).power : null
}
