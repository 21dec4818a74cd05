import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { loadPrivateFile, writePrivateFile } from './key-file.ts'

const newFile = () => join(mkdtempSync(join(tmpdir(), 'windfall-key-')), 'deep', 'device-key.pem')
const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)

test('a secret is made once, and only its owner can read it or look into its folder', () => {
  const file = newFile()
  const secrets = ['first', 'second']
  expect(loadPrivateFile(file, () => secrets.shift() ?? '')).toBe('first')
  expect(loadPrivateFile(file, () => secrets.shift() ?? '')).toBe('first')
  expect(secrets).toEqual(['second'])
  expect([mode(file), mode(dirname(file))]).toEqual(['600', '700'])
})

test('a secret that others can read is refused with the command that helps, and not replaced', () => {
  const file = newFile()
  loadPrivateFile(file, () => 'secret')
  for (const open of [0o640, 0o604, 0o644]) {
    chmodSync(file, open)
    expect(() => loadPrivateFile(file, () => 'another')).toThrow(
      expect.objectContaining({ code: 'config.invalid', message: expect.stringContaining(`chmod 600 "${file}"`) }),
    )
  }
  expect(readFileSync(file, 'utf8')).toBe('secret')
})

test('writing replaces the whole file, text or bytes, and leaves nothing else behind', () => {
  const file = newFile()
  writePrivateFile(file, 'a long first version')
  writePrivateFile(file, new Uint8Array([0x68, 0xc3, 0xa9]))
  expect(readFileSync(file, 'utf8')).toBe('hé')
  expect(readdirSync(dirname(file))).toEqual(['device-key.pem'])
})

test('what a crash or a stranger left under the temporary name is neither written through nor kept open', () => {
  const file = newFile()
  writePrivateFile(file, 'old')
  const victim = join(dirname(file), 'victim')
  writeFileSync(victim, 'untouched')
  symlinkSync(victim, `${file}.new`)
  writePrivateFile(file, 'new')
  expect([readFileSync(file, 'utf8'), readFileSync(victim, 'utf8'), mode(file)]).toEqual(['new', 'untouched', '600'])
  writeFileSync(`${file}.new`, 'half', { mode: 0o666 })
  chmodSync(`${file}.new`, 0o666)
  writePrivateFile(file, 'newer')
  expect([readFileSync(file, 'utf8'), mode(file), existsSync(`${file}.new`)]).toEqual(['newer', '600', false])
})
