import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { announce, readInstance } from '../kernel/instance-file.ts'
import { agentClient, coordinatorClient, uploadArchive } from './instance.ts'

const newDirectory = () => mkdtempSync(join(tmpdir(), 'windfall-instance-'))
const TOKEN = 't'.repeat(32)
const agent = { url: 'http://127.0.0.1:4000', token: TOKEN }
const coordinator = { url: 'http://127.0.0.1:5000', apiKey: 'key' }

test('what runs on a directory is written where only its owner can read it; a second part joins the first', () => {
  const directory = newDirectory()
  announce(directory, { coordinator, chain: { rpcUrl: 'http://127.0.0.1:8899', cluster: 'localnet' } })
  announce(directory, { agent })
  expect(readInstance(directory)).toEqual({
    pid: process.pid,
    agent: { ...agent, pid: process.pid },
    coordinator,
    chain: { rpcUrl: 'http://127.0.0.1:8899', cluster: 'localnet' },
  })
  expect(statSync(join(directory, 'windfall.json')).mode & 0o777).toBe(0o600)
  announce(directory, { agent: { ...agent, url: 'http://127.0.0.1:4001' } })
  expect(readInstance(directory)).toMatchObject({ agent: { url: 'http://127.0.0.1:4001' }, coordinator })
})

test.each([
  ['nothing', null],
  ['half a file', '{"pid":1,"agent":'],
  ['another program’s file', '{"port":80}'],
  ['an agent elsewhere', JSON.stringify({ pid: 1, agent: { ...agent, url: 'http://evil.example:4000' } })],
])('%s is no instance, and the next announcement starts afresh', (_, text) => {
  const directory = newDirectory()
  if (text !== null) writeFileSync(join(directory, 'windfall.json'), text)
  expect(readInstance(directory)).toBeNull()
  expect(() => agentClient(directory)).toThrow(expect.objectContaining({ code: 'instance.missing' }))
  announce(directory, { agent })
  expect(readInstance(directory)).toEqual({ pid: process.pid, agent: { ...agent, pid: process.pid } })
})

async function serving(status: number, body: string, instead?: () => void) {
  const seen: { method?: string | undefined; url?: string | undefined; authorization?: string | undefined; type?: string | undefined; body: string }[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { authorization, 'content-type': type } = request.headers
    seen.push({ method: request.method, url: request.url, authorization, type, body: Buffer.concat(chunks).toString() })
    if (instead) instead()
    else response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, [Symbol.dispose]: () => void server.close() }
}

test('the agent is asked with its token, and an answer outside the contract is not believed', async () => {
  using server = await serving(200, '{"surprise":true}')
  const directory = newDirectory()
  announce(directory, { agent: { url: server.url, token: TOKEN } })
  await expect(agentClient(directory).call('getStatus', {})).rejects.toMatchObject({ code: 'internal', message: expect.stringContaining('same version') })
  expect(server.seen).toEqual([{ method: 'POST', url: '/api/getStatus', authorization: `Bearer ${TOKEN}`, type: 'application/json', body: '{}' }])
})

test('a port that another program has taken over means that ours is not running; one far away is what does not answer', async () => {
  using server = await serving(200, '<html>')
  const directory = newDirectory()
  announce(directory, { agent: { url: server.url, token: TOKEN }, coordinator: { url: server.url, apiKey: 'key' } })
  await expect(agentClient(directory).call('getStatus', {})).rejects.toMatchObject({ code: 'instance.missing' })
  await expect(coordinatorClient({ dataDirectory: directory }).call('checkLedger', {})).rejects.toMatchObject({ code: 'instance.missing' })
  const elsewhere = { dataDirectory: directory, coordinator: { url: server.url, apiKey: 'key' } }
  await expect(coordinatorClient(elsewhere).call('checkLedger', {})).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining(server.url),
  })
})

test('one that runs and says no, or has no time, is not called missing; one that nobody can reach is', async () => {
  const directory = newDirectory()
  const ask = (url: string) => {
    announce(directory, { coordinator: { url, apiKey: 'key' } })
    return coordinatorClient({ dataDirectory: directory }).call('checkLedger', {})
  }
  using refusing = await serving(503, '{"code":"unavailable","detail":"Too many ask for that at once."}')
  await expect(ask(refusing.url)).rejects.toMatchObject({ code: 'unavailable', message: 'Too many ask for that at once.' })
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  using silent = await serving(200, '', () => vi.advanceTimersByTime(20_000))
  await expect(ask(silent.url)).rejects.toMatchObject({ code: 'unavailable', message: expect.stringMatching(/runs, and did not answer .*20 s.* try again/) })
  vi.useRealTimers()
  await expect(ask('http://127.0.0.1:1')).rejects.toMatchObject({ code: 'instance.missing' })
})

test('a coordinator that was named is asked instead of the one running here, with its own key', async () => {
  const account = '{"requesterId":"ada","balanceMicroUsd":"1","reservedMicroUsd":"0"}'
  using here = await serving(200, account)
  using elsewhere = await serving(200, account)
  const directory = newDirectory()
  announce(directory, { coordinator: { url: here.url, apiKey: 'key' } })
  await coordinatorClient({ dataDirectory: directory }).call('getAccount', {})
  await coordinatorClient({ dataDirectory: directory, coordinator: { url: elsewhere.url, apiKey: 'other' } }).call('getAccount', {})
  expect([here.seen, elsewhere.seen].map((seen) => seen.map(({ authorization }) => authorization))).toEqual([['Bearer key'], ['Bearer other']])
})

test('bytes are uploaded as they are, under their digest, with the requester’s key', async () => {
  using server = await serving(200, '{}')
  await uploadArchive({ dataDirectory: newDirectory(), coordinator: { url: server.url, apiKey: 'key' } }, 'sha256:abc', Buffer.from('\0asm'))
  expect(server.seen).toEqual([{ method: 'PUT', url: '/v1/blobs/sha256:abc', authorization: 'Bearer key', type: 'application/octet-stream', body: '\0asm' }])
})

test('the file names no secret of another part than the one it announces', () => {
  const directory = newDirectory()
  announce(directory, { agent })
  expect(Object.keys(JSON.parse(readFileSync(join(directory, 'windfall.json'), 'utf8')) as object).toSorted()).toEqual(['agent', 'pid'])
})
