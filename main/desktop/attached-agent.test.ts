import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterEach, expect, test } from 'vitest'
import { agentContract } from '../../shared/contract/agent.ts'
import { type Server, connect } from '../../shared/contract/define.ts'
import { WindfallError } from '../../shared/errors.ts'
import { createToken } from '../agent/http/gate.ts'
import { serveAgentHttp } from '../agent/http/serve.ts'
import { systemClock } from '../kernel/clock.ts'
import type { AgentAddress } from '../kernel/instance-file.ts'
import { attachToAgent } from './attached-agent.ts'

type Listener = (event: string, payload: unknown) => void

const quiet = { info() {}, warn() {}, error() {} }
const empty = { items: [], next: null }
const releases: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const release of releases.splice(0)) await release()
})

/** The loopback server of an agent with this behaviour behind it. */
async function agentWith(dispatch: Server<undefined>['dispatch']) {
  const token = createToken()
  const stop = new AbortController()
  const listeners = new Set<Listener>()
  const events = { subscribe: (listener: Listener) => (listeners.add(listener), () => void listeners.delete(listener)) }
  const { url, closed } = await serveAgentHttp(
    { port: 0, token, server: { dispatch }, events, staticDirectory: mkdtempSync(tmpdir()), log: quiet },
    stop.signal,
  )
  const end = () => (stop.abort(), closed)
  releases.push(end)
  const found: AgentAddress = { url, token }
  return { found, tell: (event: string, payload: unknown) => listeners.forEach((listener) => listener(event, payload)), end }
}

/** A link that retries at once, so that no test waits. */
function attached(discover: () => AgentAddress | null) {
  const clock = { sleep: (_ms: number, signal: AbortSignal) => systemClock.sleep(1, signal) }
  const link = attachToAgent({ discover, clock, log: quiet })
  releases.push(link.stop)
  const heard: [string, unknown][] = []
  link.events.subscribe((event, payload) => heard.push([event, payload]))
  return { heard, agent: connect(agentContract, { invoke: (name, input) => link.server.dispatch(name, input, undefined), subscribe: () => () => {} }), link }
}

const page = { after: null, limit: 50 }
const all = ['changed', { seq: 0, what: ['status', 'jobs', 'receipts', 'payouts', 'grid', 'money'] }]

test('asks the agent, which answers through the same contract', async () => {
  const asked: unknown[] = []
  const { found } = await agentWith(async (name, input) => (asked.push([name, input]), empty))
  const { agent, heard } = attached(() => found)
  await expect.poll(() => heard).toEqual([all])
  expect(await agent.call('listJobs', page)).toEqual(empty)
  expect(asked).toEqual([['listJobs', page]])
})

test('a refusal keeps its code', async () => {
  const { found } = await agentWith(() => Promise.reject(new WindfallError('conflict', 'Not while a job runs.')))
  const { agent, heard } = attached(() => found)
  await expect.poll(() => heard).toHaveLength(1)
  await expect(agent.call('resume', {})).rejects.toThrow(expect.objectContaining({ code: 'conflict', message: 'Not while a job runs.' }))
})

test('an answer outside the contract never reaches the window', async () => {
  const { found } = await agentWith(async () => ({ items: [{ jobId: '<script>' }], next: null }))
  const { agent, heard } = attached(() => found)
  await expect.poll(() => heard).toHaveLength(1)
  await expect(agent.call('listJobs', page)).rejects.toThrow()
})

test('passes on news of the contract and nothing else', async () => {
  const { found, tell } = await agentWith(async () => empty)
  const { heard } = attached(() => found)
  await expect.poll(() => heard).toHaveLength(1)
  tell('secrets', { key: 1 })
  tell('power', { watts: 'many' })
  tell('power', { at: '2026-11-21T12:00:00.000Z', watts: 71 })
  await expect.poll(() => heard.slice(1)).toMatchObject([['power', { at: '2026-11-21T12:00:00.000Z', watts: 71 }]])
})

test('without an agent every call says so', async () => {
  const { agent } = attached(() => null)
  await expect(agent.call('getStatus', {})).rejects.toThrow(expect.objectContaining({ code: 'instance.missing' }))
})

test('a call that is open when the agent ends is answered', async () => {
  const { found, end } = await agentWith(() => new Promise(() => {}))
  const { agent, heard } = attached(() => found)
  await expect.poll(() => heard).toHaveLength(1)
  const open = agent.call('listJobs', page)
  await Promise.all([expect(open).rejects.toThrow(expect.objectContaining({ code: 'instance.missing' })), end()])
})

test('finds the agent again under its new address and token, and tells the window both times', async () => {
  const first = await agentWith(async () => empty)
  let found: AgentAddress | null = first.found
  const { agent, heard } = attached(() => found)
  await expect.poll(() => heard).toHaveLength(1)
  found = null
  await first.end()
  await expect.poll(() => heard).toHaveLength(2)
  await expect(agent.call('listJobs', page)).rejects.toThrow(expect.objectContaining({ code: 'instance.missing' }))
  found = (await agentWith(async () => empty)).found
  await expect.poll(() => heard).toHaveLength(3)
  expect(await agent.call('listJobs', page)).toEqual(empty)
})

test('a wrong token is no connection', async () => {
  const { found } = await agentWith(async () => empty)
  let tries = 0
  const { heard } = attached(() => (tries++, { ...found, token: createToken() }))
  await expect.poll(() => tries).toBeGreaterThan(3)
  expect(heard).toEqual([])
})

test('stopping ends the connection and the search', async () => {
  const { found } = await agentWith(async () => empty)
  const { link, heard } = attached(() => found)
  await expect.poll(() => heard).toHaveLength(1)
  await link.stop()
  await attached(() => null).link.stop()
})
