import { posix } from 'node:path'
import { WindfallError } from '../../../shared/errors.ts'

/** What an image says about itself. All of it is hostile. */
export interface ImageFacts {
  /** The engine's own name for it: a content digest. */
  readonly id: string
  readonly os: string
  readonly repoDigests: readonly string[]
  readonly tags: readonly string[]
  /** What it takes of the disk, layers that it shares with others included. */
  readonly bytes: number
  readonly entrypoint: readonly string[]
  readonly cmd: readonly string[]
  readonly env: readonly string[]
  readonly volumes: readonly string[]
  readonly workingDir: string
  /** Names of its labels. */
  readonly labels: readonly string[]
}

const MAX_VOLUMES = 16
const MAX_LABELS = 256
const PROTECTED = ['/job', '/proc', '/sys', '/dev', '/tmp']
const PRELOADS = ['LD_PRELOAD', 'LD_AUDIT']

const refuse = (why: string): never => {
  throw new WindfallError('runtime.image', `This image must not run here: ${why}. Ask the requester for an image without it.`)
}

export const variableName = (assignment: string): string => assignment.split('=', 1)[0] ?? ''

/**
 * Refuses an image whose metadata reaches past the container's limits.
 * `LD_PRELOAD` and `LD_AUDIT` also act on the hooks that the NVIDIA toolkit runs on the host (CVE-2025-23266).
 */
export function checkImage(image: ImageFacts): void {
  if (image.os !== 'linux') refuse(`it is made for ${image.os}, not for Linux`)
  const preload = image.env.map(variableName).find((name) => PRELOADS.includes(name))
  if (preload) refuse(`it sets ${preload}`)
  if (!isOrdinaryFolder(image.workingDir)) refuse(`it starts in ${JSON.stringify(image.workingDir.slice(0, 100))}`)
  if (image.labels.length > MAX_LABELS) refuse(`it carries more than ${MAX_LABELS} labels`)
  if (image.volumes.length > MAX_VOLUMES) refuse(`it declares more than ${MAX_VOLUMES} volumes`)
  const volume = image.volumes.find((path) => !isCoverable(path))
  if (volume !== undefined) refuse(`it declares a volume at ${JSON.stringify(volume.slice(0, 100))}`)
}

/** `/proc/self/fd/…` as a working directory has let containers out through a descriptor of the engine's (CVE-2024-21626). */
const isOrdinaryFolder = (path: string): boolean => path === '' || (posix.isAbsolute(path) && !/^\/(?:proc|sys|dev)(?:\/|$)/.test(posix.normalize(path)))

/** A `VOLUME` is writable disk despite the read-only root. A small tmpfs may stand in its place unless that would hide something of ours. */
function isCoverable(path: string): boolean {
  if (!/^\/[\w./-]{1,200}$/.test(path) || posix.normalize(path) !== path || path.endsWith('/')) return false
  return path === '/job' || path === '/tmp' || PROTECTED.every((ours) => !path.startsWith(`${ours}/`) && path !== ours)
}

/** The volumes that a tmpfs has to cover; `/job` and `/tmp` are mounted by us anyway. */
export const volumesToCover = (image: ImageFacts): readonly string[] => image.volumes.filter((path) => path !== '/job' && path !== '/tmp')
