import type { Lease, YieldReason } from '../../../shared/contract/job.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import type { RunResult } from './runtime.ts'

/** How an attempt ended that produced nothing to prove: a stable code, and a sentence for its owner and its requester. */
export interface Failure {
  readonly reason: string
  readonly message: string
  readonly exitCode: number | null
  /** True if another attempt could end differently: the job is not to blame. */
  readonly retry: boolean
}

/** The process ended in the middle of it, so nothing about it can be proven. */
export const INTERRUPTED: Failure = {
  reason: 'agent.restarted',
  message: 'Windfall stopped while this job was running. The job goes back to the queue.',
  exitCode: null,
  retry: true,
}

const WHY_STOPPED: Readonly<Record<string, string>> = {
  'agent.stopped': 'Windfall was closed',
  'device-off': 'The owner switched this device off',
  ceiling: 'The device stayed above a ceiling of its owner',
}

const GOES_ON_LATER: Readonly<Record<YieldReason, string>> = {
  plan: 'The run that was planned is over; the job goes on later from its checkpoint.',
  straggler: 'The job takes much longer here than is usual; it goes on on another machine from its checkpoint.',
  carbon: 'The grid is dirtier than usual; the job goes on later from its checkpoint.',
  'carbon.simulated': 'An operator simulates a grid that is dirtier than usual; the job goes on later from its checkpoint.',
}

const whyStopped = (reason: string): string =>
  reason in GOES_ON_LATER
    ? GOES_ON_LATER[reason as YieldReason]
    : `${WHY_STOPPED[reason] ?? 'The machine was needed'}, so the job was stopped. It goes back to the queue.`

const stopped = ({ reason }: AbortSignal): Failure => ({
  reason: String(reason),
  message: whyStopped(String(reason)),
  exitCode: null,
  retry: true,
})

/** A run counts for what comes of it, and nothing comes of this one; its owner is told. */
export const withoutProof = ({ message, ...failure }: Failure, { spec }: Pick<Lease, 'spec'>): Failure => ({
  ...failure,
  message: spec.checkpoints ? `${message} It has handed over nothing to go on from, so this run does not count.` : message,
})

/** The owner has switched off every device that could do the job: it can wait here for ever, and somewhere else be done. */
export const DEVICES_OFF: Failure = {
  reason: 'device-off',
  message: 'The owner of this machine has switched off every device that could do this job. It goes back to the queue.',
  exitCode: null,
  retry: true,
}

/** An attempt that threw before it had a result. */
export function failureOf(error: unknown, signal: AbortSignal): Failure {
  if (signal.aborted) return stopped(signal)
  const known = error instanceof WindfallError
  return { reason: known ? error.code : 'runtime.failed', message: messageOf(error).slice(0, 500), exitCode: null, retry: known ? error.retry : true }
}

const ENDS: Readonly<Record<Exclude<RunResult['end'], 'exited' | 'stopped'>, string>> = {
  timeout: 'The job ran longer than its limit allows.',
  memory: 'The job used more memory than its limit allows.',
  'output-missing': 'The job ended without writing /job/out/result.',
  'output-too-large': 'The job wrote more output than its limit allows.',
  'log-too-large': 'The job flooded its log: with more than 16 MiB at a time, or 64 KiB a second for long.',
}

/** What is wrong with the result of a run; `null` if it can be proven. */
export function failureOfResult({ end, exitCode, logTail }: RunResult, signal: AbortSignal): Failure | null {
  if (end === 'stopped') return stopped(signal)
  if (end !== 'exited') return { reason: `job.${end}`, message: ENDS[end], exitCode, retry: false }
  if (exitCode === 0) return null
  const last = logTail.trim().split('\n').at(-1)?.slice(0, 200)
  return { reason: 'job.exit-code', message: `The job ended with exit code ${exitCode}${last ? `: ${last}` : '.'}`, exitCode, retry: false }
}
