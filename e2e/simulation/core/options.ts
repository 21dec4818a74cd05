/** What a run is made of. Everything that is left out is drawn from the seed. */
import { createRandom } from './random.ts'

/** What goes wrong, by kind; each can be left out by itself. */
export const TROUBLES = [
  'loss',
  'repeats',
  'cuts',
  'coordinator-crash',
  'coordinator-pause',
  'agent-crash',
  'agent-sleep',
  'clock-jump',
  'database-clock',
  'owner',
  'grid-outage',
  'chain-outage',
  'cancel',
] as const
export type Trouble = (typeof TROUBLES)[number]

export interface Options {
  readonly seed: number
  readonly agents: number
  readonly jobs: number
  readonly replicas: number
  /** For so long things go wrong. */
  readonly stormMs: number
  readonly without: ReadonlySet<Trouble>
}

const MINUTE_MS = 60_000

export function optionsOf(seed: number, given: Partial<Omit<Options, 'seed'>> = {}): Options {
  const random = createRandom(seed, 'options')
  return {
    seed,
    agents: random.between(2, 5),
    jobs: random.between(2, 9),
    replicas: random.chance(0.5) ? 1 : random.between(2, 3),
    stormMs: random.between(4, random.chance(0.1) ? 60 : 15) * MINUTE_MS,
    without: new Set(),
    ...given,
  }
}
