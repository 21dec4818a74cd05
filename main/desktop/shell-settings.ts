import { z } from 'zod'
import { NotificationKind, ShellState } from '../../shared/contract/shell.ts'
import { messageOf } from '../../shared/errors.ts'
import { Language } from '../../shared/i18n/languages.ts'
import { writePrivateFile } from '../kernel/key-file.ts'
import type { Logger } from '../kernel/log.ts'
import { readRegularFile } from '../kernel/regular-file.ts'

/** Where the window was closed, and on which page. */
const WindowPlace = z.object({
  bounds: z.object({ x: z.int().exactOptional(), y: z.int().exactOptional(), width: z.int().min(1), height: z.int().min(1) }),
  maximized: z.boolean(),
  /** The `#` of its address and what follows. */
  page: z.string().regex(/^(?:#.{0,511})?$/),
})
export type WindowPlace = z.infer<typeof WindowPlace>

/** A field that a version before did not know, or that somebody damaged, is its default; the others stay. */
const ShellSettings = z.object({
  onClose: ShellState.shape.onClose.catch(null),
  language: Language.nullable().catch(null),
  theme: ShellState.shape.theme.catch('system'),
  notifications: z.array(NotificationKind).catch([...NotificationKind.options]),
  keepsAwake: ShellState.shape.keepsAwake.catch('on-mains'),
  window: WindowPlace.nullable().catch(null),
  /** The day on which each kind of notification came last, local, so that a restart does not repeat it. */
  notifiedOn: z.partialRecord(NotificationKind, z.iso.date()).catch({}),
})
export type ShellSettings = z.infer<typeof ShellSettings>

/** Far more than all of it takes. */
const MOST_BYTES = 1_048_576

export interface SettingsFile {
  readonly get: () => ShellSettings
  /** Only what is named changes. */
  readonly set: (change: Partial<ShellSettings>) => void
}

/** What only the shell knows, in one small file. A damaged file means the defaults: nothing in it is worth refusing to start for. */
export function openShellSettings(file: string): SettingsFile {
  let settings = read(file)
  return {
    get: () => settings,
    set: (change) => {
      settings = { ...settings, ...change }
      writePrivateFile(file, JSON.stringify(settings))
    },
  }
}

/** For what the shell remembers by itself: a disk that is full is no reason to interrupt anybody. */
export const rememberQuietly =
  (settings: SettingsFile, log: Pick<Logger, 'warn'>): SettingsFile['set'] =>
  (change) => {
    try {
      settings.set(change)
    } catch (error) {
      log.warn({ reason: messageOf(error), what: Object.keys(change) }, 'the settings of the window were not written')
    }
  }

function read(file: string): ShellSettings {
  try {
    return ShellSettings.parse(JSON.parse(readRegularFile(file, MOST_BYTES)))
  } catch {
    return ShellSettings.parse({})
  }
}
