import { type Server, serve } from '../../shared/contract/define.ts'
import { type NotificationKind, type ShellAgent, type ShellChange, type ShellState, shellContract } from '../../shared/contract/shell.ts'
import type { Errands } from './errands.ts'
import type { SettingsFile } from './shell-settings.ts'
import type { Updates } from './updates/ports.ts'

/** What the shell's contract is answered from. */
export interface ShellParts {
  readonly facts: () => Pick<ShellState, 'version' | 'platform' | 'systemLanguages' | 'hasTray' | 'notificationsSupported'>
  readonly settings: SettingsFile
  /** `isOn` is `null` where the system offers no way that works; then `set` throws. */
  readonly autostart: { readonly isOn: () => boolean | null; readonly set: (on: boolean) => void }
  readonly errands: Pick<Errands, 'take'>
  readonly agent: { readonly state: () => ShellAgent; readonly start: () => void }
  readonly updates: Pick<Updates, 'state' | 'check' | 'install'>
  /** Has what follows from the settings follow: theme, language of the tray. */
  readonly apply: (change: ShellChange) => Promise<void>
  readonly notifications: { readonly showSample: (kind: NotificationKind) => void }
  readonly showLogs: () => Promise<void>
  /** Tells the window that its view of the shell is old. */
  readonly changed: () => void
}

/** Answers what the window asks of the shell. */
export function createShellApi(parts: ShellParts): Server<undefined> {
  const { facts, settings, autostart, agent, updates, errands } = parts
  const state = (): ShellState => {
    const { language, theme, onClose, notifications, keepsAwake } = settings.get()
    const kept = { language, theme, onClose, notifications, keepsAwake }
    return { ...facts(), ...kept, startsAtLogin: autostart.isOn(), agent: agent.state(), update: updates.state() }
  }
  const change = async ({ startsAtLogin, notifications, ...rest }: ShellChange): Promise<ShellState> => {
    if (startsAtLogin !== undefined) autostart.set(startsAtLogin)
    settings.set(withoutUndefined({ ...rest, notifications: notifications && [...new Set(notifications)] }))
    await parts.apply(rest)
    parts.changed()
    return state()
  }
  return serve<typeof shellContract, undefined>(shellContract, {
    getShell: state,
    changeShell: change,
    showSample: ({ kind }) => (parts.notifications.showSample(kind), {}),
    checkForUpdate: async () => (await updates.check(), state()),
    installUpdate: async () => (await updates.install(), state()),
    takeErrand: () => ({ errand: errands.take() }),
    startAgent: () => (agent.start(), state()),
    showLogs: async () => (await parts.showLogs(), {}),
  })
}

/** Two contracts over one channel: no name is in both. */
export const besideAgent = (shell: Server<undefined>, agent: Server<undefined>): Server<undefined> => ({
  dispatch: (name, input, context) => (Object.hasOwn(shellContract, name) ? shell : agent).dispatch(name, input, context),
})

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }
const withoutUndefined = <T extends object>(value: T): Defined<T> =>
  Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Defined<T>
