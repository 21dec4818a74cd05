import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import type { AgentPorts, RunningAgent } from '../agent/agent.ts'
import type { AgentConfig } from '../agent/config.ts'
import { announce, readInstance } from '../kernel/instance-file.ts'
import { holdDirectory } from '../kernel/instance-lock.ts'
import { createLocalAgent } from './local-agent.ts'

const started = vi.hoisted(() => vi.fn<(config: AgentConfig, ports: AgentPorts, signal: AbortSignal) => Promise<RunningAgent>>())
vi.mock('../agent/agent.ts', () => ({ startAgent: started }))
afterEach(() => vi.resetAllMocks())

const ADDRESS = { url: 'http://127.0.0.1:4000', token: 't'.repeat(32) }
const newDirectory = (settings?: object) => {
  const directory = mkdtempSync(join(tmpdir(), 'windfall-local-'))
  if (settings) writeFileSync(join(directory, 'settings.json'), JSON.stringify(settings))
  return directory
}
const isFree = (directory: string) => {
  holdDirectory(directory, 'agent')[Symbol.dispose]()
  return true
}

/** An agent that runs until its signal aborts, or until it is made to fail. */
function playAgent() {
  const failure = Promise.withResolvers<never>()
  started.mockImplementation(async (_config, _ports, signal) => {
    const closed = Promise.race([new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve())), failure.promise])
    return {
      ...ADDRESS,
      nodeId: 'n'.repeat(43),
      server: { dispatch: async () => null },
      events: { subscribe: () => () => {} },
      report: () => {},
      closed,
    }
  })
  return { fail: (error: Error) => failure.reject(error) }
}

function localAgent(environment: Readonly<Record<string, string>> = {}) {
  const accompanied: AbortSignal[] = []
  const onFailed = vi.fn()
  const openPorts = vi.fn(async () => ({}) as AgentPorts)
  return {
    accompanied,
    onFailed,
    openPorts,
    start: createLocalAgent({ environment, openPorts, accompany: (_agent, signal) => accompanied.push(signal), onFailed }),
  }
}

test('runs with the settings of the directory, holds it and announces itself; after stopping nothing of that is left', async () => {
  playAgent()
  const directory = newDirectory({ agent: { zone: 'DE', coordinatorUrl: 'https://settings.example' } })
  const { start, accompanied, onFailed } = localAgent({ WINDFALL_COORDINATOR: 'https://environment.example' })
  const agent = await start(directory)
  expect(started.mock.calls[0]?.[0]).toMatchObject({
    dataDirectory: directory,
    zone: 'DE',
    coordinatorUrl: 'https://environment.example',
    policy: { dedicated: false },
  })
  expect(readInstance(directory)).toEqual({ pid: process.pid, agent: { ...ADDRESS, pid: process.pid } })
  expect(() => isFree(directory)).toThrow(expect.objectContaining({ code: 'instance.running' }))
  expect(accompanied[0]?.aborted).toBe(false)
  await agent.stop()
  expect(accompanied[0]?.aborted).toBe(true)
  expect(existsSync(join(directory, 'windfall.json'))).toBe(false)
  expect(isFree(directory)).toBe(true)
  expect(onFailed).not.toHaveBeenCalled()
})

test('where an agent runs already nothing is started, and its announcement stays', async () => {
  const directory = newDirectory()
  using _lock = holdDirectory(directory, 'agent')
  announce(directory, { agent: ADDRESS })
  const { start, openPorts } = localAgent()
  await expect(start(directory)).rejects.toMatchObject({ code: 'instance.running' })
  expect(openPorts).not.toHaveBeenCalled()
  expect(readInstance(directory)?.agent).toMatchObject(ADDRESS)
})

test('an agent that cannot start leaves the directory free', async () => {
  started.mockRejectedValue(new Error('no room on the disk'))
  const directory = newDirectory()
  await expect(localAgent().start(directory)).rejects.toThrow('no room on the disk')
  expect(isFree(directory)).toBe(true)
  const misread = newDirectory({ agent: { zone: 5 } })
  await expect(localAgent().start(misread)).rejects.toMatchObject({ code: 'config.invalid' })
  expect(isFree(misread)).toBe(true)
})

test('a part that fails later is told, after everything was released', async () => {
  const { fail } = playAgent()
  const directory = newDirectory()
  const { start, onFailed } = localAgent()
  await start(directory)
  fail(new Error('the database is gone'))
  await expect.poll(() => onFailed).toHaveBeenCalledExactlyOnceWith(new Error('the database is gone'))
  expect(isFree(directory)).toBe(true)
  expect(readInstance(directory)).toBeNull()
})
