import type { AgentStatus } from '../../shared/contract/agent.ts'
import { MICRO_USD_PER_USD } from '../../shared/units.ts'

export type PauseRule = '30-minutes' | '1-hour' | 'tomorrow' | 'until-resumed'
export type Verb =
  | { readonly do: 'open' | 'resume' | 'quit' }
  | { readonly do: 'pause'; readonly until: PauseRule }
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
  /** Does the agent live in this process, so that quitting stops it? */
  readonly agentIsHere: boolean
  /** Does closing the window leave the tray? */
  readonly keepRunning: boolean
}

const SEPARATOR = null

/** The tray's menu, top to bottom; `null` is a separator. Only the verb that fits the state is there. */
export function trayMenu({ status, agentIsHere, keepRunning }: TrayView): readonly (MenuEntry | null)[] {
  return [
    { id: 'open', label: 'Open Windfall', verb: { do: 'open' } },
    { id: 'status', label: statusLine(status) },
    SEPARATOR,
    ...(status === null ? [] : [status.display === 'paused' ? RESUME : PAUSE, SEPARATOR]),
    { id: 'keep-running', label: 'Stay here when the window closes', verb: { do: 'keep-running', value: !keepRunning }, checked: keepRunning },
    { id: 'quit', label: agentIsHere ? 'Quit (stops earning)' : 'Quit (Windfall keeps working in the background)', verb: { do: 'quit' } },
  ]
}

const RESUME: MenuEntry = { id: 'resume', label: 'Resume', verb: { do: 'resume' } }
const PAUSE: MenuEntry = {
  id: 'pause',
  label: 'Pause',
  submenu: [
    { id: 'pause-30-minutes', label: 'For 30 minutes', verb: { do: 'pause', until: '30-minutes' } },
    { id: 'pause-1-hour', label: 'For 1 hour', verb: { do: 'pause', until: '1-hour' } },
    { id: 'pause-tomorrow', label: 'Until tomorrow', verb: { do: 'pause', until: 'tomorrow' } },
    { id: 'pause-until-resumed', label: 'Until I resume', verb: { do: 'pause', until: 'until-resumed' } },
  ],
}

/** When a pause chosen at `now` (epoch ms) ends, epoch ms; `null` for never. Tomorrow is the next local midnight. */
export function pauseEnd(rule: PauseRule, now: number): number | null {
  switch (rule) {
    case '30-minutes':
      return now + 30 * 60_000
    case '1-hour':
      return now + 60 * 60_000
    case 'tomorrow':
      return new Date(now).setHours(24, 0, 0, 0)
    case 'until-resumed':
      return null
  }
}

/** One line on what Windfall does now, with the reason when it does not earn. */
export function statusLine(status: AgentStatus | null): string {
  if (status === null) return 'Not connected to Windfall'
  // As the window counts it: what is being checked and what is confirmed.
  const today = `today ${dollars(BigInt(status.today.accruedMicroUsd) + BigInt(status.today.confirmedMicroUsd))}`
  switch (status.display) {
    case 'earning':
      return status.power === null ? `Earning · ${today}` : `Earning · ${Math.round(status.power.watts)} W · ${today}`
    case 'ready':
      return `Ready, no job right now · ${today}`
    case 'finishing':
      return `Finishing this job · ${today}`
    case 'waiting':
      return `Waiting: ${status.reasons[0]?.message ?? 'for a better moment'}`
    case 'paused':
      return status.pausedUntil === null ? 'Paused until you resume' : `Paused until ${clockTime(status.pausedUntil)}`
    case 'action-needed':
      return `Action needed: ${status.reasons[0]?.message ?? 'open Windfall for details'}`
  }
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

/** `$0.31`; four decimals below a cent, so that a first job is not shown as nothing. Rounds down: never more than was earned. */
export function dollars(micro: bigint): string {
  const size = micro < 0n ? -micro : micro
  const decimals = size > 0n && size < MICRO_USD_PER_USD / 100n ? 4 : 2
  const fraction = String(size % MICRO_USD_PER_USD)
    .padStart(6, '0')
    .slice(0, decimals)
  return `${micro < 0n ? '−' : ''}$${size / MICRO_USD_PER_USD}.${fraction}`
}

const clockTime = (iso: string): string => new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(iso))
