import { expect, test } from 'vitest'
import { findNvidiaSmi, smiEnvironment } from './nvidia-smi-program.ts'

const search = (present: string, environment: Record<string, string> = {}, platform: NodeJS.Platform = 'linux') =>
  findNvidiaSmi({ environment, platform, exists: (path) => path === present })

test.each([
  ['the search path', '/opt/nvidia/bin/nvidia-smi', { PATH: 'relative:/usr/bin:/opt/nvidia/bin' }, 'linux'],
  ['WSL', '/usr/lib/wsl/lib/nvidia-smi', {}, 'linux'],
  ['Windows', 'D:\\Win\\System32\\nvidia-smi.exe', { SYSTEMROOT: 'D:\\Win' }, 'win32'],
  ['older Windows drivers', 'C:\\Program Files\\NVIDIA Corporation\\NVSMI\\nvidia-smi.exe', {}, 'win32'],
] as const)('finds nvidia-smi: %s', (_name, path, environment, platform) => {
  expect(search(path, environment, platform)).toBe(path)
})

test('a relative folder of the search path, and a Mac, have none', () => {
  expect(search('relative/nvidia-smi', { PATH: 'relative' })).toBeNull()
  expect(search('/usr/bin/nvidia-smi', { PATH: '/usr/bin' }, 'darwin')).toBeNull()
})

test('only what the program needs of the environment reaches it, and the shell finds this very program first', () => {
  expect(smiEnvironment('/opt/nvidia/bin/nvidia-smi', { Path: '/usr/bin', HOME: '/home/me', WINDFALL_TOKEN: 'secret' })).toEqual({
    PATH: '/opt/nvidia/bin:/usr/bin',
    HOME: '/home/me',
  })
  expect(smiEnvironment('/opt/nvidia-smi', {})).toEqual({ PATH: '/opt' })
})
