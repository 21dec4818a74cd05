import type { Policy } from '../../../shared/contract/decision.ts'

/** Another one with every change to what it answers to anything: see the test beside this file. */
const VERSION = '1'

/** A node that has had fewer is asked more often, */
const EARLY = 3
const EARLY_CHANCE = 0.25
/** and has had one by the time that it has proven so much. */
const FIRST_BY = 4

/** A run that a node has just proven. */
export interface ProvenRun {
  /** Its number among all that the node has ever proven. */
  readonly count: number
  /** How many jobs with a known answer the node was given before. */
  readonly given: number
  /** The chance of another one with each run of a node that has had some. */
  readonly rate: number
  /** What chance said, before anything was decided: in [0, 1). */
  readonly draw: number
  /** How many there are that the node can do. */
  readonly suitable: number
  readonly isPaidFor: boolean
}

type Drawn = Pick<ProvenRun, 'count' | 'given' | 'rate' | 'draw'>

export interface CanaryChoice {
  readonly give: boolean
  readonly because: 'early' | 'drawn' | 'not-drawn' | 'off' | 'none-suits' | 'no-funds'
}

function chanceOf({ count, given, rate }: Drawn): number {
  if (rate === 0) return 0
  if (given === 0 && count >= FIRST_BY) return 1
  return given < EARLY ? Math.max(rate, EARLY_CHANCE) : rate
}

/** Whether chance asks for one, for which nothing else need be known. Pure. */
export const isDrawn = (run: Drawn): boolean => run.draw < chanceOf(run)

/** Whether a node is given a job with a known answer next. Pure. */
export function chooseCanary(run: ProvenRun): CanaryChoice {
  if (!isDrawn(run)) return { give: false, because: run.rate === 0 ? 'off' : 'not-drawn' }
  if (run.suitable === 0) return { give: false, because: 'none-suits' }
  return run.isPaidFor ? { give: true, because: run.given < EARLY ? 'early' : 'drawn' } : { give: false, because: 'no-funds' }
}

/** The same as a rule whose choices are recorded and can be made again. Nobody but the operator may know them. */
export const canaryPolicy: Policy<{ readonly run: ProvenRun }, CanaryChoice> = {
  name: 'canary',
  version: VERSION,
  decide({ run }) {
    const outcome = chooseCanary(run)
    const score = chanceOf(run)
    const alternatives = [
      { option: 'give', score, chosen: outcome.give },
      { option: 'do not', score: 1 - score, chosen: !outcome.give },
    ]
    return { outcome, alternatives }
  },
}
