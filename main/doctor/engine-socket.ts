import { homedir } from 'node:os'
import { type EngineSurroundings, createEngineFinder, engineSockets } from '../agent/jobs/engine-address.ts'
import type { EngineAddress } from './engine-http.ts'

export interface EngineCandidate {
  /** As a person would name it. */
  readonly name: 'Docker' | 'rootless Docker' | 'Docker Desktop' | 'Podman' | 'rootless Podman' | 'DOCKER_HOST'
  /** For `DOCKER_HOST`; without a password it may hold. */
  readonly url: string
  readonly address: EngineAddress
}

/** Where a container engine may listen: first the one that jobs use, then the others. `DOCKER_HOST` means that one and no other. */
export function engineCandidates(around: Partial<EngineSurroundings> = {}): readonly EngineCandidate[] {
  const here = { platform: process.platform, environment: process.env, home: homedir(), uid: process.getuid?.() ?? -1, ...around }
  const told = here.environment['DOCKER_HOST']
  if (told) return hostCandidate(told)
  const chosen = createEngineFinder(around)()?.socketPath
  const sockets = engineSockets(here)
  return [...new Set([...(chosen === undefined ? [] : [chosen]), ...sockets])].map((socketPath) => ({
    name: nameOf(socketPath),
    url: `${here.platform === 'win32' ? 'npipe' : 'unix'}://${socketPath}`,
    address: { socketPath },
  }))
}

function nameOf(path: string): EngineCandidate['name'] {
  if (path === '/run/podman/podman.sock') return 'Podman'
  if (path.includes('podman')) return 'rootless Podman'
  if (/[.]docker\/|dockerDesktop/.test(path)) return 'Docker Desktop'
  return /^\/run\/user\/|^\/tmp\//.test(path) ? 'rootless Docker' : 'Docker'
}

function hostCandidate(told: string): EngineCandidate[] {
  const path = /^(?:unix|npipe):\/\/(.+)$/.exec(told)?.[1] ?? (told.startsWith('/') ? told : null)
  if (path !== null) return [{ name: 'DOCKER_HOST', url: told, address: { socketPath: path } }]
  const url = URL.canParse(told.replace(/^tcp:/, 'http:')) ? new URL(told.replace(/^tcp:/, 'http:')) : null
  if (url?.protocol !== 'http:') return []
  return [{ name: 'DOCKER_HOST', url: `tcp://${url.host}`, address: { host: url.hostname, port: Number(url.port || 2375) } }]
}
