import { z } from 'zod'
import { Language } from '../i18n/languages.ts'
import { call, event } from './define.ts'

/** What the shell may interrupt its owner for; nothing else. */
export const NotificationKind = z.enum(['payout-ready', 'payout-paid', 'payout-failed', 'action-needed', 'update-ready'])
export type NotificationKind = z.infer<typeof NotificationKind>

const version = z.string().max(64)

/** Where an update stands. `off` = this copy of Windfall does not update itself, and `why` says what its owner can do instead. */
export const UpdateState = z.discriminatedUnion('state', [
  z.object({ state: z.literal('off'), why: z.string() }),
  z.object({ state: z.literal('current'), checkedAt: z.iso.datetime().nullable() }),
  z.object({ state: z.literal('checking') }),
  z.object({ state: z.literal('downloading'), version, percent: z.number().min(0).max(100) }),
  /** `waitsForJob`: it is installed once the jobs that run now are done. */
  z.object({ state: z.literal('ready'), version, waitsForJob: z.boolean() }),
  z.object({ state: z.literal('failed'), message: z.string(), retryAt: z.iso.datetime().nullable() }),
])
export type UpdateState = z.infer<typeof UpdateState>

/** The process that does the work, as the shell around the window sees it. `message` says what happened and what is done about it. */
export const ShellAgent = z.discriminatedUnion('state', [
  /** It runs, or is about to. */
  z.object({ state: z.literal('running') }),
  /** Another program runs it, such as a service; quitting this one stops nothing. */
  z.object({ state: z.literal('elsewhere') }),
  /** It ended by itself and is started again then. */
  z.object({ state: z.literal('restarting'), endedAt: z.iso.datetime(), retryAt: z.iso.datetime(), message: z.string() }),
  /** It ended too often, and is started again when its owner says so. */
  z.object({ state: z.literal('gave-up'), endedAt: z.iso.datetime(), message: z.string() }),
])
export type ShellAgent = z.infer<typeof ShellAgent>

/** What the shell around the window knows and its owner may change. A browser has no shell. */
export const ShellState = z.object({
  version,
  platform: z.enum(['linux', 'darwin', 'win32', 'other']),
  /** `null` follows the system. */
  language: Language.nullable(),
  /** BCP 47 tags as the system tells them, best first. */
  systemLanguages: z.array(z.string()),
  theme: z.enum(['system', 'light', 'dark']),
  /** `null` where the system offers no way that works. */
  startsAtLogin: z.boolean().nullable(),
  hasTray: z.boolean(),
  /** What closing the window does; `null` until the owner was asked. */
  onClose: z.enum(['keep-running', 'quit']).nullable(),
  /** Kinds the owner wants to be told of. */
  notifications: z.array(NotificationKind),
  notificationsSupported: z.boolean(),
  /** Whether the machine may fall asleep by itself while a job runs. */
  keepsAwake: z.enum(['never', 'on-mains', 'always']),
  agent: ShellAgent,
  update: UpdateState,
})
export type ShellState = z.infer<typeof ShellState>

/** Only what is named changes. */
export const ShellChange = z
  .object({
    language: Language.nullable(),
    theme: ShellState.shape.theme,
    startsAtLogin: z.boolean(),
    onClose: z.enum(['keep-running', 'quit']),
    notifications: z.array(NotificationKind).max(NotificationKind.options.length),
    keepsAwake: ShellState.shape.keepsAwake,
  })
  .partial()
export type ShellChange = z.infer<typeof ShellChange>

/** What somebody outside the window wants it to do: a link, a file, a click on a notification, a verb of the tray. */
export const Errand = z.discriminatedUnion('do', [
  /** `hash` is an address of a page, such as `#/payouts`. */
  z.object({ do: z.literal('go'), hash: z.string().max(512) }),
  /** A receipt file that was opened: its name and what is in it, not checked yet. */
  z.object({ do: z.literal('open-receipt'), name: z.string().max(255), text: z.string() }),
  /** A link or file that Windfall could not follow, and why. */
  z.object({ do: z.literal('explain'), message: z.string() }),
])
export type Errand = z.infer<typeof Errand>

/** Everything the window may ask of the shell around it, beside the agent's contract on the same bridge; no call has a name that the agent's has. */
export const shellContract = {
  getShell: call(z.object({}), ShellState),
  changeShell: call(ShellChange, ShellState),
  /** Shows one notification of a kind as it would come. */
  showSample: call(z.object({ kind: NotificationKind }), z.object({})),
  checkForUpdate: call(z.object({}), ShellState),
  /** Restarts into the update that is ready, once no job runs. */
  installUpdate: call(z.object({}), ShellState),
  /** The next errand, taken once; `null` if there is none. */
  takeErrand: call(z.object({}), z.object({ errand: Errand.nullable() })),
  /** Starts the process that does the work again, where it was given up or is waited for. */
  startAgent: call(z.object({}), ShellState),
  /** Opens the folder with the logs in the system's file manager. */
  showLogs: call(z.object({}), z.object({})),
  shellChanged: event(z.object({})),
  /** There is an errand to take. */
  errandWaits: event(z.object({})),
}
