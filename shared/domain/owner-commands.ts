import type { AgentJob } from '../contract/agent-job.ts'
import type { AgentStatus } from '../contract/agent.ts'
import { t } from '../i18n/translate.ts'
import { PAUSES, type PauseRule, pauseLabel } from './pauses.ts'

/** What an owner may tell the machine. `resume` also takes a “finish” or a “run anyway” back, and ends an alarm. */
export type OwnerVerb = { readonly do: 'resume' | 'finish' } | { readonly do: 'run-anyway' } | { readonly do: 'pause'; readonly until: PauseRule }

export interface OwnerCommand {
  readonly id: 'pause' | 'resume' | 'finish' | 'run-anyway'
  readonly label: string
  /** One verb, or several to choose from. */
  readonly verb: OwnerVerb | readonly OwnerChoice[]
  /** Why it cannot be given now; `null` if it can. */
  readonly unavailable: string | null
}

export interface OwnerChoice {
  readonly id: string
  readonly label: string
  readonly verb: OwnerVerb
}

const choices = (): readonly OwnerChoice[] => PAUSES.map((rule) => ({ id: `pause-${rule}`, label: pauseLabel(rule), verb: { do: 'pause', until: rule } }))

const pause = (label: string): OwnerCommand => ({ id: 'pause', label, verb: choices(), unavailable: null })
const resume = (label: string): OwnerCommand => ({ id: 'resume', label, verb: { do: 'resume' }, unavailable: null })
const finish = (unavailable: string | null): OwnerCommand => ({ id: 'finish', label: t('Finish, then pause'), verb: { do: 'finish' }, unavailable })

const runAnyway = (): OwnerCommand => ({ id: 'run-anyway', label: t('Run anyway for 1 hour'), verb: { do: 'run-anyway' }, unavailable: null })

/** States in which a process of the job may exist. */
const AT_WORK = new Set<AgentJob['state']>(['preparing', 'running', 'collecting'])
const isAtWork = (job: AgentStatus['job']): boolean => job !== null && AT_WORK.has(job.state)

/** Whether the owner has paused, whatever else stands in the way. */
export const isPaused = ({ display, reasons }: Pick<AgentStatus, 'display' | 'reasons'>): boolean =>
  display === 'paused' || reasons.some(({ code }) => code === 'user')

/** The commands that fit the state, the more likely one first. Tray and window are made from this list, so neither lacks what the other has. */
export function ownerCommands(
  status: Pick<AgentStatus, 'display' | 'policy' | 'reasons' | 'finishing' | 'job' | 'anywayUntil' | 'mayRunAnyway'>,
): readonly [OwnerCommand, OwnerCommand, ...OwnerCommand[]] {
  if (isPaused(status)) return [resume(t('Resume')), pause(t('Change the pause'))]
  if (status.policy === 'fault') return [pause(t('Pause')), resume(t('Run jobs all the same'))]
  if (status.finishing) return [pause(t('Pause now')), resume(t('Cancel finish'))]
  const own = [pause(t('Pause')), finish(isAtWork(status.job) ? null : t('No job is running, so there is none to finish.'))] as const
  if (status.anywayUntil !== null) return [...own, resume(t('Back to my rules'))]
  return status.mayRunAnyway ? [...own, runAnyway()] : own
}
