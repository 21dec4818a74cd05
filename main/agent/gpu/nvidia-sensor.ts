import type { Sensor, SourceMethod } from '../power-source.ts'

/** What decides how a card's own figures are to be taken. */
export interface SensorTraits {
  readonly name: string
  /** `nvmlDeviceArchitecture_t`; `null` where the driver is too old to tell. */
  readonly architecture: number | null
  readonly hasCounter: boolean
  /** It tells the average of the last second. */
  readonly hasAverage: boolean
  readonly hasPower: boolean
  /** Instances of a card in MIG mode; `null` for a whole card. */
  readonly instances: readonly unknown[] | null
}

interface Generation {
  readonly name: string
  readonly architecture: number
  readonly uncertaintyPct: number
  readonly updateMs: number
  readonly basis: string
}

const TESTED = 'published meter tests'
/** No card of the generation was ever compared with a power meter in public. */
const ASSUMED = 'assumed, no meter test is published'
/** The sensor is blind for three quarters of the time, and no way of asking mends that. */
const PART_TIME = 'sees 25 ms of every 100 ms'

/**
 * Error of the built-in sensor against a power meter, k = 2, rounded up over the cards of a generation. Source: Yang et al.,
 * "Part-time Power Measurements: nvidia-smi's Lack of Attention", SC'24, arXiv 2312.02741, 70 GPUs. No meter data exists
 * there for Volta, Hopper and Blackwell. Architecture numbers: nvml.h.
 */
const GENERATIONS: readonly Generation[] = [
  { name: 'Kepler', architecture: 2, uncertaintyPct: 41, updateMs: 100, basis: TESTED },
  { name: 'Maxwell', architecture: 3, uncertaintyPct: 5, updateMs: 100, basis: TESTED },
  { name: 'Pascal', architecture: 4, uncertaintyPct: 2, updateMs: 20, basis: TESTED },
  { name: 'Volta', architecture: 5, uncertaintyPct: 3, updateMs: 20, basis: ASSUMED },
  { name: 'Turing', architecture: 6, uncertaintyPct: 13, updateMs: 100, basis: TESTED },
  { name: 'Ampere', architecture: 7, uncertaintyPct: 7, updateMs: 100, basis: TESTED },
  { name: 'Ada', architecture: 8, uncertaintyPct: 7, updateMs: 100, basis: TESTED },
  { name: 'Hopper', architecture: 9, uncertaintyPct: 8, updateMs: 100, basis: `${ASSUMED}; ${PART_TIME}` },
  { name: 'Blackwell', architecture: 10, uncertaintyPct: 8, updateMs: 100, basis: ASSUMED },
]
/** The data-centre chip of the Ampere generation. */
const GA100: Generation = { name: 'GA100', architecture: 7, uncertaintyPct: 8, updateMs: 100, basis: `${TESTED}; ${PART_TIME}` }
/** The last generation that NVML has no number for, and the worst of those with one stands for it. */
const FERMI: Generation = { name: 'Fermi', architecture: -1, uncertaintyPct: 41, updateMs: 100, basis: ASSUMED }
const UNKNOWN: Generation = { name: 'unknown NVIDIA generation', architecture: -1, uncertaintyPct: 13, updateMs: 100, basis: ASSUMED }

const isGa100 = (name: string): boolean => /\b(?:A100|A800|A30|CMP 170HX)\b/.test(name)
const isFermi = (name: string): boolean => /\b(?:GTX? [45]\d{2}M?|Tesla [CMS]20\d{2}|Quadro [2-7]000)\b/.test(name)

function generationOf({ architecture, name }: SensorTraits): Generation {
  if (architecture === GA100.architecture && isGa100(name)) return GA100
  return GENERATIONS.find((generation) => generation.architecture === architecture) ?? (isFermi(name) ? FERMI : UNKNOWN)
}

/** `nvmlDeviceArchitecture_t` by the name that nvidia-smi prints, such as `Ada Lovelace`; `null` if it is none we know. */
export const architectureNumber = (printed: string | null): number | null => GENERATIONS.find(({ name }) => printed?.startsWith(name))?.architecture ?? null

/** What an NVIDIA card's own figures are worth, by its generation. */
export function nvidiaSensor(card: SensorTraits): Sensor {
  const generation = generationOf(card)
  const { updateMs, uncertaintyPct } = generation
  const whole = card.instances ? '; whole card, its instances are not metered apart' : ''
  return { updateMs, uncertaintyPct, basis: `${generation.name}, ${generation.basis}${whole}`, wrapMj: null, power: powerKind(card, generation) }
}

/** From Ampere on, except GA100, the driver's plain power figure is itself a 1 s average (nvml.h). */
const powerKind = (card: SensorTraits, generation: Generation): Sensor['power'] =>
  card.hasAverage || (generation.architecture >= 7 && generation !== GA100) ? 'power-average' : 'power-instant'

/** Counter first, 1 s average second, instant power third; `null` if the card tells nothing. */
export function nvidiaMethod(card: SensorTraits): SourceMethod | null {
  if (card.hasCounter) return 'counter'
  return card.hasPower ? nvidiaSensor(card).power : null
}
