import type { JobSpec, Weights } from '../../../shared/contract/job.ts'
import { placesFor } from '../../../shared/domain/places.ts'
import { JOULES_PER_KWH, fromIso } from '../../../shared/units.ts'
import { FORECAST_MIN_GAIN, type Work } from './timing/choose.ts'
import { type Eligible, avoiding, onlyOn } from './eligible.ts'
import type { PlannerJob } from './input.ts'
import { PRESETS } from './timing/objective.ts'
import type { World } from './world.ts'

/** A job as the planner works on it. */
export interface Task {
  readonly job: PlannerJob
  readonly eligible: Eligible
  readonly weights: Weights
  readonly work: Work
  /** What is left of its expected run time, ms. */
  readonly restMs: number
  /** What it takes to run that in one go, a restart included, ms. */
  readonly unbrokenMs: number
  readonly places: number
  /** By the rule `now`. */
  readonly startsAtOnce: boolean
  readonly deadline: number
  readonly watts: number
  /** Grams; `Infinity` without a cap. */
  readonly capG: number
}

/** A job that is over its expected time may end at any moment, and still needs some. */
const LEAST_MS = 1_000

/** A job that waits must still be ready by its deadline when starting takes a moment and it runs a little longer than expected. */
const finishMarginMs = (durationMs: number): number => 30_000 + 0.05 * durationMs

/** A job that starts at once is in a hurry, whatever else it would wait for. */
function weightsOf({ carbon, objective }: JobSpec): Weights {
  if (carbon.rule === 'now') return PRESETS.fast
  return typeof objective === 'string' ? PRESETS[objective] : objective
}

function workOf({ spec, restMs, progress }: PlannerJob, now: number): Work & { readonly restartMs: number } {
  const restartMs = progress === 'paused' ? (spec.interruptible?.restartSeconds ?? 0) * 1_000 : 0
  const mayPause = spec.interruptible !== null && spec.carbon.rule === 'window'
  const durationMs = Math.max(LEAST_MS, Math.ceil(restMs)) + (mayPause ? 0 : restartMs)
  return {
    earliest: Math.max(now, spec.earliestStart === null || progress === 'running' ? now : fromIso(spec.earliestStart)),
    latestEnd: fromIso(spec.deadline) - finishMarginMs(durationMs + (mayPause ? restartMs : 0)),
    durationMs,
    pauses: mayPause ? { minRunMs: (spec.interruptible?.minRunSeconds ?? 0) * 1_000, restartMs: (spec.interruptible?.restartSeconds ?? 0) * 1_000 } : null,
    progress,
    minGain: FORECAST_MIN_GAIN,
    restartMs: mayPause ? restartMs : 0,
  }
}

/** Who can take it, of those who may. */
function eligibleOf({ spec, only, barred = [], avoids = [] }: PlannerJob, world: World): Eligible {
  const able = world.eligible(spec)
  return avoiding(avoiding(only === undefined ? able : onlyOn(able, only), barred, 'owner'), avoids, 'given-back')
}

/** What is left of a job, as work for the planner. A restart that it cannot avoid is part of what is left. */
export function taskOf(job: PlannerJob, world: World): Task {
  const { restartMs, ...work } = workOf(job, world.now)
  return {
    job,
    eligible: eligibleOf(job, world),
    weights: weightsOf(job.spec),
    work,
    restMs: Math.max(LEAST_MS, Math.ceil(job.restMs)),
    unbrokenMs: work.durationMs + restartMs,
    places: placesFor(job.spec.needs),
    startsAtOnce: job.spec.carbon.rule === 'now',
    deadline: fromIso(job.spec.deadline),
    watts: job.spec.expected.watts,
    capG: job.spec.carbon.capG ?? Infinity,
  }
}

/** True if even an immediate start would end too late. */
export const isTooLate = ({ work, unbrokenMs, deadline }: Task): boolean => work.earliest + unbrokenMs > deadline

export const isRunning = ({ job }: Task): boolean => job.progress === 'running'

export const energyKWh = ({ watts }: Task, ms: number): number => (watts * (ms / 1_000)) / JOULES_PER_KWH
