import type { AgentStatus } from '../../shared/contract/agent.ts'
import { agentText } from '../../shared/domain/agent-sentences.ts'
import { formatUsd } from '../../shared/domain/money.ts'
import { t } from '../../shared/i18n/translate.ts'
import { powerText } from './job-text.ts'
import { resumeText } from './resume-text.ts'
import { displayWord } from './words.ts'

/** The state, and all that stands in the way of work. */
export const stateSentence = (status: AgentStatus, now: number): string =>
  [t('Windfall: {state}.', { state: displayWord(status, now).word }), ...status.reasons.map((reason) => agentText(reason.message))].join(' ')

/** What there is to say to somebody who asks how things are: the state, what runs, when work goes on, and what today has brought. */
export function statusSpeech(status: AgentStatus, now: number): string {
  const [job] = status.running
  const work = job === undefined ? [] : [t('{jobs, plural, one {Works on {name}.} other {Works on # jobs.}}', { jobs: status.running.length, name: job.name })]
  const power = status.power === null ? [] : [t('Draws {power}.', { power: powerText(status.power) })]
  const today = t('{amount} confirmed today, before electricity.', { amount: formatUsd(status.today.confirmedMicroUsd) })
  return [stateSentence(status, now), ...work, ...power, resumeText(status.reasons, now), today].filter(Boolean).join(' ')
}

/** The same for the clipboard, with what somebody who helps would ask next. */
export const statusText = (status: AgentStatus, now: number): string =>
  [
    statusSpeech(status, now),
    t('Windfall {version}, zone {zone}.', { version: status.version, zone: status.node.zone }),
    t('Devices: {names}.', { names: status.devices.map(({ name }) => name).join(', ') || t('none') }),
  ].join('\n')
