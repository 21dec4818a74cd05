import { powerMonitor, powerSaveBlocker } from 'electron'
import type { ShellAgent } from '../../shared/contract/shell.ts'
import { systemClock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/log.ts'
import type { AgentLink } from './agent-link.ts'
import { askAgent, watchAgent } from './agent-watch.ts'
import { createKeepAwake, staysAwake } from './keep-awake.ts'
import type { LateUpdates } from './late-updates.ts'
import type { Notifications } from './notifications.ts'
import { watchMoney } from './owner-money.ts'
import { messageOf } from '../../shared/errors.ts'
import type { SettingsFile } from './shell-settings.ts'
import { type TrayDeps, createTray } from './tray.ts'

export interface Company {
  readonly settings: SettingsFile
  readonly agentState: () => ShellAgent
  readonly updates: Pick<LateUpdates, 'state'>
  readonly notifications: Pick<Notifications, 'learn'>
  /** `null` where nothing shows a tray. */
  readonly tray: Pick<TrayDeps, 'icons' | 'acts'> | null
  /** Calls back when the shell itself is in another state. */
  readonly onChanged: (listener: () => void) => void
  readonly log: Logger
}

/** What goes with an agent as long as the shell runs: tray, notifications, and the machine's own sleep. */
export function accompanyAgent(link: AgentLink, { settings, agentState, updates, notifications, tray, onChanged, log }: Company): void {
  const agent = askAgent(link)
  const watch = watchAgent(link, agent)
  const money = watchMoney(agent, systemClock)
  const setAwake = createKeepAwake(powerSaveBlocker)
  const learn = () => notifications.learn({ status: watch.status(), ...money.known(), agent: agentState(), update: updates.state() })
  const keepAwake = () => setAwake(staysAwake({ status: watch.status(), keepsAwake: settings.get().keepsAwake, onBattery: powerMonitor.isOnBatteryPower() }))
  const facts = () => ({
    agent: agentState(),
    claimable: money.known().claimable ?? null,
    updateIsReady: updates.state().state === 'ready',
    keepRunning: settings.get().onClose !== 'quit',
  })
  const icon = tray && createTray({ ...tray, watch, agent, facts, clock: systemClock, log })
  const follow = () => {
    learn()
    keepAwake()
    icon?.refresh()
  }
  watch.subscribe((status, what) => {
    follow()
    if (status !== null && what.size > 0) void money.look(what.has('payouts')).then(follow)
  })
  onChanged(follow)
  powerMonitor.on('on-ac', keepAwake)
  powerMonitor.on('on-battery', keepAwake)
  powerMonitor.on('resume', () => {
    // Hardware comes, goes and forgets its handles while a machine sleeps.
    agent.call('detectDevices', {}).catch((error: unknown) => log.warn({ reason: messageOf(error) }, 'the hardware was not looked for again'))
  })
  void watch.refresh()
}
