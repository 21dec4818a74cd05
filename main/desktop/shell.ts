import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Menu, app, protocol, session } from 'electron'
import { readDiscovery } from '../agent/http/discovery.ts'
import { systemClock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/log.ts'
import { packageRoot } from '../kernel/paths.ts'
import { type AgentLink, type StartAgent, linkAgent } from './agent-link.ts'
import { attachToAgent } from './attached-agent.ts'
import { createClosing } from './closing.ts'
import { serveIpc } from './ipc.ts'
import { denyPermissions, lockDownPages } from './lockdown.ts'
import { declareAppScheme, serveAppScheme } from './protocol.ts'
import { openShellSettings } from './shell-settings.ts'
import { hasTrayHost } from './tray-host.ts'
import { createTray } from './tray.ts'
import { type Windows, createWindows } from './windows.ts'

export interface ShellOptions {
  /** The agent's data directory; the window keeps its own small state in `desktop/` below it. */
  readonly dataDirectory: string
  /** Starts an agent here when none runs on the directory; `null` only ever attaches to one. */
  readonly startAgent: StartAgent | null
  readonly log: Logger
}

const dist = join(packageRoot, 'dist')
const icons = join(dist, 'icons')

/** Runs the window and the tray until the owner quits. Everything up to `whenReady` must happen in the first turn. */
export async function runShell(options: ShellOptions): Promise<void> {
  const home = join(options.dataDirectory, 'desktop')
  mkdirSync(home, { recursive: true })
  app.setPath('userData', home)
  if (!app.requestSingleInstanceLock()) return app.quit()
  app.enableSandbox()
  app.setAppUserModelId('app.windfall.desktop')
  declareAppScheme()
  lockDownPages(app)
  if (process.platform !== 'darwin') Menu.setApplicationMenu(null)
  await app.whenReady()
  denyPermissions(session.defaultSession)
  serveAppScheme(protocol, join(dist, 'renderer'))
  const windows = await build(options, home)
  app.on('second-instance', windows.open)
  app.on('activate', windows.open)
  windows.open()
}

async function build({ dataDirectory, startAgent, log }: ShellOptions, home: string): Promise<Windows> {
  const settings = openShellSettings(join(home, 'shell.json'))
  const hasTray = await hasTrayHost(process.platform)
  const link = await linkAgent(dataDirectory, {
    start: startAgent,
    attach: () => attachToAgent({ discover: () => readDiscovery(dataDirectory), clock: systemClock, log }),
  })
  const windows = createWindows({
    preload: join(dist, 'preload', 'index.cjs'),
    icon: join(icons, 'app.png'),
    onClose: createClosing({ app, hasTray, choice: () => settings.get().onClose, choose: (onClose) => settings.set({ onClose }) }),
  })
  serveIpc(link.server)
  link.events.subscribe(windows.tell)
  const keepRunning = { get: () => settings.get().onClose !== 'quit', set: (value: boolean) => settings.set({ onClose: value ? 'keep-running' : 'quit' }) }
  if (hasTray) createTray({ link, icons, clock: systemClock, log, open: windows.open, quit: () => app.quit(), keepRunning })
  stopWithApp(link)
  return windows
}

/** The tray outlives the window; the agent in this process is stopped before the process ends. */
function stopWithApp(link: AgentLink): void {
  app.on('window-all-closed', () => {})
  app.on('will-quit', (event) => {
    event.preventDefault()
    void link.stop().finally(() => app.exit(0))
  })
}
