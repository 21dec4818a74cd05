import { existsSync } from 'node:fs'
import { posix, win32 } from 'node:path'

export interface LibrarySearch {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly platform?: NodeJS.Platform
  readonly exists?: (path: string) => boolean
}

/** A driver-only installation has no unversioned `.so` link, so the versioned name it is. */
const LINUX_NAME = 'libnvidia-ml.so.1'
const LINUX_FOLDERS = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/lib64',
  '/usr/lib',
  '/usr/lib/nvidia/current',
  '/usr/lib/x86_64-linux-gnu/nvidia/current',
  '/usr/lib/wsl/lib',
  '/usr/local/nvidia/lib64',
  '/run/opengl-driver/lib',
  '/usr/lib/x86_64-linux-gnu/tegra',
  '/usr/lib/aarch64-linux-gnu/nvidia',
]

/**
 * Path of NVIDIA's management library, or `null` if this machine has none. `WINDFALL_NVML` overrides the search.
 * Only looks at file names: nothing is loaded, so nothing is woken.
 */
export function findNvmlLibrary({ environment, platform = process.platform, exists = existsSync }: LibrarySearch): string | null {
  const wanted = environment['WINDFALL_NVML']
  if (wanted) return exists(wanted) ? wanted : null
  const candidates = platform === 'win32' ? windowsPaths(environment) : platform === 'linux' ? linuxPaths(environment) : []
  return candidates.find((path) => exists(path)) ?? null
}

const linuxPaths = (environment: LibrarySearch['environment']): string[] => {
  const extra = (environment['LD_LIBRARY_PATH'] ?? '').split(':').filter((folder) => folder.startsWith('/'))
  return [...extra, ...LINUX_FOLDERS].map((folder) => posix.join(folder, LINUX_NAME))
}

const windowsPaths = (environment: LibrarySearch['environment']): string[] => [
  win32.join(environment['SystemRoot'] ?? 'C:\\Windows', 'System32', 'nvml.dll'),
  win32.join(environment['ProgramFiles'] ?? 'C:\\Program Files', 'NVIDIA Corporation', 'NVSMI', 'nvml.dll'),
]
