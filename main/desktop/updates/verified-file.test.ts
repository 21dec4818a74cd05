import { createHash } from 'node:crypto'
import { chmodSync, existsSync, linkSync, mkdtempSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type HeldFile, holdFile } from './verified-file.ts'

const TEXT = 'the file that was signed'
const artefact = { size: TEXT.length, sha512: createHash('sha512').update(TEXT).digest('base64') }

let directory: string
let file: string
let place: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'windfall-verified-'))
  file = join(directory, 'fetched')
  place = join(directory, 'place')
  writeFileSync(file, TEXT, { mode: 0o600 })
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

async function hold(): Promise<HeldFile> {
  const held = await holdFile(file, place, artefact)
  if (!held) throw new Error('it is the file that was signed')
  return held
}

test('a file that is what was signed is taken aside, can be run, and is written to by nobody', async () => {
  const held = await hold()
  expect([existsSync(file), existsSync(place), statSync(place).mode & 0o777]).toEqual([false, true, 0o500])
  expect([await held.verify(), held.isUntouched()]).toEqual([true, true])
  await held.close()
})

test('a link that lies where the file was is not followed, and nothing changes where it leads', async () => {
  const mine = join(directory, 'mine')
  writeFileSync(mine, TEXT, { mode: 0o644 })
  rmSync(file)
  symlinkSync(mine, file)
  await expect(holdFile(file, place, artefact)).rejects.toThrow()
  expect(statSync(mine).mode & 0o777).toBe(0o644)
})

test.each(['the file that was forged', 'the file that was signed and then some', ''])('“%s” is not, and is removed', async (text) => {
  writeFileSync(file, text)
  expect(await holdFile(file, place, artefact)).toBeNull()
  expect([existsSync(file), existsSync(place)]).toEqual([false, false])
})

test('a link is not followed, and a file that has another name could be written to by that', async () => {
  linkSync(file, join(directory, 'other'))
  expect(await holdFile(file, place, artefact)).toBeNull()
  const elsewhere = join(directory, 'elsewhere')
  writeFileSync(elsewhere, TEXT)
  symlinkSync(elsewhere, file)
  await expect(holdFile(file, place, artefact)).rejects.toThrow()
})

test.each<[what: string, act: () => void]>([
  [
    'written to',
    () => {
      chmodSync(place, 0o700)
      writeFileSync(place, 'the file that was forged')
    },
  ],
  [
    'replaced by the same content',
    () => {
      writeFileSync(`${place}2`, TEXT)
      renameSync(`${place}2`, place)
    },
  ],
  ['removed', () => rmSync(place)],
])('a held file that is %s is no longer the one', async (_, act) => {
  const held = await hold()
  act()
  expect(held.isUntouched()).toBe(false)
  expect(await held.verify()).toBe(false)
  await held.close()
})
