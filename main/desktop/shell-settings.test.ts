import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { openShellSettings, rememberQuietly } from './shell-settings.ts'

const file = () => join(mkdtempSync(join(tmpdir(), 'windfall-shell-')), 'shell.json')
const written = (text: string) => {
  const path = file()
  writeFileSync(path, text)
  return openShellSettings(path).get()
}

const DEFAULTS = {
  onClose: null,
  language: null,
  theme: 'system',
  notifications: ['payout-ready', 'payout-paid', 'payout-failed', 'action-needed', 'update-ready'],
  keepsAwake: 'on-mains',
  window: null,
  notifiedOn: {},
}

test.skipIf(process.platform === 'win32')('a pipe in its place holds nothing up: it counts as damaged, and the next choice takes its place', () => {
  const path = file()
  execFileSync('mkfifo', [path])
  const settings = openShellSettings(path)
  expect(settings.get()).toEqual(DEFAULTS)
  settings.set({ theme: 'dark' })
  expect(openShellSettings(path).get().theme).toBe('dark')
})

test('a choice outlives the process, changes no other, and is the owner’s alone', () => {
  const path = file()
  expect(openShellSettings(path).get()).toEqual(DEFAULTS)
  openShellSettings(path).set({ onClose: 'quit' })
  openShellSettings(path).set({ theme: 'dark', language: 'fr' })
  expect(openShellSettings(path).get()).toEqual({ ...DEFAULTS, onClose: 'quit', theme: 'dark', language: 'fr' })
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o077).toBe(0)
  expect(readdirSync(dirname(path))).toEqual(['shell.json'])
})

test('where nothing can be written, what nobody asked for is still remembered for now, and told to the log', () => {
  const path = join(file(), 'shell.json')
  writeFileSync(dirname(path), 'no folder')
  const [settings, warn] = [openShellSettings(path), vi.fn()]
  expect(() => settings.set({ onClose: 'quit' })).toThrow()
  rememberQuietly(settings, { warn })({ window: { bounds: { width: 800, height: 600 }, maximized: false, page: '#/jobs' } })
  expect(settings.get()).toMatchObject({ onClose: 'quit', window: { page: '#/jobs' } })
  expect(warn).toHaveBeenCalledOnce()
})

test('a file of the version that knew only what closing does is read', () => {
  expect(written('{"onClose":"keep-running"}')).toEqual({ ...DEFAULTS, onClose: 'keep-running' })
})

test.each([
  '',
  'not json',
  '[]',
  'null',
  '{"onClose":"explode"}',
  '{"window":{"bounds":{"width":"wide"},"page":""}}',
  '{"notifiedOn":{"update-ready":"never"}}',
])('a damaged file means the defaults: %j', (text) => expect(written(text)).toEqual(DEFAULTS))

test('one damaged field costs no other', () => {
  expect(written('{"onClose":"quit","theme":"neon","language":"xx","notifications":["adverts"],"keepsAwake":"always"}')).toEqual({
    ...DEFAULTS,
    onClose: 'quit',
    keepsAwake: 'always',
  })
})
