import { join } from 'node:path'
import { Menu, type MenuItemConstructorOptions, Tray, nativeImage, nativeTheme } from 'electron'
import { type AgentStatus, agentContract } from '../../shared/contract/agent.ts'
import { type Client, connect } from '../../shared/contract/define.ts'
import { ANYWAY_MS, pauseEnd } from '../../shared/domain/pauses.ts'
import { messageOf } from '../../shared/errors.ts'
import { toIso } from '../../shared/units.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/log.ts'
import type { AgentLink } from './agent-link.ts'
import { type MenuEntry, type TrayImage, type Verb, nextLineInMs, trayImage, trayMenu, trayTip } from './tray-menu.ts'

interface TrayDeps {
  readonly link: AgentLink
  readonly icons: string
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  readonly log: Pick<Logger, 'warn'>
  readonly open: () => void
  readonly quit: () => void
  readonly keepRunning: { readonly get: () => boolean; readonly set: (value: boolean) => void }
}

/** Shows the agent's state in the tray, from the same status as the window, and keeps it current. */
export function createTray(deps: TrayDeps): void {
  const { link, icons, clock, log, open } = deps
  const agent = connect(agentContract, { invoke: (name, input) => link.server.dispatch(name, input, undefined), subscribe: () => () => {} })
  const tray = new Tray(image(icons, 'offline'))
  if (process.platform === 'darwin') tray.setIgnoreDoubleClickEvents(true)
  if (process.platform === 'win32') tray.on('click', open)
  let turn = 0
  const refresh = async () => {
    const mine = ++turn
    const status = await agent.call('getStatus', {}).catch(() => null)
    if (mine === turn) keepShowing(status)
  }
  let shown = new AbortController()
  /** Shows a status, and what follows from it as time passes, until there is another one. */
  const keepShowing = (status: AgentStatus | null) => {
    shown.abort()
    shown = new AbortController()
    show(tray, status, { ...deps, act: (verb) => void act(verb) })
    const wait = nextLineInMs(status, clock.now())
    if (wait !== null) void clock.sleep(wait, shown.signal).then((isDue) => isDue && keepShowing(status))
  }
  const act = async (verb: Verb) => {
    await perform(verb, agent, deps).catch((error: unknown) => log.warn({ verb: verb.do, reason: messageOf(error) }, 'a tray command failed'))
    await refresh()
  }
  link.events.subscribe((event) => {
    if (event === 'changed') void refresh()
  })
  nativeTheme.on('updated', () => void refresh())
  void refresh()
}

function show(tray: Tray, status: AgentStatus | null, { link, icons, clock, keepRunning, act }: TrayDeps & { act: (verb: Verb) => void }): void {
  const now = clock.now()
  tray.setImage(image(icons, trayImage(status)))
  tray.setToolTip(`Windfall: ${trayTip(status, now)}`)
  const entries = trayMenu({ status, agentIsHere: link.agentIsHere, keepRunning: keepRunning.get(), now })
  // Linux trays show the menu they were last given, so every change needs a new one.
  tray.setContextMenu(Menu.buildFromTemplate(entries.map((entry) => template(entry, act))))
}

async function perform(verb: Verb, agent: Client<typeof agentContract>, { open, quit, keepRunning, clock }: TrayDeps): Promise<unknown> {
  switch (verb.do) {
    case 'open':
      return open()
    case 'quit':
      return quit()
    case 'keep-running':
      return keepRunning.set(verb.value)
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
    label,
    enabled: verb !== undefined || submenu !== undefined,
    ...(checked === undefined ? {} : { type: 'checkbox' as const, checked }),
    ...(submenu ? { submenu: submenu.map((child) => template(child, act)) } : {}),
    ...(verb ? { click: () => act(verb) } : {}),
  }
}

/** macOS tints a template by itself; elsewhere the bar is dark or light, which is not always what the applications are. */
function image(icons: string, name: TrayImage): Electron.NativeImage {
  if (process.platform === 'darwin') return nativeImage.createFromPath(join(icons, `${name}Template.png`))
  return nativeImage.createFromPath(join(icons, `${name}-${nativeTheme.shouldUseDarkColorsForSystemIntegratedUI ? 'light' : 'dark'}.png`))
}
