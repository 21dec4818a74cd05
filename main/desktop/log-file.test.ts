import { mkdtempSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createLogFile } from './log-file.ts'

const directory = () => join(mkdtempSync(join(tmpdir(), 'windfall-log-')), 'logs')

test('keeps what is said, for its owner alone', () => {
  const place = directory()
  const write = createLogFile(place, 'agent')
  write('one\n')
  write(Buffer.from('two\n'))
  expect(readFileSync(join(place, 'agent.log'), 'utf8')).toBe('one\ntwo\n')
  if (process.platform !== 'win32') expect(statSync(join(place, 'agent.log')).mode & 0o077).toBe(0)
})

test('a full log makes room for a new one, and only the one before stays', () => {
  const place = directory()
  const write = createLogFile(place, 'agent')
  for (const mark of ['a', 'b', 'c']) write(mark.repeat(4 * 1_048_576 + 1))
  write('d')
  expect(readdirSync(place).toSorted()).toEqual(['agent.before.log', 'agent.log'])
  expect(readFileSync(join(place, 'agent.log'), 'utf8')).toBe('d')
  expect(readFileSync(join(place, 'agent.before.log'), 'utf8')[0]).toBe('c')
})

test('where nothing can be written, nothing is', () => {
  const place = directory()
  writeFileSync(place, 'a file')
  createLogFile(place, 'agent')('lost')
  expect(readFileSync(place, 'utf8')).toBe('a file')
})
