/** How nodes cheat. */
import type { EnergyProof } from '../../../shared/domain/energy-proof.ts'
import { sha256Hex } from '../../../main/kernel/signing.ts'
import type { Cast, Deed, Hand } from './cast.ts'

const bad = (deed: Deed): Deed => ({ ...deed, isBad: true })

/** Every figure that follows from the energy, so many times as large: the samples stay what they were. */
function inflated(proof: EnergyProof, times: number): EnergyProof {
  const intervals = proof.intervals.map((interval) => ({ ...interval, joules: interval.joules * times }))
  const counterEnd = proof.counterStart === null || proof.counterEnd === null ? null : proof.counterStart + (proof.counterEnd - proof.counterStart) * times
  const marginalJ = proof.marginalJ === null ? null : proof.marginalJ * times
  return { ...proof, intervals, counterEnd, marginalJ, boardJ: proof.boardJ * times, meanW: proof.meanW * times, peakW: proof.peakW * times }
}

/** Says that it used more than it did, and has the samples of what it did. */
const inflatesEnergy =
  (times: number): Hand =>
  async ({ honestly }) => {
    const deed = await honestly()
    return bad({ ...deed, proof: inflated(deed.proof, times) })
  }

/** The same, with samples to match: nothing in the proof is wrong but that none of it was read. */
const inventsSamples =
  (load: number): Hand =>
  async ({ honestly }) =>
    bad(await honestly(load))

/** Proves once, and hands the same proof in for everything else. */
function replaysProofs(): Hand {
  let first: Deed | null = null
  return async ({ honestly }) => {
    if (first) return bad(first)
    first = await honestly()
    return first
  }
}

/** Two proofs for one place in its chain. */
function forksItsChain(): Hand {
  let fork: Pick<EnergyProof, 'seq' | 'prev'> | null = null
  return async ({ honestly }) => {
    const deed = await honestly()
    if (fork) return bad({ ...deed, proof: { ...deed.proof, ...fork } })
    fork = { seq: deed.proof.seq, prev: deed.proof.prev }
    return deed
  }
}

/** The right output, by a program that was not asked for. */
const runsAnotherImage: Hand = async ({ honestly }) => {
  const deed = await honestly()
  return bad({ ...deed, proof: { ...deed.proof, runtime: { name: 'docker', image: `sha256:${'d'.repeat(64)}` } } })
}

const handsIn = (deed: Deed, output: Uint8Array): Deed => bad({ ...deed, output, proof: { ...deed.proof, outputSha256: sha256Hex(output) } })

/** Colluders know what the others will say without asking: what is wrong is the same for all of them. */
const agreesOnALie: Hand = async ({ honestly, question }) => handsIn(await honestly(), Buffer.from(`a lie about ${question}`))

/** Works well until it is trusted, then hands in nonsense for so large a share of its jobs. */
function sleeps(goodResults: number, share: number): Hand {
  let done = 0
  return async ({ honestly, chance, question }) => {
    done += 1
    if (done <= goodResults || chance() >= share) return honestly()
    return handsIn(await honestly(), Buffer.from(`nonsense for ${question} of ${done}`))
  }
}

/** Runs nothing: what it once had, it hands in for everything, with invented samples of a card at work. */
function copiesOutputs(): Hand {
  let copied: Uint8Array | null = null
  return async ({ honestly }) => {
    const deed = await honestly()
    if (copied) return handsIn(deed, copied)
    copied = deed.output
    return deed
  }
}

/** Runs nothing and says what it used: next to nothing. */
const idles: Hand = async ({ honestly }) => bad(await honestly(0.02))

export interface Strategy {
  readonly name: string
  /** Made anew for each run, since hands remember. */
  readonly cast: () => Omit<Cast, 'seed'>
  /** How many it takes to show what comes of it. */
  readonly jobs: number
  /** Of its bad results at least this share must not count. `wrong`: as the result of a job; `accepted`: not even as a proof. */
  readonly stops: number
  readonly by: 'wrong' | 'accepted'
  /** In at least this share of the runs it must be taken out of service. */
  readonly caught: number
  /** Of its accepted bad results at least this share must be found unlikely. */
  readonly unlikely: number
}

const RATE = 0.02
const alone = (hand: Hand, more: Partial<Cast> = {}): Omit<Cast, 'seed'> => ({ rogues: [hand], honest: 4, challengeRate: RATE, ...more })
const pair = (more: Partial<Cast> = {}): Omit<Cast, 'seed'> => alone(agreesOnALie, { rogues: [agreesOnALie, agreesOnALie], ...more })

/** Cheats with the proof gain something when it is accepted, others when what they handed in becomes the result of a job. */
const energy = { jobs: 60, by: 'accepted', stops: 0, caught: 0, unlikely: 0 } as const
const output = { ...energy, by: 'wrong' } as const

/** Every one, with what it must not get away with. What is 0 is not found, or not by this. */
export const STRATEGIES: readonly Strategy[] = [
  { ...output, name: 'nobody cheats', cast: () => ({ rogues: [], honest: 5, challengeRate: RATE }), jobs: 200 },
  { ...energy, name: 'energy beyond the limit', cast: () => alone(inflatesEnergy(3)), stops: 1, caught: 1 },
  { ...energy, name: 'energy ×1.4', cast: () => alone(inflatesEnergy(1.4)), caught: 0.8, unlikely: 0.5 },
  { ...energy, name: 'energy ×1.4, samples invented', cast: () => alone(inventsSamples(1.4)), unlikely: 0.5 },
  { ...energy, name: 'runs nothing, says so', cast: () => alone(idles), unlikely: 1 },
  { ...energy, name: 'replayed proof', cast: () => alone(replaysProofs()), stops: 1, caught: 1 },
  { ...energy, name: 'forked chain', cast: () => alone(forksItsChain()), stops: 1 },
  { ...energy, name: 'right output, wrong image', cast: () => alone(runsAnotherImage), stops: 1, caught: 1 },
  { ...output, name: 'lazy: one output for all', cast: () => alone(copiesOutputs()), stops: 1, caught: 1 },
  { ...output, name: 'pair of one owner', cast: () => pair({ areOneOwner: true }), stops: 1, caught: 1 },
  { ...output, name: 'pair of two owners', cast: () => pair() },
  { ...output, name: 'pair, one honest node', cast: () => pair({ honest: 1 }) },
  { ...output, name: 'pair, one honest node, canaries', cast: () => pair({ honest: 1, canaries: 3 }), caught: 1 },
  { ...output, name: 'sleeper, after 50 good', cast: () => alone(sleeps(50, 1)), jobs: 200, caught: 0.8 },
  { ...output, name: 'sleeper, 2 results asked for', cast: () => alone(sleeps(50, 1), { quorum: 2 }), jobs: 120, stops: 1, caught: 1 },
  { ...output, name: 'sleeper, canaries only', cast: () => alone(sleeps(50, 1), { quorum: null, canaries: 3 }), jobs: 200 },
  { ...output, name: 'lazy, nothing compared', cast: () => alone(copiesOutputs(), { quorum: null }) },
  { ...output, name: 'lazy, canaries only', cast: () => alone(copiesOutputs(), { quorum: null, canaries: 3 }), caught: 1 },
]
