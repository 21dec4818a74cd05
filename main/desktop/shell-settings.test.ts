import { mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { openShellSettings } from './shell-settings.ts'

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

test('a choice outlives the process, changes no other, and is the owner’s alone', () => {
  const path = file()
  expect(openShellSettings(path).get()).toEqual(DEFAULTS)
  openShellSettings(path).set({ onClose: 'quit' })
  openShellSettings(path).set({ theme: 'dark', language: 'fr' })
  expect(openShellSettings(path).get()).toEqual({ ...DEFAULTS, onClose: 'quit', theme: 'dark', language: 'fr' })
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o077).toBe(0)
  expect(readdirSync(dirname(path))).toEqual(['shell.json'])
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
