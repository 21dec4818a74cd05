/** Who takes part when nodes cheat, what they do and what comes of it. */
import { createHash } from 'node:crypto'
import type { Lease } from '../../../shared/contract/job.ts'
import type { EnergyProof } from '../../../shared/domain/energy-proof.ts'
import type { TestNode } from '../../../main/coordinator/core.fake.ts'

/** What a node makes of a job. */
export interface Deed {
  readonly proof: EnergyProof
  readonly output: Uint8Array
  /** What it has kept of the samples; `null`: it does not say. */
  readonly log: Uint8Array | null
  readonly isBad: boolean
}

/** What a node does with a job. */
export type Hand = (turn: Turn) => Promise<Deed>

export interface Turn {
  /** What it is asked, which says what it comes to. */
  readonly question: string
  /** The same job done as it should be, at so many times the usual load. */
  readonly honestly: (load?: number) => Promise<Deed>
  /** Uniform in [0, 1). */
  readonly chance: () => number
}

export interface Player {
  readonly node: TestNode
  readonly hand: Hand
  readonly isRogue: boolean
}

export interface Cast {
  readonly seed: number
  readonly rogues: readonly Hand[]
  readonly honest: number
  /** Share of proofs whose samples are asked for by chance. */
  readonly challengeRate?: number
  /** How many results of a job the requester wants to agree; 1: the coordinator repeats those of nodes that it does not trust. `null`: nothing is compared. */
  readonly quorum?: number | null
  /** Jobs with known answers that are given to nodes among all others. */
  readonly canaries?: number
  /** Whether all rogues say that they are of one owner. */
  readonly areOneOwner?: boolean
}

/** What came of the bad results, and what finding them cost. */
export interface Tally {
  jobs: number
  completed: number
  /** Results of any node whose proofs were accepted. */
  results: number
  bad: number
  /** Bad results that were refused as they came. */
  refused: number
  /** Bad results whose proofs were accepted: they may still be outvoted. */
  accepted: number
  /** Jobs that ended with a result that is not right. */
  wrong: number
  /** Those of them that the coordinator found unlikely. */
  unlikely: number
  /** Bad results before the first rogue was taken out of service, `null` while none was. */
  untilOut: number | null
}

/** Mulberry32, as bytes and as a number. */
export function dice(seed: number) {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  return {
    chance: () => next() / 2 ** 32,
    bytes: (count: number): Uint8Array => Uint8Array.from({ length: count }, () => next() & 0xff),
  }
}

/** What a job comes to follows from what it is asked. */
export const truthOf = (question: string): Uint8Array => createHash('sha256').update(question).digest()

export const questionOf = ({ spec }: Lease): string => spec.args[0] ?? ''
