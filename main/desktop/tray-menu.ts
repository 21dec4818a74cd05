import type { AgentStatus } from '../../shared/contract/agent.ts'
import type { RunningJob } from '../../shared/contract/agent-job.ts'
import { formatUsd } from '../../shared/domain/money.ts'
import { type OwnerCommand, type OwnerVerb, isPaused, ownerCommands } from '../../shared/domain/owner-commands.ts'
import { REASON_TITLE, nextChange } from '../../shared/domain/reason-words.ts'
import { jobPower, makesRoom, worksOn } from '../../shared/domain/running-jobs.ts'

export type Verb = OwnerVerb | { readonly do: 'open' | 'quit' } | { readonly do: 'keep-running'; readonly value: boolean }

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
  /** Does the agent live in this process, so that quitting stops it? */
  readonly agentIsHere: boolean
  /** Does closing the window leave the tray? */
  readonly keepRunning: boolean
  /** Epoch milliseconds. */
  readonly now: number
}

const MINUTE_MS = 60_000
const SEPARATOR = null

/** The tray's menu, top to bottom; `null` is a separator. The commands are those of the window. */
export function trayMenu({ status, agentIsHere, keepRunning, now }: TrayView): readonly (MenuEntry | null)[] {
  return [
    { id: 'open', label: 'Open Windfall', verb: { do: 'open' } },
    { id: 'status', label: headline(status, now) },
    ...(status === null ? [] : [...jobLines(status), ...reasonLines(status, now), SEPARATOR, ...ownerCommands(status).map(commandEntry)]),
    SEPARATOR,
    { id: 'keep-running', label: 'Stay here when the window closes', verb: { do: 'keep-running', value: !keepRunning }, checked: keepRunning },
    { id: 'quit', label: agentIsHere ? 'Quit (stops earning)' : 'Quit (Windfall keeps working in the background)', verb: { do: 'quit' } },
  ]
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
    ...(others === 0 ? [] : [{ id: 'job-others', label: `and ${others} more` }]),
  ]
}

/** `Render scene 4 · RTX 4070 · 172 W`; one that rests or is slowed down says so instead. */
function jobLine(job: RunningJob, devices: AgentStatus['devices']): string {
  const power = jobPower(job, devices)
  const now = makesRoom(job) ? ['held back'] : power ? [wattsText(power)] : []
  return [job.name, ...worksOn(job, devices), ...now].join(' · ')
}

/** All reasons at once, and when work can go on. A pause, or what the owner has to do, stands in the line above. */
function reasonLines(status: AgentStatus, now: number): MenuEntry[] {
  const said = status.display === 'action-needed' ? status.reasons[0]?.code : 'user'
  const reasons = status.reasons.filter(({ code }) => code !== 'user' && code !== said)
  const lines = reasons.map(
    ({ code, until }): MenuEntry => ({
      id: `reason-${code}`,
      label: `${REASON_TITLE[code]}${until === null ? '' : `, until ${moment(until, now)}`}`,
    }),
  )
  const next = isPaused(status) ? null : nextChange(status.reasons)
  if (next === null || next.notBefore === null) return lines
  return [...lines, { id: 'next', label: next.isCertain ? `Resumes ${atMoment(next.notBefore, now)}` : `Resumes not before ${moment(next.notBefore, now)}` }]
}

const HEADLINE = {
  earning: 'Earning',
  ready: 'Ready, no job right now',
  waiting: 'Waiting',
} as const

const finishingText = (jobs: number): string => `Finishing ${jobs > 1 ? `${jobs} jobs` : 'this job'}, then pausing`

/** One line on what Windfall does now. */
function headline(status: AgentStatus | null, now: number): string {
  if (status === null) return 'Not connected to Windfall'
  const { display, power, running } = status
  if (display === 'paused') return pausedText(status, now)
  if (display === 'action-needed') return firstReason(status)
  // As the window counts it: what is being checked and what is confirmed.
  const today = `today ${formatUsd(status.today.confirmedMicroUsd)} confirmed`
  if (display === 'finishing') return [finishingText(running.length), ...anywayText(status, now), today].join(' · ')
  const work = display === 'earning' ? [...(running.length > 1 ? [`${running.length} jobs`] : []), ...(power ? [wattsText(power)] : [])] : []
  return [HEADLINE[display], ...anywayText(status, now), ...work, today].join(' · ')
}

/** What rests on the icon: one line, with the first reason when it does not earn. */
export function trayTip(status: AgentStatus | null, now: number): string {
  if (status?.display !== 'waiting' && status?.display !== 'action-needed') return headline(status, now)
  const others = status.reasons.length - 1
  return `${firstReason(status)}${others > 0 ? ` (and ${others} more)` : ''}`
}

const firstReason = ({ display, reasons }: AgentStatus): string =>
  `${display === 'waiting' ? HEADLINE.waiting : 'Action needed'}: ${reasons[0]?.message ?? 'open Windfall for details.'}`

function pausedText({ pausedUntil }: Pick<AgentStatus, 'pausedUntil'>, now: number): string {
  if (pausedUntil === null) return 'Paused until you resume'
  const left = Math.ceil(Math.max(0, Date.parse(pausedUntil) - now) / MINUTE_MS)
  return `Paused until ${moment(pausedUntil, now)}, ${leftText(left)} left`
}

const anywayText = ({ anywayUntil }: Pick<AgentStatus, 'anywayUntil'>, now: number): string[] =>
  anywayUntil === null ? [] : [`Running anyway until ${moment(anywayUntil, now)}`]

const leftText = (minutes: number): string => (minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`)

/** Milliseconds until the menu has to say something else although the agent has said nothing; `null` if it does not. */
export function nextLineInMs(status: AgentStatus | null, now: number): number | null {
  if (status?.display !== 'paused' || status.pausedUntil === null) return null
  const leftMs = Date.parse(status.pausedUntil) - now
  return leftMs <= 0 ? null : leftMs % MINUTE_MS || MINUTE_MS
}

export type TrayImage = 'earning' | 'waiting' | 'paused' | 'attention' | 'offline'

/** The state as a shape: colour is not visible in every tray, and not to everyone. */
export function trayImage(status: AgentStatus | null): TrayImage {
  if (status === null) return 'offline'
  switch (status.display) {
    case 'earning':
    case 'finishing':
      return 'earning'
    case 'ready':
    case 'waiting':
      return status.coordinator.state === 'offline' ? 'offline' : 'waiting'
    case 'paused':
      return 'paused'
    case 'action-needed':
      return 'attention'
  }
}

/** An estimate is marked before the number, as in the window. */
const wattsText = ({ watts, method }: Pick<NonNullable<AgentStatus['power']>, 'watts' | 'method'>): string =>
  `${method === 'estimate' ? '≈ ' : ''}${Math.round(watts)} W`

const HOURS = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
const clockTime = new Intl.DateTimeFormat(undefined, HOURS)
const dayAndTime = new Intl.DateTimeFormat(undefined, { ...HOURS, weekday: 'short', day: 'numeric', month: 'short' })

const isSameDay = (a: Date, b: Date): boolean => a.toDateString() === b.toDateString()

/** Local time, with the day where that is not today. */
function moment(iso: string, now: number): string {
  const at = new Date(iso)
  return isSameDay(at, new Date(now)) ? clockTime.format(at) : dayAndTime.format(at)
}

const atMoment = (iso: string, now: number): string => `${isSameDay(new Date(iso), new Date(now)) ? 'at ' : ''}${moment(iso, now)}`
