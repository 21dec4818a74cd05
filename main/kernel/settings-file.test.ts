import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readSettings } from './settings-file.ts'

const directory = (text?: string): string => {
  const path = mkdtempSync(join(tmpdir(), 'windfall-settings-'))
  if (text !== undefined) writeFileSync(join(path, 'settings.json'), text)
  return path
}

test('no file means defaults, and so does a part that is left out', () => {
  expect(readSettings(directory())).toEqual({ agent: {}, coordinator: {} })
  expect(readSettings(directory('{}'))).toEqual({ agent: {}, coordinator: {} })
  expect(readSettings(directory('{"agent":{"zone":"DE"}}'))).toEqual({ agent: { zone: 'DE' }, coordinator: {} })
})

test.each(['', '{', '[]', 'null', '{"agent":1}', '{"agent":{},"node":{}}'])('a file that says %j stops the process and names itself', (text) => {
  const path = directory(text)
  expect(() => readSettings(path)).toThrow(expect.objectContaining({ code: 'config.invalid', message: expect.stringContaining(join(path, 'settings.json')) }))
})

test('a file that cannot be read is not taken for a missing one', () => {
  const path = directory()
  mkdirSync(join(path, 'settings.json'))
  expect(() => readSettings(path)).toThrow(
    expect.objectContaining({ code: 'config.invalid', message: expect.stringMatching(/settings\.json cannot be read \(EISDIR/) }),
  )
})
