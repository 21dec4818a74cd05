/** The choices that incidents are made of, as the decision log keeps them and anybody can make them again. */
import type { Alternative, Policy } from '../../../shared/contract/decision.ts'
import { type Evidence, type Finding, findingOf } from './detect.ts'
import { type Move, NEXT, type Seen, type Standing, look, moveOf } from './machine.ts'
import { type PauseChoice, type RunningJob, gramsEitherWay, pauseOf } from './pause.ts'

/** Each another one with every change to what its policy answers to anything: see the test beside this file. */
const VERSION = { detection: '1', move: '1', pause: '1' } as const

type EvidenceOf = Evidence extends infer E ? Omit<E, 'cause'> : never
type DetectionInputs = EvidenceOf & { readonly look: { readonly cause: Evidence['cause']; readonly now: number } }

/** Whether a cause is there. Every signal that was looked at is an input of its own. */
export const detectionPolicy: Policy<DetectionInputs, Finding> = {
  name: 'incident-detection',
  version: VERSION.detection,
  decide({ look: { cause, now }, ...seen }) {
    const outcome = findingOf({ cause, ...seen } as Evidence, now)
    return { outcome, alternatives: (['present', 'absent', 'unknown'] as const).map((option) => ({ option, score: null, chosen: option === outcome.seen })) }
  },
}

export const detectionInputs = ({ cause, ...seen }: Evidence, now: number): DetectionInputs => ({ look: { cause, now }, ...seen })

type MoveInputs = {
  /** Before the look. */
  readonly standing: Standing
  readonly look: { readonly seen: Seen; readonly now: number }
}

/** What happens next to an incident by itself, after one more look at its cause. */
export const movePolicy: Policy<MoveInputs, Move | null> = {
  name: 'incident-move',
  version: VERSION.move,
  decide({ standing, look: { seen, now } }) {
    const outcome = moveOf(look(standing, seen, now), seen, now)
    const { state } = standing
    const stays: Alternative = { option: `stay ${state}`, score: null, chosen: outcome === null }
    return { outcome, alternatives: [stays, ...NEXT[state].map((option) => ({ option, score: null, chosen: option === outcome?.to }))] }
  },
}

type PauseInputs = {
  readonly job: RunningJob
  readonly at: number
}

/** Whether a running job gives way to a dirty grid. Scores are the grams that its rest emits: lower is better. */
export const pausePolicy: Policy<PauseInputs, PauseChoice> = {
  name: 'incident-pause',
  version: VERSION.pause,
  decide({ job, at }) {
    const outcome = pauseOf(job, at)
    const grams = gramsEitherWay(job)
    const alternatives = (['keep', 'pause'] as const).map((option) => ({ option, score: grams[option], chosen: option === outcome.action }))
    return { outcome, alternatives }
  },
}
