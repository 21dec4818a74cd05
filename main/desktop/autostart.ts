import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { App } from 'electron'
import { WindfallError, messageOf } from '../../shared/errors.ts'
import { t } from '../../shared/i18n/translate.ts'
import { writePrivateFile } from '../kernel/key-file.ts'
import { autostartEntry, isSwitchedOff } from './autostart-entry.ts'

export interface Autostart {
  /** `null` where the system offers no way that works. */
  readonly isOn: () => boolean | null
  /** Errors: `conflict` where there is no way; `storage.failed`. */
  readonly set: (on: boolean) => void
}

export interface AutostartPlace {
  readonly app: Pick<App, 'getLoginItemSettings' | 'setLoginItemSettings'>
  readonly platform: NodeJS.Platform
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly homeDirectory: string
  /** The program and the arguments that start Windfall without a window. */
  readonly command: readonly [string, ...string[]]
}

/** Whether the system starts Windfall, without a window, when its owner signs in. */
export function createAutostart(place: AutostartPlace): Autostart {
  const { platform, environment } = place
  if (platform === 'darwin') return macLoginItem(place)
  if (platform === 'win32') return windowsLoginItem(place)
  // What runs in a sandbox does not reach the folder that the session reads.
  const isConfined = environment['FLATPAK_ID'] !== undefined || environment['SNAP'] !== undefined
  return platform === 'linux' && !isConfined ? desktopEntry(place) : NONE
}

const NONE: Autostart = {
  isOn: () => null,
  set: () => {
    throw new WindfallError('conflict', t('Windfall cannot arrange here that it starts at login. Add it to the programs that your system starts.'))
  },
}

/** macOS passes no arguments on; a start by the system is recognised by itself, see {@link wasStartedHidden}. */
const macLoginItem = ({ app }: AutostartPlace): Autostart => ({
  isOn: () => app.getLoginItemSettings().openAtLogin,
  set: (openAtLogin) => app.setLoginItemSettings({ openAtLogin }),
})

/** Windows knows an entry by its path and arguments, so both calls name the same ones. */
function windowsLoginItem({ app, command: [path, ...args] }: AutostartPlace): Autostart {
  return {
    // Also off when the owner said so in the task manager.
    isOn: () => app.getLoginItemSettings({ path, args }).executableWillLaunchAtLogin,
    set: (openAtLogin) => app.setLoginItemSettings({ path, args, openAtLogin, enabled: openAtLogin }),
  }
}

/** The folder that a freedesktop session reads (Desktop Application Autostart Specification). */
function desktopEntry({ environment, homeDirectory, command }: AutostartPlace): Autostart {
  const configured = environment['XDG_CONFIG_HOME']
  const file = join(configured?.startsWith('/') ? configured : join(homeDirectory, '.config'), 'autostart', 'windfall.desktop')
  return {
    isOn: () => {
      try {
        return !isSwitchedOff(readFileSync(file, 'utf8'))
      } catch {
        return false
      }
    },
    set: (on) => {
      try {
        if (!on) return rmSync(file, { force: true })
        writePrivateFile(file, autostartEntry(command))
      } catch (cause) {
        throw new WindfallError('storage.failed', t('The file {file} could not be changed ({reason}).', { file, reason: messageOf(cause) }), { cause })
      }
    },
  }
}

/** Was this program started by the system, at login, so that no window is wanted? */
export const wasStartedHidden = (app: Pick<App, 'getLoginItemSettings'>, platform: NodeJS.Platform, hiddenSwitch: boolean): boolean =>
  hiddenSwitch || (platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin)
