import { mkdtempSync, rmSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { toIso } from '../../../shared/units.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { fakeLease } from '../jobs/lease.fixture.ts'
import { startTestSession } from '../session.fixture.ts'
import { type AgentStores, openAgentStores } from '../stores.ts'
import { createFakeCoordinator } from './coordinator.fake.ts'
import { serveFakeCoordinator } from './coordinator-server.fake.ts'

/** What ends a request by itself: nothing may wait for it. */
const REQUEST_TIMEOUT_MS = 20_000
const signer = createSigner(generateKeyPem())
const lease = fakeLease({ plan: { ...fakeLease().plan, nodeId: signer.keyId } })
let directory: string
let stores: AgentStores
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'windfall-fallback-'))
  stores = openAgentStores(directory)
})
afterEach(() => {
  stores[Symbol.dispose]()
  rmSync(directory, { recursive: true, force: true })
})

const says = (text: string) => (socket: Duplex) => void socket.end(`HTTP/1.1 ${text}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
/** What stands between an agent and the WebSocket of its coordinator. */
const BETWEEN: readonly (readonly [string, (socket: Duplex) => void])[] = [
  ['drops every upgrade', (socket) => void socket.destroy()],
  ['answers 200 as if it were a page', says('200 OK')],
  ['answers 502', says('502 Bad Gateway')],
  ['wants a password', says('407 Proxy Authentication Required')],
  ['redirects to another host', says('302 Found\r\nLocation: http://127.0.0.1:1/')],
  ['answers in no language', (socket) => void socket.end('\0\0\0\0\r\n\r\n')],
  ['takes the upgrade and then keeps everything to itself', () => undefined],
]

test.each(BETWEEN)('behind a proxy that %s, the agent gets work, cancellations and challenges over HTTP, and says so', async (_, between) => {
  const clock = createFakeClock()
  const coordinator = createFakeCoordinator(signer, clock)
  let beats = 0
  const { invoke } = coordinator.transport
  const challenge = { challengeId: 'c1', proofId: 'p1' }
  const special: Record<string, () => unknown> = {
    requestLease: () => ({ lease }),
    heartbeat: () => ({ lost: [], cancelled: ++beats > 2 ? ['lease-1'] : [], now: toIso(clock.now()), lastEvent: 0, challenges: [challenge] }),
    answerChallenge: () => ({ state: 'refused', message: 'Gone.' }),
  }
  Object.assign(coordinator.transport, {
    invoke: async (name: string, input: unknown) => {
      const answer = await invoke(name, input)
      return special[name]?.() ?? answer
    },
  })
  await using served = await serveFakeCoordinator(coordinator)
  const sockets: Duplex[] = []
  served.server.on('upgrade', (_request, socket: Duplex) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    between(socket)
  })
  const agent = startTestSession({ url: served.url, directory, stores, signer, clock })
  const reached = await agent.until(() => agent.cancelled.length > 0 && (agent.state().message ?? '').includes('WebSocket'))
  for (const socket of sockets) socket.destroy()
  expect([reached, agent.state().message]).toEqual([true, expect.stringMatching(/without a WebSocket/)])
  expect(agent.state().state).toBe('connected')
  expect(agent.ran).toEqual(['lease-1'])
  expect(coordinator.calls).toContain('answerChallenge')
  await agent.stop()
})

test('it goes back to the socket as soon as one gets through, and is told there at once', async () => {
  const clock = createFakeClock()
  const coordinator = createFakeCoordinator(signer, clock)
  await using served = await serveFakeCoordinator(coordinator)
  const agent = startTestSession({ url: served.url, directory, stores, signer, clock })
  expect(await agent.until(() => (agent.state().message ?? '').includes('WebSocket'))).toBe(true)
  const sockets = new WebSocketServer({ server: served.server })
  const push = (frame: unknown) => {
    for (const socket of sockets.clients) socket.send(JSON.stringify(frame))
  }
  sockets.on('connection', (socket) => {
    push({ type: 'challenge', nonce: 'bm9uY2U=' })
    socket.once('message', () => push({ type: 'welcome', lastEvent: 0 }))
  })
  expect(await agent.until(() => agent.state().state === 'connected' && agent.state().message === null)).toBe(true)
  push({ type: 'lease', lease })
  push({ type: 'yield', leaseId: 'lease-1', reason: 'carbon' })
  push({ type: 'cancel', leaseId: 'lease-1', reason: 'cancelled' })
  // No time passes for the agent: it waits for no heartbeat.
  while (agent.cancelled.length === 0) await new Promise(setImmediate)
  expect([agent.ran, agent.yielded, agent.cancelled]).toEqual([['lease-1'], ['lease-1 carbon'], ['lease-1 cancelled']])
  await agent.stop()
  sockets.close()
})

test('a coordinator that takes a request and never answers does not delay the end', async () => {
  const clock = createFakeClock()
  const coordinator = createFakeCoordinator(signer, clock)
  let hanging = 0
  await using served = await serveFakeCoordinator(coordinator, { before: ({ name }) => name === 'heartbeat' && ++hanging > 0 })
  const agent = startTestSession({ url: served.url, directory, stores, signer, clock })
  expect(await agent.until(() => hanging > 0)).toBe(true)
  const began = performance.now()
  await agent.stop()
  expect(performance.now() - began).toBeLessThan(REQUEST_TIMEOUT_MS / 2)
})
