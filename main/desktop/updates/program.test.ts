import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { trustIn } from '../../../shared/domain/release.fake.ts'
import { type Program, canUpdate, readProgram } from './program.ts'

let resources: string
beforeEach(() => {
  resources = mkdtempSync(join(tmpdir(), 'windfall-program-'))
})
afterEach(() => rmSync(resources, { recursive: true, force: true }))

const read = (platform: NodeJS.Platform, environment = {}): Program =>
  readProgram({ app: { getVersion: () => '1.0.0', isPackaged: true }, platform, arch: 'x64', environment, resources, dpkg: resources })

test('how a copy came to its machine is read from where packers and package managers say it', () => {
  expect([read('win32').package, read('darwin').package, read('linux').package]).toEqual(['nsis', 'zip', null])
  expect(read('linux', { APPIMAGE: '/home/you/Windfall.AppImage' }).package).toBe('appimage')
  expect(read('linux', { FLATPAK_ID: 'app.windfall.desktop' }).package).toBe('flatpak')
  expect(read('linux', { SNAP: '/snap/windfall/1' }).package).toBe('snap')
  writeFileSync(join(resources, 'windfall.list'), `/.\n/opt\n/opt/Other/resources\n`)
  expect(read('linux').package).toBeNull()
  writeFileSync(join(resources, 'windfall.list'), `/.\n/opt\n${resources}\n`)
  expect(read('linux').package).toBe('deb')
})

test('a copy that can replace itself knows where from and by whose word', () => {
  const root = { address: 'https://releases.example/', channel: 'stable', keys: trustIn([]) }
  expect(canUpdate(read('win32'), root)).toMatchObject({ version: '1.0.0', platform: 'win32', arch: 'x64', package: 'nsis', channel: 'stable' })
  for (const lacking of [
    { ...root, keys: null },
    { ...root, address: null },
  ])
    expect(canUpdate(read('win32'), lacking)).toContain('does not look for updates')
})
