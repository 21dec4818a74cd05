import { z } from 'zod'
import type { Display, PolicyState, Reason } from '../../../shared/contract/agent.ts'
import { type EpochMs, epochMs, toIso } from '../../../shared/units.ts'
import { type Signals, objections } from './objections.ts'
import type { PolicyConfig } from './policy-config.ts'

/** What the policy remembers. Plain data; only `pause` has to survive a restart. */
export interface PolicyMemory {
  readonly phase: PolicyState
  /** Set by the owner, ended by the owner or by its own time, by nothing else. `until: null` waits for the owner. */
  readonly pause: Pause | null
  readonly cooldownUntil: EpochMs | null
}

const Pause = z.strictObject({ until: z.number().min(0).transform(epochMs).nullable() })
type Pause = z.infer<typeof Pause>

export type PolicyRequest = { readonly ask: 'pause'; readonly until: EpochMs | null } | { readonly ask: 'resume' }

export interface PolicyInput {
  readonly now: EpochMs
  readonly signals: Signals
  readonly config: PolicyConfig
  /** True from the moment a job's process may exist until it is known to be gone. */
  readonly jobRunning: boolean
  readonly request?: PolicyRequest
}

export interface PolicyDecision {
  readonly state: PolicyMemory
  /** Empty exactly when a job may run. */
  readonly reasons: readonly Reason[]
  readonly mayRun: boolean
}

/** The policy at start-up. A pause that was stored goes on; one that cannot be read any more lasts until the owner resumes. */
export function restorePolicy(stored: unknown): PolicyMemory {
  const pause = Pause.nullable().safeParse(stored ?? null)
  return { phase: 'blocked', pause: pause.success ? pause.data : { until: null }, cooldownUntil: null }
}

/**
 * Decides whether a job may run now: off (paused by the owner) → blocked (reasons) → waiting (for a job) → running → yielding
 * (a reason came up, the job is being stopped) → cooldown → waiting. Pure; meant to be driven once a second and on every change.
 * What is unknown counts as busy.
 */
export function decide(memory: PolicyMemory, input: PolicyInput): PolicyDecision {
  const pause = pauseAfter(memory.pause, input)
  const raised = [...pauseReason(pause), ...objections(input)]
  // A job that was told to stop is not told to go on: it yields until it is gone.
  const yielding = input.jobRunning && (raised.length > 0 || memory.phase === 'yielding')
  const situation: Situation = { pause, raised, yielding, jobRunning: input.jobRunning, cooldownUntil: cooldownAfter(memory, { ...input, raised }) }
  const reasons = [...raised, ...restReason(situation)]
  return { state: { phase: phaseOf(situation), pause, cooldownUntil: situation.cooldownUntil }, reasons, mayRun: reasons.length === 0 }
}

interface Situation extends Pick<PolicyMemory, 'pause' | 'cooldownUntil'> {
  readonly raised: readonly Reason[]
  readonly yielding: boolean
  readonly jobRunning: boolean
}

function pauseAfter(current: Pause | null, { request, now }: PolicyInput): Pause | null {
  const pause = request?.ask === 'resume' ? null : request?.ask === 'pause' ? { until: request.until } : current
  return pause !== null && pause.until !== null && pause.until <= now ? null : pause
}

/** A job that had to stop is followed by a rest, unless it was the owner who stopped it: then only the owner's word counts. */
function cooldownAfter(
  { phase, cooldownUntil }: PolicyMemory,
  { now, config, jobRunning, raised, request }: PolicyInput & { readonly raised: readonly Reason[] },
): EpochMs | null {
  if (request?.ask === 'resume') return null
  const stopped = phase === 'yielding' && !jobRunning && !raised.some(({ code }) => code === 'user')
  if (stopped && config.cooldownS > 0) return epochMs(now + config.cooldownS * 1000)
  return cooldownUntil !== null && cooldownUntil > now && !jobRunning ? cooldownUntil : null
}

function phaseOf({ pause, raised, yielding, jobRunning, cooldownUntil }: Situation): PolicyState {
  if (jobRunning) return yielding ? 'yielding' : 'running'
  if (pause) return 'off'
  if (raised.length > 0) return 'blocked'
  return cooldownUntil === null ? 'waiting' : 'cooldown'
}

const pauseReason = (pause: Pause | null): Reason[] =>
  pause === null
    ? []
    : [{ code: 'user', message: pause.until === null ? 'Paused until you resume.' : 'Paused by you.', until: pause.until === null ? null : toIso(pause.until) }]

function restReason({ yielding, cooldownUntil, raised }: Situation): Reason[] {
  if (cooldownUntil !== null)
    return [{ code: 'cooldown', message: 'A job just had to stop. Waiting a moment before the next one.', until: toIso(cooldownUntil) }]
  return yielding && raised.length === 0 ? [{ code: 'cooldown', message: 'A job is being stopped.', until: null }] : []
}

export interface DisplayInput {
  readonly reasons: readonly Pick<Reason, 'code'>[]
  readonly jobRunning: boolean
  /** The job that runs is the last one for now. */
  readonly finishing: boolean
}

/** The one word that tray, window and command line show. */
export function displayOf({ reasons, jobRunning, finishing }: DisplayInput): Display {
  const has = (code: Reason['code']) => reasons.some((reason) => reason.code === code)
  if (has('blocked')) return 'action-needed'
  if (has('user')) return 'paused'
  if (finishing) return 'finishing'
  if (reasons.length > 0) return 'waiting'
  return jobRunning ? 'earning' : 'ready'
}
