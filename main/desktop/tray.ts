import { join } from 'node:path'
import { Menu, type MenuItemConstructorOptions, Tray, nativeImage, nativeTheme } from 'electron'
import { ANYWAY_MS, pauseEnd } from '../../shared/domain/pauses.ts'
import { messageOf } from '../../shared/errors.ts'
import { toIso } from '../../shared/units.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/log.ts'
import type { AgentClient, AgentWatch } from './agent-watch.ts'
import { menuLine, plainLine } from './plain-line.ts'
import { type TrayImage, trayFile, trayImage } from './tray-image.ts'
import { type MenuEntry, type TrayView, type Verb, nextLineInMs, trayMenu, trayTip } from './tray-menu.ts'

export interface TrayDeps {
  readonly watch: AgentWatch
  readonly agent: AgentClient
  /** What the menu says beside the agent's status. */
  readonly facts: () => Omit<TrayView, 'status' | 'now'>
  readonly icons: string
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  readonly log: Pick<Logger, 'warn'>
  readonly acts: {
    readonly open: () => void
    readonly quit: () => void
    readonly go: (hash: string) => void
    readonly startAgent: () => void
    readonly installUpdate: () => Promise<unknown>
    readonly keepRunning: (value: boolean) => void
  }
}

export interface TrayIcon {
  /** Something the menu says beside the agent's status is different now. */
  readonly refresh: () => void
}

/** Shows the agent's state in the tray, from the same status as the window, and keeps it current. */
export function createTray(deps: TrayDeps): TrayIcon {
  const { watch, icons, clock, log, acts } = deps
  const tray = new Tray(image(icons, 'offline'))
  if (process.platform === 'darwin') tray.setIgnoreDoubleClickEvents(true)
  if (process.platform === 'win32') tray.on('click', acts.open)
  let shown = new AbortController()
  /** Shows what is known, and what follows from it as time passes, until there is something else to show. */
  const refresh = () => {
    shown.abort()
    shown = new AbortController()
    show(tray, deps, (verb) => void act(verb))
    const wait = nextLineInMs(watch.status(), clock.now())
    if (wait !== null) void clock.sleep(wait, shown.signal).then((isDue) => isDue && refresh())
  }
  const act = async (verb: Verb) => {
    await perform(verb, deps).catch((error: unknown) => log.warn({ verb: verb.do, reason: messageOf(error) }, 'a tray command failed'))
    await watch.refresh()
  }
  watch.subscribe(refresh)
  nativeTheme.on('updated', refresh)
  refresh()
  return { refresh }
}

function show(tray: Tray, { watch, facts, icons, clock }: TrayDeps, act: (verb: Verb) => void): void {
  const view: TrayView = { ...facts(), status: watch.status(), now: clock.now() }
  tray.setImage(image(icons, trayImage(view.status, view.agent)))
  tray.setToolTip(plainLine(`Windfall: ${trayTip(view)}`))
  // Linux trays show the menu they were last given, so every change needs a new one.
  tray.setContextMenu(Menu.buildFromTemplate(trayMenu(view).map((entry) => template(entry, act))))
}

async function perform(verb: Verb, { agent, acts, clock }: TrayDeps): Promise<unknown> {
  switch (verb.do) {
    case 'open':
      return acts.open()
    case 'quit':
      return acts.quit()
    case 'go':
      return acts.go(verb.hash)
    case 'start-agent':
      return acts.startAgent()
    case 'install-update':
      return acts.installUpdate()
    case 'keep-running':
      return acts.keepRunning(verb.value)
    case 'resume':
    case 'finish':
      return agent.call(verb.do, {})
    case 'run-anyway':
      return agent.call('runAnyway', { until: toIso(clock.now() + ANYWAY_MS) })
    case 'pause': {
      const end = pauseEnd(verb.until, clock.now())
      return agent.call('pause', { until: end === null ? null : toIso(end) })
    }
  }
}

function template(entry: MenuEntry | null, act: (verb: Verb) => void): MenuItemConstructorOptions {
  if (entry === null) return { type: 'separator' }
  const { id, label, verb, checked, submenu } = entry
  return {
    id,
    label: menuLine(label),
    enabled: verb !== undefined || submenu !== undefined,
    ...(checked === undefined ? {} : { type: 'checkbox' as const, checked }),
    ...(submenu ? { submenu: submenu.map((child) => template(child, act)) } : {}),
    ...(verb ? { click: () => act(verb) } : {}),
  }
}

const image = (icons: string, name: TrayImage): Electron.NativeImage =>
  nativeImage.createFromPath(join(icons, trayFile(name, process.platform, nativeTheme.shouldUseDarkColorsForSystemIntegratedUI)))
