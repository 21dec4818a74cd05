import { accessSync, constants, existsSync, statSync, statfsSync } from 'node:fs'
import { availableParallelism, freemem, release, totalmem, type } from 'node:os'
import { dirname } from 'node:path'
import { type Check, fail, ok, skipped, warn } from './check.ts'

const GIB = 1_073_741_824
const ENOUGH_DISK_GIB = 10
const ENOUGH_MEMORY_GIB = 2
const gib = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`

/** The folder itself, or the nearest one above it that exists. */
const existing = (path: string): string => (existsSync(path) || dirname(path) === path ? path : existing(dirname(path)))

const writable = (path: string): boolean => {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** The computer itself: what everything else stands on. */
export const COMPUTER_CHECKS: readonly Check[] = [
  { code: 'system', look: async () => [ok(`${type()} ${release()}, ${process.arch}, ${availableParallelism()} processors`)] },
  {
    code: 'memory',
    look: async () => {
      const evidence = `${gib(totalmem())} in all, ${gib(freemem())} free`
      return [totalmem() >= ENOUGH_MEMORY_GIB * GIB ? ok(evidence) : warn(evidence, 'Jobs that need more memory go to other nodes.')]
    },
  },
  {
    code: 'data-directory',
    look: async ({ dataDirectory, platform }) => {
      const place = existing(dataDirectory)
      if (!writable(place)) return [fail(`${place} cannot be written to`, 'Choose another folder with --data, or give this user the right to write there.')]
      if (place !== dataDirectory) return [ok(`${dataDirectory} will be made on first use`)]
      const open = platform !== 'win32' && (statSync(place).mode & 0o077) !== 0
      return [open ? warn(`${place} can be read by other users`, `chmod 700 "${place}"`) : ok(place)]
    },
  },
  {
    code: 'disk',
    look: async ({ dataDirectory }) => {
      const place = existing(dataDirectory)
      const { bavail, bsize } = statfsSync(place)
      const evidence = `${gib(bavail * bsize)} free at ${place}`
      if (bavail * bsize >= ENOUGH_DISK_GIB * GIB) return [ok(evidence)]
      return [warn(evidence, `Container jobs want ${ENOUGH_DISK_GIB} GiB. Free some space, or choose another folder with --data.`)]
    },
  },
  {
    code: 'user',
    look: async ({ platform }) => {
      if (platform === 'win32') return [skipped('has no meaning on Windows')]
      if (process.getuid?.() !== 0) return [ok('runs as an ordinary user')]
      return [warn('runs as root', 'Windfall needs no root. Run it as an ordinary user who may read the GPU and, for container jobs, reach the engine.')]
    },
  },
]
