import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readRegularFile } from './regular-file.ts'

const place = () => join(mkdtempSync(join(tmpdir(), 'windfall-file-')), 'a.json')

test('a file is read as it is, up to its limit', () => {
  const file = place()
  writeFileSync(file, 'grüne Stunden')
  expect(readRegularFile(file, 14)).toBe('grüne Stunden')
  expect(() => readRegularFile(file, 13)).toThrow(expect.objectContaining({ code: 'input.too-large' }))
  expect(() => readRegularFile(place(), 13)).toThrow(expect.objectContaining({ code: 'ENOENT' }))
})

test.skipIf(process.platform === 'win32')('a pipe, a folder and a device are no files, and none is waited for', () => {
  const pipe = place()
  execFileSync('mkfifo', [pipe])
  for (const other of [pipe, tmpdir(), '/dev/zero']) expect(() => readRegularFile(other, 10)).toThrow(expect.objectContaining({ code: 'input.invalid' }))
})
