import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockDirectory } from './instance-lock.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'windfall-lock-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const HOLDER = `
import { lockDirectory } from ${JSON.stringify(join(import.meta.dirname, 'instance-lock.ts'))}
const lock = lockDirectory(process.argv[1], process.argv[2])
console.log('held')
setInterval(() => lock, 60_000)`

async function holdElsewhere(name: string) {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', HOLDER, directory, name], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return child
}

test('a directory held by another process is refused with its number, and free the moment that process is killed', async () => {
  const child = await holdElsewhere('windfall')
  for (let tried = 0; tried < 2; tried++)
    expect(() => lockDirectory(directory, 'windfall')).toThrow(
      expect.objectContaining({ code: 'instance.running', message: expect.stringContaining(`(process ${child.pid}) is already using ${directory}`) }),
    )
  child.kill('SIGKILL')
  await once(child, 'exit')
  using lock = lockDirectory(directory, 'windfall')
  expect(lock).toBeDefined()
})

test('one process cannot hold a directory twice, a failed try does not give up the lock, and a released one can be taken again', () => {
  const first = lockDirectory(directory, 'agent')
  for (let tried = 0; tried < 2; tried++) expect(() => lockDirectory(directory, 'agent')).toThrow(expect.objectContaining({ code: 'instance.running' }))
  using other = lockDirectory(directory, 'coordinator')
  expect(other).toBeDefined()
  first[Symbol.dispose]()
  lockDirectory(directory, 'agent')[Symbol.dispose]()
})

test('a folder that cannot hold a lock is not called busy', () => {
  writeFileSync(join(directory, 'damaged.lock'), 'this is not a database '.repeat(100))
  expect(() => lockDirectory(directory, 'damaged')).toThrow(expect.objectContaining({ code: 'storage.failed' }))
  expect(() => lockDirectory(join(directory, 'missing'), 'agent')).toThrow(
    expect.objectContaining({ code: 'storage.failed', message: expect.stringContaining('Check that it is writable') }),
  )
})
