/** What makes a proof unlikely without making it impossible. Nothing is refused for it: it is shown with its reason, and looked at more often. */
import { z } from 'zod'
import { fromIso } from '../units.ts'
import { knownDraw } from './card-power.ts'
import { type Band, bandOf } from './energy-band.ts'
import type { EnergyProof, ProofDevice } from './energy-proof.ts'

/**
 * `below-idle`: less power than such cards draw with nothing to do · `above-card`: more than such cards are known to be given · `energy-per-work`: far
 * from what the same work takes on such cards of other owners.
 */
export const SoftSignalKind = z.enum(['below-idle', 'above-card', 'energy-per-work'])
export type SoftSignalKind = z.infer<typeof SoftSignalKind>

/** Shorter readings say too little of a mean. */
const LEAST_SECONDS = 10

/** What is judged of a proof, and what it is compared with. */
export interface Weighing {
  readonly devices: readonly Pick<ProofDevice, 'kind' | 'name' | 'powerLimitW'>[]
  readonly boardJ: number
  /** Time that was metered, seconds. */
  readonly coveredS: number
  /** `estimate`: there was no meter, so its power says nothing. */
  readonly method: EnergyProof['method']
  /** Joules per second that the job was expected to take, and the same of the other owners who did such work; `null` where they cannot be compared. */
  readonly work: { readonly perUnitJ: number; readonly others: readonly (readonly number[])[] } | null
}

export interface SoftSignal {
  readonly kind: SoftSignalKind
  /** One sentence that an owner can read. */
  readonly message: string
}

const watts = (value: number): string => `${value.toFixed(1)} W`

/** Seconds of a proof that were really metered. */
export const coveredSeconds = ({ intervals }: Pick<EnergyProof, 'intervals'>): number =>
  intervals.reduce((sum, { from, to, coverage }) => sum + (fromIso(to) - fromIso(from)) * coverage, 0) / 1_000

function powerSignal({ devices, boardJ, coveredS, method }: Weighing): SoftSignal | null {
  if (coveredS < LEAST_SECONDS || method === 'estimate') return null
  const meanW = boardJ / coveredS
  const { leastW, mostW } = knownDraw(devices)
  const names = devices
    .map(({ name }) => name)
    .join(', ')
    .slice(0, 200)
  if (meanW < leastW)
    return { kind: 'below-idle', message: `A mean of ${watts(meanW)} is less than ${names} draws with nothing to do, which is ${watts(leastW)} or more.` }
  if (meanW > mostW)
    return { kind: 'above-card', message: `A mean of ${watts(meanW)} is more than ${names} is known to be given, which is up to ${watts(mostW)}.` }
  return null
}

function workSignal({ work }: Weighing): SoftSignal | null {
  const band = work && bandOf(work.others)
  if (!work || !band || (work.perUnitJ >= band.low && work.perUnitJ <= band.high)) return null
  return { kind: 'energy-per-work', message: told(work.perUnitJ, band) }
}

function told(perUnitJ: number, { middle, owners, results }: Band): string {
  const times = perUnitJ / middle
  const howMuch = times >= 1 ? `${times.toFixed(times < 10 ? 1 : 0)} times` : `${(times * 100).toFixed(times < 0.1 ? 1 : 0)} % of`
  return `It took ${howMuch} the energy that the same work takes on such cards of ${owners} other owners (${results} results).`
}

/** Everything that is unlikely about a proof; empty for almost every one. */
export const softSignals = (weighing: Weighing): readonly SoftSignal[] => [powerSignal(weighing), workSignal(weighing)].filter((signal) => signal !== null)
