import { expect, test } from 'vitest'
import { findNvmlLibrary } from './nvml-library.ts'

const search = (present: string, environment: Record<string, string> = {}, platform: NodeJS.Platform = 'linux') =>
  findNvmlLibrary({ environment, platform, exists: (path) => path === present })

test.each([
  ['Debian', '/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1', {}, 'linux'],
  ['Fedora', '/usr/lib64/libnvidia-ml.so.1', {}, 'linux'],
  ['WSL', '/usr/lib/wsl/lib/libnvidia-ml.so.1', {}, 'linux'],
  ['a folder of the loader', '/opt/nvidia/libnvidia-ml.so.1', { LD_LIBRARY_PATH: 'relative:/opt/nvidia' }, 'linux'],
  ['Windows', 'C:\\Windows\\System32\\nvml.dll', {}, 'win32'],
  ['older Windows drivers', 'D:\\Programs\\NVIDIA Corporation\\NVSMI\\nvml.dll', { ProgramFiles: 'D:\\Programs' }, 'win32'],
] as const)('finds the library: %s', (_name, path, environment, platform) => {
  expect(search(path, environment, platform)).toBe(path)
})

test('the override wins, and a wrong one does not fall back to another library', () => {
  expect(search('/x/fake.so', { WINDFALL_NVML: '/x/fake.so' })).toBe('/x/fake.so')
  expect(search('/usr/lib64/libnvidia-ml.so.1', { WINDFALL_NVML: '/x/fake.so' })).toBeNull()
})

test('there is none on a Mac', () => {
  expect(search('/usr/lib/libnvidia-ml.so.1', {}, 'darwin')).toBeNull()
})
