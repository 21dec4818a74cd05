import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../kernel/paths.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The Electron binary, if one was ever downloaded; looking for it never starts a download. */
function electronBinary(environment: Environment): string | null {
  const wanted = environment['WINDFALL_ELECTRON_BIN']
  if (wanted) return existsSync(wanted) ? wanted : null
  try {
    const folder = join(packageRoot, 'node_modules', 'electron')
    const binary = join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8').trim())
    return existsSync(binary) ? binary : null
  } catch {
    return null
  }
}

const hasDisplay = (environment: Environment, platform: NodeJS.Platform): boolean =>
  platform !== 'linux' || Boolean(environment['DISPLAY'] || environment['WAYLAND_DISPLAY'])

/** How the window can be shown here, and if it cannot, why. */
export function windowSupport(
  environment: Environment,
  platform: NodeJS.Platform = process.platform,
): { readonly electron: string; readonly why: null } | { readonly electron: null; readonly why: string } {
  const electron = electronBinary(environment)
  if (!electron) return { electron: null, why: 'Electron is not installed here; npx install-electron gets it' }
  if (!hasDisplay(environment, platform)) return { electron: null, why: 'there is no display' }
  return { electron, why: null }
}

/** Opens the desktop window on the agent that runs on this data directory; it closes with the signal. */
export function openWindow(electron: string, dataDirectory: string, signal: AbortSignal): void {
  const child = spawn(electron, [packageRoot, '--data', dataDirectory], { stdio: 'ignore', detached: false })
  child.on('error', () => undefined)
  signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true })
}
