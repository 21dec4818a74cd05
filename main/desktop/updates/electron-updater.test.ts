import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createLogger } from '../../kernel/log.ts'
import { standInForElectron } from './electron.fixture.ts'
import { openElectronUpdater } from './electron-updater.ts'
import type { Offer } from './update-machine.ts'

const log = createLogger('updates', 'silent')
const NEW = '#!/bin/sh\nexit 0\n'
const offer = (text = NEW, version = '1.0.1'): Offer => ({
  version,
  artefact: {
    name: `Windfall-${version}-linux-x64.AppImage`,
    size: Buffer.byteLength(text),
    sha512: createHash('sha512').update(text).digest('base64'),
    platform: 'linux',
    arch: 'x64',
    package: 'appimage',
  },
})

let root: string
let appImage: string
const quit = vi.fn()
const emitted = vi.fn()
let restore: () => void
beforeEach(() => {
  restore = standInForElectron(emitted)
  root = mkdtempSync(join(tmpdir(), 'windfall-updater-'))
  mkdirSync(join(root, 'apps'))
  appImage = join(root, 'apps', 'Windfall-1.0.0.AppImage')
  writeFileSync(appImage, 'old', { mode: 0o755 })
  vi.stubEnv('APPIMAGE', appImage)
  vi.clearAllMocks()
})
afterEach(() => {
  restore()
  vi.unstubAllEnvs()
  rmSync(root, { recursive: true, force: true })
})

const open = (version = '1.0.0') => openElectronUpdater({ platform: 'linux', version, directory: root, appImage, quit, log })

test('an AppImage is replaced by the very file, under its own name and in its own folder', async () => {
  const installer = open()
  const file = await installer.place(offer())
  expect(dirname(dirname(dirname(dirname(file))))).toBe(dirname(appImage))
  writeFileSync(file, NEW, { mode: 0o500 })
  await installer.prepare(file, offer())
  const failed = vi.fn()
  installer.install(failed)
  await expect.poll(() => quit.mock.calls.length).toBe(1)
  expect(emitted).toHaveBeenCalledWith('before-quit-for-update')
  expect(failed).not.toHaveBeenCalled()
  expect(readFileSync(appImage, 'utf8')).toBe(NEW)
  expect(statSync(appImage).mode & 0o100).toBe(0o100)
  expect(readdirSync(dirname(appImage)).filter((name) => name.endsWith('.AppImage'))).toEqual(['Windfall-1.0.0.AppImage'])
  await installer.clear()
  expect(readdirSync(dirname(appImage))).toEqual(['Windfall-1.0.0.AppImage'])
})

test('what is another file than the one that was signed is never taken, and nothing is fetched instead', async () => {
  const installer = open()
  const file = await installer.place(offer())
  writeFileSync(file, NEW.replace('0', '1'), { mode: 0o500 })
  await expect(installer.prepare(file, offer())).rejects.toThrow()
  expect(readFileSync(appImage, 'utf8')).toBe('old')
})

test('a version that is not newer is not taken', async () => {
  for (const version of ['1.0.1', '1.0.2']) {
    const installer = open(version)
    const file = await installer.place(offer())
    writeFileSync(file, NEW, { mode: 0o500 })
    await expect(installer.prepare(file, offer())).rejects.toThrow('does not take this version')
    await installer.clear()
  }
})

test('where nothing was prepared nothing is installed', () => {
  const failed = vi.fn()
  open().install(failed)
  expect(failed).toHaveBeenCalledOnce()
  expect(existsSync(appImage)).toBe(true)
})
