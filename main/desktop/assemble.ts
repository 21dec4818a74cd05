import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Notification, app, nativeTheme, powerMonitor, shell } from 'electron'
import type { Errand, ShellChange, ShellState } from '../../shared/contract/shell.ts'
import { WalletView } from '../../shared/contract/wallet.ts'
import { WindfallError, messageOf } from '../../shared/errors.ts'
import { t } from '../../shared/i18n/translate.ts'
import { systemClock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/log.ts'
import { accompanyAgent } from './accompany.ts'
import type { AgentLink } from './agent-link.ts'
import { type Autostart, createAutostart, wasStartedHidden } from './autostart.ts'
import { limitCalls } from './call-limits.ts'
import { createClosing } from './closing.ts'
import { type Errands, createErrands } from './errands.ts'
import { followVisit } from './follow-visits.ts'
import { serveIpc } from './ipc.ts'
import { speakTo } from './language.ts'
import { type LateUpdates, createLateUpdates } from './late-updates.ts'
import { HIDDEN_SWITCH, type Launch } from './launch-arguments.ts'
import type { NotificationText } from './notification-words.ts'
import { type Notifications, createNotifications } from './notifications.ts'
import { type OwnAgent, linkToAgent } from './own-agent.ts'
import { type PowerEvents, watchSession } from './session-watch.ts'
import { type ShellParts, besideAgent, createShellApi } from './shell-api.ts'
import { type SettingsFile, openShellSettings, rememberQuietly } from './shell-settings.ts'
import type { BuiltShell, ShellPlace } from './shell.ts'
import { hasTrayHost } from './tray-host.ts'
import { type Windows, createWindows } from './windows.ts'

export interface Assembly {
  readonly dataDirectory: string
  readonly launch: Launch
  readonly log: Logger
}

/** Everything of the shell that needs Electron to be ready: the only place that constructs its parts. Resolves once there is an agent. */
export async function assembleShell({ dataDirectory, launch, log }: Assembly, place: ShellPlace): Promise<BuiltShell> {
  const frame = await openFrame(place, log)
  const { windows, errands, changed } = frame
  const logs = join(place.home, 'logs')
  const agent = linkToAgent({ dataDirectory, dist: place.dist, logs, log, changed })
  const updates = createLateUpdates({ home: place.home, log, changed })
  const autostart = openAutostart(launch)
  const api = createShellApi({
    ...frame,
    facts: () => factsOf(frame),
    autostart,
    agent,
    updates,
    apply: (change) => follow(change, frame),
    showLogs: () => showFolder(logs),
  })
  serveIpc(besideAgent(limitCalls(api, systemClock), { dispatch: async (...call) => (await agent.linking).server.dispatch(...call) }))
  place.visits((visit) => void followVisit(visit, { open: windows.open, give: errands.add, readReceipt }))
  if (!wasStartedHidden(app, process.platform, launch.hidden)) windows.open()
  const link = await agent.linking
  lookAfter(link, { frame, agent, updates, icons: join(place.dist, 'icons'), log })
  return { linkPage: () => linkPageOf(link), stop: link.stop }
}

/** What the shell shows and remembers, with or without an agent. */
interface Frame {
  readonly settings: SettingsFile
  readonly windows: Windows
  readonly errands: Errands
  readonly notifications: Notifications
  readonly hasTray: boolean
  /** Opens the window on a page. */
  readonly go: (hash: string) => void
  readonly changed: () => void
  readonly onChanged: (listener: () => void) => void
}

async function openFrame({ home, dist }: ShellPlace, log: Logger): Promise<Frame> {
  const { changed, onChanged } = createChanges()
  const settings = telling(openShellSettings(join(home, 'shell.json')), changed)
  const remember = rememberQuietly(settings, log)
  nativeTheme.themeSource = settings.get().theme
  const hasTray = await hasTrayHost(process.platform)
  await speakTo(settings.get().language, app.getPreferredSystemLanguages())
  const windows = createWindows({
    preload: join(dist, 'preload', 'index.cjs'),
    icon: join(dist, 'icons', 'app.png'),
    place: { get: () => settings.get().window, set: (window) => remember({ window }) },
    onClose: createClosing({ app, hasTray, choice: () => settings.get().onClose, choose: (onClose) => remember({ onClose }) }),
  })
  const errands = createErrands(() => windows.tell('errandWaits', {}))
  onChanged(() => windows.tell('shellChanged', {}))
  const go = (hash: string) => {
    windows.open()
    errands.add({ do: 'go', hash })
  }
  const notifications = createNotifications({ ...SYSTEM_NOTES, settings, isWatched: windows.isWatched, go, clock: systemClock, log, changed })
  return { settings, windows, errands, notifications, hasTray, go, changed, onChanged }
}

const SYSTEM_NOTES = { make: (text: NotificationText) => new Notification(text), isSupported: () => Notification.isSupported() }

interface Parts {
  readonly frame: Frame
  readonly agent: OwnAgent
  readonly updates: LateUpdates
  readonly icons: string
  readonly log: Logger
}

/** Joins the agent with all that shows it, as long as the program runs. */
function lookAfter(link: AgentLink, { frame, agent, updates, icons, log }: Parts): void {
  const { windows, settings, go, hasTray } = frame
  link.events.subscribe(windows.tell)
  const acts = {
    open: windows.open,
    quit: () => app.quit(),
    go,
    startAgent: agent.start,
    installUpdate: updates.install,
    keepRunning: (value: boolean) => settings.set({ onClose: value ? 'keep-running' : 'quit' }),
  }
  accompanyAgent(link, { ...frame, agentState: agent.state, updates, tray: hasTray ? { icons, acts } : null, log })
  const { platform, env } = process
  const watch = { monitor: powerMonitor as PowerEvents, platform, environment: env, report: agent.report, clock: systemClock }
  if (link.agentIsHere) watchSession(watch, new AbortController().signal)
  powerMonitor.on('shutdown', () => app.quit())
  updates.start(link).catch((error: unknown) => log.error({ reason: messageOf(error) }, 'updates are not looked for'))
}

const PLATFORMS: readonly string[] = ['linux', 'darwin', 'win32'] satisfies ShellState['platform'][]

const factsOf = ({ hasTray, notifications }: Frame): ReturnType<ShellParts['facts']> => ({
  version: app.getVersion(),
  platform: PLATFORMS.includes(process.platform) ? (process.platform as ShellState['platform']) : 'other',
  systemLanguages: app.getPreferredSystemLanguages(),
  hasTray,
  notificationsSupported: notifications.work(),
})

/** What follows from a change at once, without a new start. */
async function follow({ theme, language }: ShellChange, { settings }: Frame): Promise<void> {
  if (theme !== undefined) nativeTheme.themeSource = theme
  if (language !== undefined) await speakTo(settings.get().language, app.getPreferredSystemLanguages())
}

/** Starts at login what was started here: an AppImage by its file, and a copy that runs from its source with its folder. */
function openAutostart({ data }: Launch): Autostart {
  const { platform, env, execPath } = process
  const program: [string, ...string[]] = env['APPIMAGE'] ? [env['APPIMAGE']] : [execPath, ...(app.isPackaged ? [] : [app.getAppPath()])]
  const command = [...program, ...(data === null ? [] : [`--data=${data}`]), HIDDEN_SWITCH] as const
  return createAutostart({ app, platform, environment: env, homeDirectory: homedir(), command })
}

const readReceipt = async (path: string, directory: string): Promise<Errand> => {
  const { errandOfReceiptFile } = await import('./receipt-file.ts')
  return errandOfReceiptFile(path, directory)
}

async function showFolder(directory: string): Promise<void> {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const refusal = await shell.openPath(directory)
  if (refusal !== '') throw new WindfallError('unavailable', t('The folder {directory} could not be opened ({reason}).', { directory, reason: refusal }))
}

/** The agent is another process perhaps: what it says is checked here. */
async function linkPageOf({ server }: AgentLink): Promise<string | null> {
  const wallet = WalletView.safeParse(await server.dispatch('getWallet', {}, undefined))
  return wallet.data?.link?.url ?? null
}

function createChanges(): Pick<Frame, 'changed' | 'onChanged'> {
  const listeners = new Set<() => void>()
  return { changed: () => listeners.forEach((listener) => listener()), onChanged: (listener) => void listeners.add(listener) }
}

/** Settings that tell of every change. */
const telling = ({ get, set }: SettingsFile, changed: () => void): SettingsFile => ({
  get,
  set: (change) => {
    set(change)
    changed()
  },
})
