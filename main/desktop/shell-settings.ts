import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { NotificationKind, ShellState } from '../../shared/contract/shell.ts'
import { Language } from '../../shared/i18n/languages.ts'
import { writePrivateFile } from '../kernel/key-file.ts'

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

function read(file: string): ShellSettings {
  try {
    return ShellSettings.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return ShellSettings.parse({})
  }
}
