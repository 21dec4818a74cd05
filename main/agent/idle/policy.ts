import type { PolicyConfig } from '../../../shared/contract/owner-rules.ts'
import type { PolicyState, Reason, ReasonCode } from '../../../shared/contract/policy.ts'
import type { EpochMs, MonotonicMs } from '../../../shared/units.ts'
import { CALM, afterYield, guardAt, guardRestS, idleWaitS, isFlapping } from './flap-guard.ts'
import type { Fault, GivingWay, PolicyMemory } from './memory.ts'
import type { Objection, Signals } from './objection.ts'
import { objections } from './objections.ts'
import { type OwnerRequest, pauseObjections, wishAfter } from './pause.ts'
import { restAfter, restReason } from './rest.ts'

export type PolicyRequest = OwnerRequest | { readonly ask: 'alarm'; readonly fault: Fault } | { readonly ask: 'recovered' }

export interface PolicyInput {
  readonly now: EpochMs
  readonly mono: MonotonicMs
  readonly signals: Signals
  readonly config: PolicyConfig
  /** From the moment a job's process may exist until it is known to be gone. */
  readonly job: { readonly usesGpu: boolean } | null
  readonly request?: PolicyRequest
}

/** What is to be done now. Each may be said again while it holds; to do it twice is to do it once. */
export type PolicyCommand =
  | { readonly do: 'start' }
  | { readonly do: 'throttle' | 'freeze'; readonly message: string }
  | { readonly do: 'go-on' }
  | { readonly do: 'evict'; readonly code: ReasonCode; readonly graceMs: number }

/** A job has just begun to give way, or to do so for good. */
export interface YieldMark {
  readonly kind: 'rested' | 'stopped'
  readonly code: ReasonCode
  /** When the cause came, as far as anyone knows. */
  readonly since: MonotonicMs
}

export interface PolicyDecision {
  readonly state: PolicyMemory
  /** Empty exactly when a job may run. */
  readonly reasons: readonly Reason[]
  readonly mayRun: boolean
  readonly commands: readonly PolicyCommand[]
  readonly yielded: YieldMark | null
}

/**
 * Decides whether a job may run now: off (paused by the owner) → blocked (reasons) → waiting (for a job) → running → yielding (it stands
 * by, or is being stopped) → cooldown (until) → waiting, and fault. Pure; meant to be driven at every change of a signal and at least
 * every few seconds. What is unknown counts as busy; the load of the job itself never does.
 */
export function decide(memory: PolicyMemory, input: PolicyInput): PolicyDecision {
  const { now, mono, config, job } = input
  const before = remembered(memory, input)
  const raised = [...pauseObjections(before.pause, mono), ...objections(objectionInput(before, input)).map(sinceThen(before))]
  const { givingWay, yielded } = giveWay(before, raised, input)
  const guard = yielded && counts(yielded, before) ? afterYield(before.guard, now) : before.guard
  const state = { ...before, guard, givingWay, lastJobAt: job ? mono : before.lastJobAt, wokeAt: input.signals.sleep.resumedAt }
  const rest = restAfter(isDisturbed(memory.rest, before, input) ? null : memory.rest, {
    now,
    raised,
    stoppedS: Math.max(endedRestS(before, input), yielded?.kind === 'stopped' && yielded.code !== 'user' ? guardRestS(guard, config.idleStartS) : 0),
    wokeS: wokeS(before, input),
  })
  const reasons = reasonsOf({ ...state, rest }, raised, job !== null)
  const after = { ...state, rest, phase: phaseOf({ ...state, rest }, raised, job !== null) }
  return { state: after, reasons, mayRun: reasons.length === 0, commands: commandsOf(memory, after, { raised, input }), yielded }
}

/** The memory with what the owner asked for and what time has changed. */
function remembered(memory: PolicyMemory, { now, mono, job, request }: PolicyInput): PolicyMemory {
  const owner = request && request.ask !== 'alarm' && request.ask !== 'recovered' ? request : undefined
  const isOver = request?.ask === 'resume' || request?.ask === 'recovered'
  const wish = wishAfter(memory, owner, { now, jobRunning: job !== null })
  return {
    ...memory,
    ...wish,
    anywayOverAt: memory.anyway && !wish.anyway ? mono : memory.anywayOverAt,
    fault: request?.ask === 'alarm' ? request.fault : isOver ? null : memory.fault,
    guard: request?.ask === 'resume' ? CALM : guardAt(memory.guard, now),
  }
}

/** The owner's word ends a rest: to resume any, to run anyway the one after a job that had to stop. */
const isDisturbed = (rest: PolicyMemory['rest'], { anyway }: PolicyMemory, { request }: PolicyInput): boolean =>
  request?.ask === 'resume' || (request?.ask === 'anyway' && anyway !== null && rest?.code === 'cooldown')

/** What nobody minded while jobs ran anyway begins to matter when that ends. */
const sinceThen =
  ({ anywayOverAt }: PolicyMemory) =>
  (one: Objection): Objection =>
    anywayOverAt === null || one.since >= anywayOverAt ? one : { ...one, since: anywayOverAt }

const objectionInput = ({ guard, lastJobAt, anyway }: PolicyMemory, { job, ...input }: PolicyInput) => ({
  ...input,
  anyway: anyway !== null,
  jobRunning: job !== null,
  sinceJobMs: lastJobAt === null ? null : input.mono - lastJobAt,
  idleWaitS: idleWaitS(guard, input.config.idleStartS),
})

type Giving = Pick<PolicyDecision, 'yielded'> & { readonly givingWay: GivingWay | null }

/** A job that was told to stop is not told to go on: it yields until it is gone. */
function giveWay({ givingWay, guard }: PolicyMemory, raised: readonly Objection[], { now, mono, config, job }: PolicyInput): Giving {
  if (!job) return { givingWay: null, yielded: null }
  if (givingWay?.level === 2) return { givingWay, yielded: null }
  const stop = raised.find(({ effect }) => effect === 'evict') ?? (lasts(givingWay, raised, { mono, config }) ? raised[0] : undefined)
  if (stop) return stopFor(stop)
  const [cause] = raised
  if (!cause) return { givingWay: null, yielded: null }
  if (givingWay) return { givingWay, yielded: null }
  if (isFlapping(afterYield(guard, now))) return stopFor(cause)
  return { givingWay: { level: 1, since: mono }, yielded: { kind: 'rested', code: cause.code, since: cause.since } }
}

const stopFor = ({ code, since }: Objection): Giving => ({ givingWay: { level: 2, code }, yielded: { kind: 'stopped', code, since } })

/** Two touches within this are one. */
const SAME_TOUCH_MS = 1_000

/** Whether what a job stands by for goes on: it came again, or it has lasted twice as long as it may. */
function lasts(givingWay: GivingWay | null, raised: readonly Objection[], { mono, config }: Pick<PolicyInput, 'mono' | 'config'>): boolean {
  if (givingWay?.level !== 1) return false
  const [stoodByMs, mayMs] = [mono - givingWay.since, config.quietAfterInputS * 1_000]
  return stoodByMs >= 2 * mayMs || (stoodByMs >= mayMs && raised.some(({ since }) => since > givingWay.since + SAME_TOUCH_MS))
}

/** One disturbance counts once, and the owner's own word not at all. */
const counts = ({ code, kind }: YieldMark, { givingWay }: PolicyMemory): boolean => code !== 'user' && !(kind === 'stopped' && givingWay?.level === 1)

/** A job that had to stop is followed by a rest, unless it was the owner who stopped it: then only the owner's word counts. */
function endedRestS({ givingWay }: PolicyMemory, { job, config, request }: PolicyInput): number {
  return givingWay?.level === 2 && !job && givingWay.code !== 'user' && request?.ask !== 'resume' ? config.cooldownS : 0
}

function wokeS({ wokeAt }: PolicyMemory, { mono, signals: { sleep }, config }: PolicyInput): number {
  if (sleep.resumedAt === null || sleep.resumedAt === wokeAt) return 0
  return Math.max(0, config.wakeCooldownS - (mono - sleep.resumedAt) / 1_000)
}

function reasonsOf({ fault, givingWay, rest }: PolicyMemory, raised: readonly Objection[], jobRunning: boolean): Reason[] {
  const said = raised.map(({ code, message, until }): Reason => ({ code, message, until }))
  const faults: Reason[] = fault && !jobRunning ? [{ code: fault.code, message: fault.message, until: null }] : []
  if (!jobRunning) return [...faults, ...said, ...(rest && !rest.isOpen ? [restReason(rest)] : [])]
  return givingWay?.level === 2 && said.length === 0 ? [{ code: 'cooldown', message: 'A job is being stopped.', until: null }] : said
}

function phaseOf({ pause, fault, givingWay, rest }: PolicyMemory, raised: readonly Objection[], jobRunning: boolean): PolicyState {
  if (jobRunning) return givingWay ? 'yielding' : 'running'
  if (pause) return 'off'
  if (fault) return 'fault'
  if (raised.length > 0) return 'blocked'
  return rest ? 'cooldown' : 'waiting'
}

interface Told {
  readonly raised: readonly Objection[]
  readonly input: PolicyInput
}

function commandsOf(before: PolicyMemory, { phase, givingWay }: PolicyMemory, { raised, input: { job, config } }: Told): PolicyCommand[] {
  if (!job) {
    const start: PolicyCommand[] = phase === 'waiting' && before.phase !== 'waiting' ? [{ do: 'start' }] : []
    return before.givingWay ? [{ do: 'go-on' }, ...start] : start
  }
  if (givingWay?.level === 2) return [{ do: 'evict', code: givingWay.code, graceMs: config.graceMs }]
  if (givingWay) return [{ do: job.usesGpu ? 'freeze' : 'throttle', message: raised[0]?.message ?? 'You are using this machine.' }]
  return before.givingWay ? [{ do: 'go-on' }] : []
}
