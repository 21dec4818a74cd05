import { mkdtempSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openShellSettings } from './shell-settings.ts'

const file = () => join(mkdtempSync(join(tmpdir(), 'windfall-shell-')), 'shell.json')

test('a choice outlives the process and is the owner’s alone', () => {
  const path = file()
  expect(openShellSettings(path).get()).toEqual({ onClose: null })
  openShellSettings(path).set({ onClose: 'quit' })
  expect(openShellSettings(path).get()).toEqual({ onClose: 'quit' })
  expect(statSync(path).mode & 0o077).toBe(0)
})

test.each(['', 'not json', '{"onClose":"explode"}', '[]'])('a damaged file means the defaults: %j', (text) => {
  const path = file()
  writeFileSync(path, text)
  expect(openShellSettings(path).get()).toEqual({ onClose: null })
})
