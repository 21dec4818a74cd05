import type { AgentStatus } from '../../shared/contract/agent.ts'
import type { RunningJob } from '../../shared/contract/agent-job.ts'
import type { ShellAgent } from '../../shared/contract/shell.ts'
import { agentText } from '../../shared/domain/agent-sentences.ts'
import { formatUsd } from '../../shared/domain/money.ts'
import { type OwnerCommand, type OwnerVerb, isPaused, ownerCommands } from '../../shared/domain/owner-commands.ts'
import { nextChange, reasonTitle } from '../../shared/domain/reason-words.ts'
import { jobPower, makesRoom, worksOn } from '../../shared/domain/running-jobs.ts'
import { t } from '../../shared/i18n/translate.ts'
import { SECONDS, leftText, moment, rateText, resumesText, wattsText } from './tray-words.ts'

export type Verb =
  | OwnerVerb
  | { readonly do: 'open' | 'quit' | 'start-agent' | 'install-update' }
  /** `hash` is an address of a page. */
  | { readonly do: 'go'; readonly hash: string }
  | { readonly do: 'keep-running'; readonly value: boolean }

export interface MenuEntry {
  readonly id: string
  readonly label: string
  /** Missing: a line to read, not to choose. */
  readonly verb?: Verb
  readonly checked?: boolean
  readonly submenu?: readonly MenuEntry[]
}

export interface TrayView {
  /** `null` when the agent does not answer. */
  readonly status: AgentStatus | null
  /** The process that works: whose it is, and whether it runs. */
  readonly agent: ShellAgent
  /** What the owner may claim, micro-USD; `null` if there is nothing to claim. */
  readonly claimable: string | null
  readonly updateIsReady: boolean
  /** Does closing the window leave the tray? */
  readonly keepRunning: boolean
  /** Epoch milliseconds. */
  readonly now: number
}

const MINUTE_MS = 60_000
const SEPARATOR = null

/** The tray's menu, top to bottom; `null` is a separator. The commands are those of the window. */
export function trayMenu(view: TrayView): readonly (MenuEntry | null)[] {
  const { status, agent, keepRunning, now } = view
  const offers = offered(view)
  return [
    { id: 'open', label: t('Open Windfall'), verb: { do: 'open' } },
    { id: 'status', label: status === null ? missingText(agent, now) : headline(status, now) },
    ...(status === null ? [] : [...jobLines(status), ...reasonLines(status, now), SEPARATOR, ...ownerCommands(status).map(commandEntry)]),
    SEPARATOR,
    ...(offers.length === 0 ? [] : [...offers, SEPARATOR]),
    { id: 'settings', label: t('Settings…'), verb: { do: 'go', hash: '#/settings' } },
    { id: 'keep-running', label: t('Stay here when the window closes'), verb: { do: 'keep-running', value: !keepRunning }, checked: keepRunning },
    {
      id: 'quit',
      label: agent.state === 'elsewhere' ? t('Quit (Windfall keeps working in the background)') : t('Quit (stops earning)'),
      verb: { do: 'quit' },
    },
  ]
}

/** What the owner may want to do now, and at other times has no line. */
function offered({ agent, claimable, updateIsReady }: TrayView): MenuEntry[] {
  const gone = agent.state === 'gave-up' || agent.state === 'restarting'
  return [
    ...(gone ? [{ id: 'start-agent', label: t('Start again now'), verb: { do: 'start-agent' } as const }] : []),
    ...(claimable === null
      ? []
      : [{ id: 'claim', label: t('Payout ready: {amount}…', { amount: formatUsd(claimable) }), verb: { do: 'go', hash: '#/payouts' } as const }]),
    ...(updateIsReady ? [{ id: 'update', label: t('Restart to update…'), verb: { do: 'install-update' } as const }] : []),
  ]
}

/** Why nobody answers. */
function missingText(agent: ShellAgent, now: number): string {
  if (agent.state === 'restarting') return t('Stopped unexpectedly, starts again at {time}', { time: moment(agent.retryAt, now, SECONDS) })
  return agent.state === 'gave-up' ? t('Stopped unexpectedly several times, so it waits for you') : t('Not connected to Windfall')
}

function commandEntry({ id, label, verb, unavailable }: OwnerCommand): MenuEntry {
  if (!('do' in verb)) return { id, label, submenu: verb }
  return unavailable === null ? { id, label, verb } : { id, label }
}

/** A menu is not a list: what does not fit, the window shows. */
const MOST_JOBS = 5

/** One line for each of several jobs that run; of a single one the line above says all there is. */
function jobLines({ running, devices }: AgentStatus): MenuEntry[] {
  if (running.length < 2) return []
  const shown = running.length > MOST_JOBS ? running.slice(0, MOST_JOBS - 1) : running
  const others = running.length - shown.length
  return [
    ...shown.map((job): MenuEntry => ({ id: `job-${job.leaseId}`, label: jobLine(job, devices) })),
    ...(others === 0 ? [] : [{ id: 'job-others', label: t('and {others} more', { others }) }]),
  ]
}

/** `Render scene 4 · RTX 4070 · 172 W`; one that rests or is slowed down says so instead. */
function jobLine(job: RunningJob, devices: AgentStatus['devices']): string {
  const power = jobPower(job, devices)
  const now = makesRoom(job) ? [t('held back')] : power ? [wattsText(power)] : []
  return [job.name, ...worksOn(job, devices), ...now].join(' · ')
}

/** All reasons at once, and when work can go on. A pause, or what the owner has to do, stands in the line above. */
function reasonLines(status: AgentStatus, now: number): MenuEntry[] {
  const said = status.display === 'action-needed' ? status.reasons[0]?.code : 'user'
  const reasons = status.reasons.filter(({ code }) => code !== 'user' && code !== said)
  const lines = reasons.map(
    ({ code, until }): MenuEntry => ({
      id: `reason-${code}`,
      label: until === null ? reasonTitle(code) : t('{reason}, until {time}', { reason: reasonTitle(code), time: moment(until, now) }),
    }),
  )
  const next = isPaused(status) ? null : nextChange(status.reasons)
  if (next === null || next.notBefore === null) return lines
  return [
    ...lines,
    { id: 'next', label: next.isCertain ? resumesText(next.notBefore, now) : t('Resumes not before {time}', { time: moment(next.notBefore, now) }) },
  ]
}

const HEADLINE = {
  earning: () => t('Earning'),
  ready: () => t('Ready, no job right now'),
  waiting: () => t('Waiting'),
} as const

const finishingText = (jobs: number): string =>
  t('{jobs, plural, one {Finishing this job} other {Finishing # jobs}}, then pausing', { jobs: Math.max(1, jobs) })

/** One line on what Windfall does now. */
function headline(status: AgentStatus, now: number): string {
  const { display, power, running } = status
  if (display === 'paused') return pausedText(status, now)
  if (display === 'action-needed') return firstReason(status)
  // As the window counts it: what is being checked and what is confirmed.
  const today = t('today {amount} confirmed', { amount: formatUsd(status.today.confirmedMicroUsd) })
  if (display === 'finishing') return [finishingText(running.length), ...anywayText(status, now), today].join(' · ')
  const work =
    display === 'earning'
      ? [
          ...(running.length > 1 ? [t('{jobs, plural, one {# job} other {# jobs}}', { jobs: running.length })] : []),
          ...(power ? [wattsText(power)] : []),
          ...rateText(status),
        ]
      : []
  return [HEADLINE[display](), ...anywayText(status, now), ...work, today].join(' · ')
}

/** What rests on the icon: one line, with the first reason when it does not earn. */
export function trayTip({ status, agent, now }: Pick<TrayView, 'status' | 'agent' | 'now'>): string {
  if (status === null) return missingText(agent, now)
  if (status.display !== 'waiting' && status.display !== 'action-needed') return headline(status, now)
  const others = status.reasons.length - 1
  return others > 0 ? t('{reason} (and {others} more)', { reason: firstReason(status), others }) : firstReason(status)
}

function firstReason({ display, reasons: [first] }: AgentStatus): string {
  const reason = first === undefined ? t('open Windfall for details.') : agentText(first.message)
  return display === 'waiting' ? t('Waiting: {reason}', { reason }) : t('Action needed: {reason}', { reason })
}

function pausedText({ pausedUntil }: Pick<AgentStatus, 'pausedUntil'>, now: number): string {
  if (pausedUntil === null) return t('Paused until you resume')
  const left = Math.ceil(Math.max(0, Date.parse(pausedUntil) - now) / MINUTE_MS)
  return t('Paused until {time}, {left} left', { time: moment(pausedUntil, now), left: leftText(left) })
}

const anywayText = ({ anywayUntil }: Pick<AgentStatus, 'anywayUntil'>, now: number): string[] =>
  anywayUntil === null ? [] : [t('Running anyway until {time}', { time: moment(anywayUntil, now) })]

/** Milliseconds until the menu has to say something else although the agent has said nothing; `null` if it does not. */
export function nextLineInMs(status: AgentStatus | null, now: number): number | null {
  if (status?.display !== 'paused' || status.pausedUntil === null) return null
  const leftMs = Date.parse(status.pausedUntil) - now
  return leftMs <= 0 ? null : leftMs % MINUTE_MS || MINUTE_MS
}
