import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { INSTANCE_FILE, announce, readInstance, withdrawAgent } from './instance-file.ts'

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

test('what another part announced stays', () => {
  const directory = newDirectory()
  announce(directory, { coordinator })
  announce(directory, { agent })
  withdrawAgent(directory)
  expect(readInstance(directory)).toEqual({ pid: process.pid, coordinator })
})
