import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, expect, test } from 'vitest'
import { writeExport } from './export-file.ts'

const directory = mkdtempSync(join(tmpdir(), 'windfall-export-file-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const place = (name: string): string => join(directory, name)
const content = () => Readable.from([Buffer.from('a,b\r\n'), Buffer.from('1,2\r\n')])

test('a file is there once all of it is', async () => {
  expect(await writeExport(place('whole.csv'), content())).toBe(10)
  expect(readFileSync(place('whole.csv'), 'utf8')).toBe('a,b\r\n1,2\r\n')
  expect(readdirSync(directory)).toEqual(['whole.csv'])
})

test('a connection that breaks is told from a place that cannot be written to, and neither leaves anything', async () => {
  const broken = Readable.from(
    (function* () {
      yield Buffer.from('a')
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
    })(),
  )
  await expect(writeExport(place('broken.csv'), broken)).rejects.toMatchObject({ code: 'unavailable' })
  await expect(writeExport(place('nowhere/file.csv'), content())).rejects.toMatchObject({ code: 'input.invalid' })
  expect(readdirSync(directory)).toEqual(['whole.csv'])
})

test.runIf(existsSync('/dev/full'))('a full disk is the fault of the disk', async () => {
  symlinkSync('/dev/full', place('full.csv.part'))
  await expect(writeExport(place('full.csv'), content())).rejects.toMatchObject({ code: 'input.invalid', message: expect.stringContaining('full.csv') })
  expect(readdirSync(directory)).toEqual(['whole.csv'])
})
