import type { AgentStatus } from '../../shared/contract/agent.ts'
import { formatUsd, sumDecimal } from '../../shared/domain/money.ts'
import { PAUSES, type PauseRule } from '../../shared/domain/pauses.ts'

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
  submenu: PAUSES.map(({ id, label }): MenuEntry => ({ id: `pause-${id}`, label, verb: { do: 'pause', until: id } })),
}

/** One line on what Windfall does now, with the reason when it does not earn. */
export function statusLine(status: AgentStatus | null): string {
  if (status === null) return 'Not connected to Windfall'
  // As the window counts it: what is being checked and what is confirmed.
  const today = `today ${formatUsd(sumDecimal(status.today.accruedMicroUsd, status.today.confirmedMicroUsd))}`
  switch (status.display) {
    case 'earning':
      return status.power === null ? `Earning · ${today}` : `Earning · ${wattsText(status.power)} · ${today}`
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

/** An estimate is marked before the number, as in the window. */
const wattsText = ({ watts, method }: NonNullable<AgentStatus['power']>): string => `${method === 'estimate' ? '≈ ' : ''}${Math.round(watts)} W`

const clockTime = (iso: string): string => new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(iso))
