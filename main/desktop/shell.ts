import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Menu, app, powerMonitor, protocol, session } from 'electron'
import { WalletView } from '../../shared/contract/wallet.ts'
import { messageOf } from '../../shared/errors.ts'
import { systemClock } from '../kernel/clock.ts'
import { readInstance } from '../kernel/instance-file.ts'
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
import { createWindows } from './windows.ts'

export interface ShellOptions {
  /** The agent's data directory; the window keeps its own small state in `desktop/` below it. */
  readonly dataDirectory: string
  /** Starts an agent here when none runs on the directory. */
  readonly startAgent: StartAgent
  readonly log: Logger
}

const dist = join(packageRoot, 'dist')
const icons = join(dist, 'icons')
const STOP_WITHIN_MS = 20_000

/** Runs the window and the tray until the owner quits. Everything up to `whenReady` must happen in the first turn. */
export async function runShell(options: ShellOptions): Promise<void> {
  const home = join(options.dataDirectory, 'desktop')
  mkdirSync(home, { recursive: true, mode: 0o700 })
  app.setPath('userData', home)
  if (!app.requestSingleInstanceLock()) return app.quit()
  app.enableSandbox()
  app.setAppUserModelId('app.windfall.desktop')
  declareAppScheme()
  const linked = Promise.withResolvers<AgentLink>()
  lockDownPages(app, async () => linkPageOf(await linked.promise))
  if (process.platform !== 'darwin') Menu.setApplicationMenu(null)
  await app.whenReady()
  denyPermissions(session.defaultSession)
  serveAppScheme(protocol, join(dist, 'renderer'))
  await build(options, home, linked.resolve)
}

/** The window is there at once; what it asks is answered as soon as there is an agent. Resolves then. */
async function build({ dataDirectory, startAgent, log }: ShellOptions, home: string, ready: (link: AgentLink) => void): Promise<void> {
  const settings = openShellSettings(join(home, 'shell.json'))
  const hasTray = await hasTrayHost(process.platform)
  const linking = linkAgent(dataDirectory, {
    start: startAgent,
    attach: () => attachToAgent({ discover: () => readInstance(dataDirectory)?.agent ?? null, clock: systemClock, log }),
  })
  const windows = createWindows({
    preload: join(dist, 'preload', 'index.cjs'),
    icon: join(icons, 'app.png'),
    onClose: createClosing({ app, hasTray, choice: () => settings.get().onClose, choose: (onClose) => settings.set({ onClose }) }),
  })
  serveIpc({ dispatch: async (...call) => (await linking).server.dispatch(...call) })
  stopWithApp(linking)
  app.on('second-instance', windows.open)
  app.on('activate', windows.open)
  windows.open()
  const link = await linking
  ready(link)
  link.events.subscribe(windows.tell)
  lookAgainAfterSleep(link, log)
  const keepRunning = { get: () => settings.get().onClose !== 'quit', set: (value: boolean) => settings.set({ onClose: value ? 'keep-running' : 'quit' }) }
  if (hasTray) createTray({ link, icons, clock: systemClock, log, open: windows.open, quit: () => app.quit(), keepRunning })
}

/** The agent is another process perhaps: what it says is checked here. */
async function linkPageOf({ server }: AgentLink): Promise<string | null> {
  const wallet = WalletView.safeParse(await server.dispatch('getWallet', {}, undefined))
  return wallet.data?.link?.url ?? null
}

/** Hardware comes, goes and forgets its handles while a machine sleeps. */
function lookAgainAfterSleep({ server }: AgentLink, log: Logger): void {
  const look = () =>
    server.dispatch('detectDevices', {}, undefined).catch((error: unknown) => log.warn({ reason: messageOf(error) }, 'the hardware was not looked for again'))
  powerMonitor.on('resume', () => void look())
}

/** The tray outlives the window; the agent in this process is stopped before the process ends. */
function stopWithApp(linking: Promise<AgentLink>): void {
  app.on('window-all-closed', () => {})
  app.on('will-quit', (event) => {
    event.preventDefault()
    const stopped = linking.then((link) => link.stop()).catch(() => undefined)
    // What matters is on disk at any moment, so an agent that does not let go is left to its end.
    void Promise.race([stopped, systemClock.sleep(STOP_WITHIN_MS, new AbortController().signal)]).then(() => app.exit(0))
  })
}
