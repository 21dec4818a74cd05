import { accessSync, constants, existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** `null`: where `DOCKER_HOST` points. */
export type EngineAddress = { readonly socketPath: string } | null

export interface EngineSurroundings {
  readonly platform: NodeJS.Platform
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly home: string
  /** Of the user; -1 on Windows. */
  readonly uid: number
  /** Whether there is something at a path, and whether this user may talk to it. */
  readonly look: (path: string) => 'usable' | 'forbidden' | 'absent'
}

const WINDOWS_PIPES = ['//./pipe/docker_engine', '//./pipe/dockerDesktopLinuxEngine', '//./pipe/podman-machine-default']
const SYSTEM_DOCKER = '/var/run/docker.sock'

/**
 * Where engines listen, the best first. A rootless one holds a job that breaks out to the rights of its user, so it comes before the one
 * of the system; Podman speaks the same API and comes last.
 */
export function engineSockets({ platform, environment, home, uid }: Omit<EngineSurroundings, 'look'>): string[] {
  if (platform === 'win32') return WINDOWS_PIPES
  const runtime = environment['XDG_RUNTIME_DIR'] ?? `/run/user/${uid}`
  const desktop = [join(home, '.docker/desktop/docker.sock'), join(home, '.docker/run/docker.sock')]
  const podman = [join(runtime, 'podman/podman.sock'), '/run/podman/podman.sock']
  if (platform === 'darwin') return [...desktop, SYSTEM_DOCKER, join(home, '.local/share/containers/podman/machine/podman.sock')]
  return [join(runtime, 'docker.sock'), SYSTEM_DOCKER, ...desktop, ...podman]
}

/**
 * The engine to talk to: what the owner says by `DOCKER_HOST`, else the first that this user may use, else the first there is (its refusal
 * says what to do), else the platform's usual one.
 */
export function findEngine(around: EngineSurroundings): { readonly address: EngineAddress; readonly found: boolean } {
  if (around.environment['DOCKER_HOST']) return { address: null, found: true }
  const sockets = engineSockets(around)
  const usable = sockets.find((path) => around.look(path) === 'usable')
  const chosen = usable ?? sockets.find((path) => around.look(path) === 'forbidden')
  const usual = around.platform === 'win32' ? (WINDOWS_PIPES[0] ?? '') : SYSTEM_DOCKER
  return { address: { socketPath: chosen ?? usual }, found: usable !== undefined }
}

function lookAt(path: string): 'usable' | 'forbidden' | 'absent' {
  if (!existsSync(path)) return 'absent'
  try {
    accessSync(path, constants.R_OK | constants.W_OK)
    return 'usable'
  } catch {
    return 'forbidden'
  }
}

/** Looks for an engine on this machine until it has found one, and stays with it. */
export function createEngineFinder(around: Partial<EngineSurroundings> = {}): () => EngineAddress {
  const here = { platform: process.platform, environment: process.env, home: homedir(), uid: process.getuid?.() ?? -1, look: lookAt, ...around }
  let kept: { readonly address: EngineAddress } | null = null
  return () => {
    if (kept) return kept.address
    const { address, found } = findEngine(here)
    if (found) kept = { address }
    return address
  }
}
