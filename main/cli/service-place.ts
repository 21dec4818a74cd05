import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { promisify } from 'node:util'
import { WindfallError } from '../../shared/errors.ts'
import { type Scope, UNIT_NAME } from './systemd.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Runs a tool of the system; rejects unless it ends with 0. */
export type RunTool = (program: string, args: readonly string[]) => Promise<string>

const LIMIT_MS = 90_000

const runTool: RunTool = async (program, args) => (await promisify(execFile)(program, [...args], { timeout: LIMIT_MS, env: process.env })).stdout

/** Where the unit of this scope lies. */
export function unitFile(scope: Scope, environment: Environment, home = homedir()): string {
  const xdg = environment['XDG_CONFIG_HOME']
  const folder = scope === 'system' ? '/etc/systemd/system' : join(xdg && isAbsolute(xdg) ? xdg : join(home, '.config'), 'systemd', 'user')
  return join(folder, UNIT_NAME)
}

export interface ServiceManager {
  readonly scope: Scope
  /** Major version. */
  readonly version: number
  /** Runs `systemctl` in this scope. Rejects unless it ends with 0. */
  readonly systemctl: (...args: readonly string[]) => Promise<string>
}

const elsewhere: Partial<Record<NodeJS.Platform, string>> = { darwin: 'a launchd agent', win32: 'a Windows service' }

/** The systemd that runs here. Error: `unavailable` where there is none, with what to do instead. */
export async function findServiceManager(scope: Scope, run: RunTool = runTool, platform: NodeJS.Platform = process.platform): Promise<ServiceManager> {
  const instead = 'Run “windfall agent” in a terminal, or start it with whatever starts programs here.'
  if (platform !== 'linux')
    throw new WindfallError(
      'unavailable',
      `Windfall installs itself as a systemd service only; ${elsewhere[platform] ?? 'a service here'} it cannot be yet. ${instead}`,
    )
  const systemctl = (...args: readonly string[]) => run('systemctl', scope === 'user' ? ['--user', ...args] : args)
  try {
    const version = Number(/\d+/.exec(await systemctl('show', '--property=Version', '--value'))?.[0])
    if (Number.isInteger(version)) return { scope, version, systemctl }
  } catch {
    // Not installed, not running, or no session to talk to: the answer is the same.
  }
  const session =
    scope === 'user' ? ' for this user (over SSH it needs a login session: XDG_RUNTIME_DIR; “sudo windfall agent install --system” needs none)' : ''
  throw new WindfallError('unavailable', `No systemd answers here${session}. ${instead}`)
}

const sysctl = (name: string): number | null => {
  try {
    return Number(readFileSync(join('/proc/sys', name), 'utf8'))
  } catch {
    return null
  }
}

/** Whether an unprivileged user may have a view of the file system of its own; where not, a service that asks for one does not start. */
export const hasUserNamespaces = (read: (name: string) => number | null = sysctl): boolean =>
  read('kernel/unprivileged_userns_clone') !== 0 && read('user/max_user_namespaces') !== 0 && read('kernel/apparmor_restrict_unprivileged_userns') !== 1

/** Whether the services of this user go on without a session. */
export const lingers = (user = userInfo().username): boolean => existsSync(join('/var/lib/systemd/linger', user))
