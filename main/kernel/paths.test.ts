import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { defaultDataDirectory, packageRoot, packageVersion, resourcesDirectory } from './paths.ts'

test.each([
  ['linux', {}, '/home/ada/.local/share/windfall'],
  ['linux', { XDG_DATA_HOME: '/data' }, '/data/windfall'],
  // The XDG specification tells programs to ignore a path that is not absolute.
  ['linux', { XDG_DATA_HOME: 'data' }, '/home/ada/.local/share/windfall'],
  ['linux', { XDG_DATA_HOME: '/data', WINDFALL_DATA: '/mine' }, '/mine'],
  ['linux', { WINDFALL_DATA: '' }, '/home/ada/.local/share/windfall'],
  ['darwin', {}, '/home/ada/Library/Application Support/Windfall'],
  ['win32', { LOCALAPPDATA: '/local' }, '/local/Windfall'],
  ['win32', {}, '/home/ada/AppData/Local/Windfall'],
] as const)('on %s with %j everything is kept in %s', (platform, environment, expected) => {
  expect(defaultDataDirectory(environment, platform, '/home/ada')).toBe(expected)
})

test('the package knows where it is and which version it is', () => {
  expect(existsSync(join(packageRoot, 'package.json'))).toBe(true)
  expect(existsSync(resourcesDirectory)).toBe(true)
  expect(packageVersion).toMatch(/^\d+\.\d+\.\d+/)
})
