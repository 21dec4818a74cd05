/** What an update may do next, as a pure function of what has happened: nothing is installed unverified, in the middle of a job, or unasked. */
import type { Artefact } from '../../../shared/domain/release-manifest.ts'
import type { UpdateFailure } from './failures.ts'
import type { WorkState } from './work.ts'

/** A release that the signed manifest offers to this program. */
export interface Offer {
  readonly version: string
  readonly artefact: Artefact
}

export type Phase =
  | { readonly at: 'current' }
  /** `ready`: what was ready before and stays so unless this look says otherwise. */
  | { readonly at: 'checking'; readonly ready: Offer | null }
  | { readonly at: 'downloading'; readonly offer: Offer; readonly percent: number }
  | { readonly at: 'ready'; readonly offer: Offer }
  /** The owner wants it; it goes on once no job runs and none can start, and the battery allows. */
  | { readonly at: 'waiting'; readonly offer: Offer }
  /** Nothing stands in the way: the very file is taken aside and hashed again. */
  | { readonly at: 'verifying'; readonly offer: Offer }
  | { readonly at: 'installing'; readonly offer: Offer }
  | { readonly at: 'failed'; readonly failure: UpdateFailure }

export interface Machine {
  readonly phase: Phase
  /** Tells answers to what was asked last from late answers to what was asked before. */
  readonly turn: number
  /** `null` until the agent has answered. */
  readonly work: WorkState | null
  readonly lowPower: boolean
  /** The agent finishes because it was asked to from here. */
  readonly holding: boolean
}

export type UpdateEvent =
  | { readonly on: 'check' }
  | { readonly on: 'current' | 'quiet' | 'downloaded' | 'verified'; readonly turn: number }
  | { readonly on: 'offered'; readonly turn: number; readonly offer: Offer }
  | { readonly on: 'progress'; readonly turn: number; readonly percent: number }
  | { readonly on: 'failed'; readonly turn: number; readonly failure: UpdateFailure }
  | { readonly on: 'install' }
  | { readonly on: 'work'; readonly work: WorkState | null }
  | { readonly on: 'power'; readonly low: boolean }

/** What the shell has to do now. `finish` and `resume` are asked of the agent; `discard` removes what was downloaded. */
export type Effect = 'look' | 'download' | 'finish' | 'verify' | 'install' | 'resume' | 'discard'

export interface Step {
  readonly machine: Machine
  readonly effects: readonly Effect[]
}

/** `holding`: an agent that was asked to finish, by this program before it was started anew. */
export const startMachine = (holding = false): Machine => ({ phase: { at: 'current' }, turn: 0, work: null, lowPower: false, holding })

const stay = (machine: Machine): Step => ({ machine, effects: [] })
const go = (machine: Machine, phase: Phase, ...effects: readonly Effect[]): Step => ({ machine: { ...machine, phase, turn: machine.turn + 1 }, effects })

/** No job runs and none can start. */
const isStill = ({ work, lowPower }: Machine): boolean => work !== null && work.running === 0 && work.held && !lowPower

/** Gives the agent back what it was asked for here. */
const release = (step: Step): Step => (step.machine.holding ? { machine: { ...step.machine, holding: false }, effects: [...step.effects, 'resume'] } : step)

function check(machine: Machine): Step {
  const { phase } = machine
  if (phase.at === 'current' || phase.at === 'failed') return go(machine, { at: 'checking', ready: null }, 'look')
  return phase.at === 'ready' ? go(machine, { at: 'checking', ready: phase.offer }, 'look') : stay(machine)
}

function install(machine: Machine): Step {
  const { phase } = machine
  if (phase.at !== 'ready') return stay(machine)
  const held = machine.work?.held === true
  const next = { ...machine, holding: machine.holding || !held }
  return proceed(go(next, { at: 'waiting', offer: phase.offer }, ...(held ? [] : ['finish' as const])))
}

/** From waiting to the verification as soon as nothing stands in the way. */
function proceed(step: Step): Step {
  const { machine, effects } = step
  if (machine.phase.at !== 'waiting' || !isStill(machine)) return step
  return go(machine, { at: 'verifying', offer: machine.phase.offer }, ...effects, 'verify')
}

/** The owner had the agent go on: what they wanted last counts. */
const wentOn = (before: Machine, work: WorkState | null): boolean => before.work?.held === true && work !== null && !work.held

function atWork(before: Machine, work: WorkState | null): Step {
  const machine = { ...before, work }
  const { phase } = machine
  if (phase.at !== 'waiting' && phase.at !== 'verifying') return stay(machine)
  if (wentOn(before, work)) return go({ ...machine, holding: false }, { at: 'ready', offer: phase.offer })
  return phase.at === 'verifying' && !isStill(machine) ? go(machine, { at: 'waiting', offer: phase.offer }) : proceed(stay(machine))
}

function atPower(before: Machine, low: boolean): Step {
  const machine = { ...before, lowPower: low }
  const { phase } = machine
  return phase.at === 'verifying' && low ? go(machine, { at: 'waiting', offer: phase.offer }) : proceed(stay(machine))
}

const isSame = (a: Offer | null, b: Offer): boolean => a?.version === b.version && a.artefact.sha512 === b.artefact.sha512

/** The answers to what the machine asked for: each counts in the phase that asked, and nowhere else. */
function answered(machine: Machine, event: Exclude<UpdateEvent, { on: 'check' | 'install' | 'work' | 'power' }>): Step {
  const { phase } = machine
  if (event.turn !== machine.turn) return stay(machine)
  if (phase.at === 'checking') return looked(machine, phase.ready, event)
  if (phase.at === 'downloading') return fetched(machine, phase, event)
  if (phase.at === 'verifying' && event.on === 'verified')
    return isStill(machine) ? go(machine, { at: 'installing', offer: phase.offer }, 'install') : stay(machine)
  const mayFail = phase.at === 'verifying' || phase.at === 'installing'
  return mayFail && event.on === 'failed' ? release(go(machine, { at: 'failed', failure: event.failure }, 'discard')) : stay(machine)
}

function looked(machine: Machine, ready: Offer | null, event: UpdateEvent): Step {
  if (event.on === 'current') return go(machine, { at: 'current' }, 'discard')
  if (event.on === 'offered' && isSame(ready, event.offer)) return go(machine, { at: 'ready', offer: event.offer })
  if (event.on === 'offered') return go(machine, { at: 'downloading', offer: event.offer, percent: 0 }, 'download')
  if (event.on !== 'quiet' && event.on !== 'failed') return stay(machine)
  // What was verified stays good when nobody can be asked, or somebody lies.
  if (ready) return go(machine, { at: 'ready', offer: ready })
  return go(machine, event.on === 'failed' ? { at: 'failed', failure: event.failure } : { at: 'current' })
}

function fetched(machine: Machine, phase: Extract<Phase, { at: 'downloading' }>, event: UpdateEvent): Step {
  if (event.on === 'progress') return stay({ ...machine, phase: { ...phase, percent: Math.max(phase.percent, Math.min(100, event.percent)) } })
  if (event.on === 'downloaded') return go(machine, { at: 'ready', offer: phase.offer })
  if (event.on === 'failed') return go(machine, { at: 'failed', failure: event.failure })
  return event.on === 'quiet' ? go(machine, { at: 'current' }) : stay(machine)
}

/** The next state of an update, and what is to be done. */
export function step(machine: Machine, event: UpdateEvent): Step {
  if (event.on === 'check') return check(machine)
  if (event.on === 'install') return install(machine)
  if (event.on === 'work') return atWork(machine, event.work)
  return event.on === 'power' ? atPower(machine, event.low) : answered(machine, event)
}
