import { existsSync } from 'node:fs'
import { dirname, posix, win32 } from 'node:path'
import { type Environment, nvidiaEnvironment, variable } from './environment.ts'

export interface ProgramSearch {
  readonly environment: Environment
  readonly platform?: NodeJS.Platform
  readonly exists?: (path: string) => boolean
}

/** Where WSL puts the driver's programs. */
const WSL_FOLDER = '/usr/lib/wsl/lib'

/** Path of NVIDIA's `nvidia-smi`, or `null` if this machine has none. Only looks at file names. */
export function findNvidiaSmi({ environment, platform = process.platform, exists = existsSync }: ProgramSearch): string | null {
  const candidates = platform === 'win32' ? windowsPaths(environment) : platform === 'linux' ? linuxPaths(environment) : []
  return candidates.find((path) => exists(path)) ?? null
}

const linuxPaths = (environment: Environment): string[] => {
  const folders = (variable(environment, 'PATH') ?? '').split(':').filter((folder) => folder.startsWith('/'))
  return [...folders, WSL_FOLDER].map((folder) => posix.join(folder, 'nvidia-smi'))
}

const windowsPaths = (environment: Environment): string[] => [
  win32.join(variable(environment, 'SystemRoot') ?? 'C:\\Windows', 'System32', 'nvidia-smi.exe'),
  win32.join(variable(environment, 'ProgramFiles') ?? 'C:\\Program Files', 'NVIDIA Corporation', 'NVSMI', 'nvidia-smi.exe'),
]

/** An environment in which the name `nvidia-smi` means this program. */
export function smiEnvironment(program: string, environment: Environment): Record<string, string> {
  const others = Object.entries(nvidiaEnvironment(environment)).filter(([name]) => name.toUpperCase() !== 'PATH')
  const separator = process.platform === 'win32' ? ';' : ':'
  const path = [dirname(program), variable(environment, 'PATH') ?? ''].filter((part) => part !== '').join(separator)
  return { ...Object.fromEntries(others), PATH: path }
}
