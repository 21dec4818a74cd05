import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { INSTANCE_FILE, announce, readInstance, runningAgent, withdrawAgent } from './instance-file.ts'

const newDirectory = () => mkdtempSync(join(tmpdir(), 'windfall-instance-file-'))
const agent = { url: 'http://127.0.0.1:4000', token: 't'.repeat(32) }
const coordinator = { url: 'http://127.0.0.1:5000', apiKey: 'key' }

test('an agent that ends takes its own part out, and the file with it if that was all', () => {
  const directory = newDirectory()
  announce(directory, { agent })
  withdrawAgent(directory)
  expect(existsSync(join(directory, INSTANCE_FILE))).toBe(false)
  withdrawAgent(directory)
})

test('an agent that died without a word is not there, whoever has its port by now', () => {
  const directory = newDirectory()
  announce(directory, { agent })
  expect(runningAgent(directory)).toMatchObject(agent)
  const pids: number[] = []
  const fate = (code: string, platform: NodeJS.Platform = 'linux') =>
    runningAgent(directory, {
      platform,
      signal: (pid) => {
        pids.push(pid)
        throw Object.assign(new Error(code), { code })
      },
    })
  expect([fate('ESRCH'), fate('EPERM'), fate('ESRCH', 'win32')]).toEqual([null, null, null])
  expect(pids).toEqual([process.pid, process.pid, process.pid])
  // Windows says so of a service of this very machine, too.
  expect(fate('EPERM', 'win32')).toMatchObject(agent)
  expect(runningAgent(newDirectory())).toBeNull()
})

test('what another part announced stays', () => {
  const directory = newDirectory()
  announce(directory, { coordinator })
  announce(directory, { agent })
  withdrawAgent(directory)
  expect(readInstance(directory)).toEqual({ pid: process.pid, coordinator })
})
