import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** Where Windfall keeps everything unless told otherwise: XDG on Linux, the usual application folder elsewhere. */
export function defaultDataDirectory(environment: Environment, platform: NodeJS.Platform = process.platform, home = homedir()): string {
  if (environment['WINDFALL_DATA']) return environment['WINDFALL_DATA']
  if (platform === 'win32') return join(environment['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'Windfall')
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Windfall')
  const xdg = environment['XDG_DATA_HOME']
  return join(xdg?.startsWith('/') ? xdg : join(home, '.local', 'share'), 'windfall')
}

/** The folder that holds `resources/`, `dist/` and `package.json`. */
export const packageRoot = join(import.meta.dirname, '..', '..')
/** Files that ship with Windfall. */
export const resourcesDirectory = join(packageRoot, 'resources')
/** This Windfall's version. */
export const packageVersion = (JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }).version
