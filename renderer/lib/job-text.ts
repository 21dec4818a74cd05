/** Jobs in sentences. */
import type { AgentJob } from '../../shared/contract/agent-job.ts'
import type { AgentStatus } from '../../shared/contract/agent.ts'
import { t } from '../../shared/i18n/translate.ts'
import { formatEnergy, formatSpan, formatWatts, listOf } from './format.ts'

/** `172 W`; an estimate is marked before the number. */
export const powerText = ({ watts, method }: Pick<NonNullable<AgentStatus['power']>, 'watts' | 'method'>): string =>
  `${method === 'estimate' ? '≈\u00a0' : ''}${formatWatts(watts)}`

/** Energy as it is known: `74 Wh`, `≈ 3 Wh`, or a dash while nothing is metered. */
export const drawnText = ({ joules, method }: Pick<AgentJob, 'joules' | 'method'>): string =>
  joules === null ? '–' : `${method === 'estimate' ? '≈ ' : ''}${formatEnergy(joules)}`

/** `in 26 min`, from the moment it computes. */
export function ranText({ startedAt }: Pick<AgentJob, 'startedAt'>, now: number): string {
  if (startedAt === null) return t('not started yet')
  const ms = now - Date.parse(startedAt)
  return ms < 60_000 ? t('in less than a minute') : t('in {duration}', { duration: formatSpan(ms) })
}

/** `“A” is running.`, `“A” and “B” are running.` */
export const runningText = (jobs: readonly Pick<AgentJob, 'name'>[]): string =>
  jobs.length === 0
    ? t('A job is running.')
    : t('{count, plural, one {{jobs} is running.} other {{jobs} are running.}}', {
        count: jobs.length,
        jobs: listOf(jobs.map(({ name }) => t('“{name}”', { name }))),
      })
