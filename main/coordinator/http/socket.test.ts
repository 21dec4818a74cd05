import { once } from 'node:events'
import { type AddressInfo, connect as connectTcp } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { LogQuestion } from '../../../shared/contract/job-log.ts'
import { AGENT_SOCKET, type SocketToAgent, type SocketToCoordinator, helloText } from '../../../shared/contract/agent-socket.ts'
import { signEnvelope } from '../../../shared/domain/dsse.ts'
import { PROOF_BATCH_TYPE } from '../../../shared/domain/proof-batch.ts'
import { type Signer, createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { OPERATOR, REQUESTER, type TestNode } from '../core.fake.ts'
import { transact } from '../persistence/database.ts'
import { proofFor, submissionOf } from '../test-work.fake.ts'
import { type TestServer, startTestServer } from './http.fake.ts'

let server: TestServer
let node: TestNode
const open = new Set<WebSocket>()
const stop = new AbortController()
let running: Promise<void>

beforeEach(async () => {
  server = await startTestServer()
  await server.app.listen({ port: 0, host: '127.0.0.1' })
  server.core.hub.attach(server.app.server)
  running = server.core.hub.run(stop.signal)
  node = await server.core.enrol()
})
afterEach(async () => {
  for (const socket of open) socket.terminate()
  open.clear()
  await server[Symbol.asyncDispose]()
})

interface Line {
  readonly socket: WebSocket
  readonly frames: SocketToAgent[]
  readonly next: <T extends SocketToAgent['type']>(type: T) => Promise<Extract<SocketToAgent, { type: T }>>
  readonly closed: Promise<number>
  readonly say: (frame: SocketToCoordinator) => void
}

function dial(options: { path?: string; headers?: Record<string, string>; protocols?: string[] } = {}): Line {
  const { port } = server.app.server.address() as AddressInfo
  const socket = new WebSocket(`ws://127.0.0.1:${port}${options.path ?? '/v1/agents/socket'}`, options.protocols ?? [], { headers: options.headers ?? {} })
  open.add(socket)
  const frames: SocketToAgent[] = []
  socket.on('message', (data) => frames.push(JSON.parse((data as Buffer).toString()) as SocketToAgent))
  socket.on('error', () => undefined)
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  const find = (type: string) => frames.find((frame) => frame.type === type)
  return {
    socket,
    frames,
    closed,
    next: async (type) => {
      await expect.poll(() => find(type), { interval: 5 }).toBeDefined()
      const found = find(type)
      frames.splice(frames.indexOf(found as SocketToAgent), 1)
      return found as never
    },
    say: (frame) => socket.send(JSON.stringify(frame)),
  }
}

async function connect(signer: Signer = node.signer, sign = signer): Promise<Line> {
  const line = dial()
  const { nonce } = await line.next('challenge')
  const signature = Buffer.from(await sign.sign(Buffer.from(`windfall-socket-v1 ${nonce}`))).toString('base64')
  line.say({ type: 'hello', nodeId: signer.keyId, signature })
  return line
}

const ready: SocketToCoordinator = { type: 'presence', presence: { ready: true, reasons: [], running: [] } }

test('an agent proves its key, reports presence and is pushed its lease, a cancel and a hint of news', async () => {
  const line = await connect()
  expect(await line.next('welcome')).toEqual({ type: 'welcome', lastEvent: 0 })
  line.say(ready)
  await expect.poll(async () => (await server.core.registry.list())[0]?.online).toBe(true)
  await server.core.submit('job-1')
  await server.core.jobs.round()
  const { lease } = await line.next('lease')
  expect(lease).toMatchObject({ jobId: 'job-1', token: 1 })
  await server.core.jobs.cancel(REQUESTER, 'job-1')
  expect(await line.next('cancel')).toEqual({ type: 'cancel', leaseId: lease.leaseId, reason: 'cancelled' })
  const fact = { kind: 'proof-refused', proofId: 'p', jobId: 'j', code: 'c', message: 'm' } as const
  await transact(server.core.db, (tx) => server.core.recordEvent(tx, node.nodeId, fact))
  line.frames.length = 0
  await server.core.jobs.round()
  expect(await line.next('events')).toEqual({ type: 'events', lastEvent: 1 })
})

test('what an agent hands in on its socket is acknowledged once it is kept, alone or many at once, and refused where there is no room', async () => {
  const lease = await server.core.lease(node)
  const line = await connect()
  await line.next('welcome')
  const submission = await submissionOf(lease, proofFor(lease, { nodeId: node.nodeId, now: server.core.clock.now() }), node.signer)
  const { door } = server.core.intake
  const inside: (() => void)[] = []
  for (let leave = door.enter(1); leave; leave = door.enter(1)) inside.push(leave)
  line.say({ type: 'proof', id: 6, ...submission })
  expect(await line.next('proof-not-kept')).toMatchObject({ id: 6, code: 'rate.limited', retryAfterS: 2 })
  for (const leave of inside) leave()
  line.say({ type: 'proof', id: 7, ...submission })
  expect(await line.next('proof-kept')).toEqual({ type: 'proof-kept', id: 7 })
  const { leaseId, token, envelope, output } = submission
  const body = { v: 1, nodeId: node.nodeId, items: [{ kind: 'proof', leaseId, token, envelope }] }
  const batch = await signEnvelope(PROOF_BATCH_TYPE, Buffer.from(JSON.stringify(body)), node.signer)
  line.say({ type: 'proofs', id: 8, batch, outputs: [output] })
  expect(await line.next('proof-kept')).toEqual({ type: 'proof-kept', id: 8 })
  line.say({ type: 'proofs', id: 9, batch, outputs: [] })
  expect(await line.next('proof-not-kept')).toMatchObject({ id: 9, code: 'proof.malformed', retryAfterS: null })
  await expect.poll(() => door.underway()).toBe(0)
})

test('what a job says is kept for its requester, and what nobody may say is dropped without breaking the line', async () => {
  const lease = await server.core.lease(node)
  const line = await connect()
  await line.next('welcome')
  const said = (leaseId: string, text: string) =>
    ({ type: 'log', leaseId, token: lease.token, stream: 's', from: 0, content: Buffer.from(text).toString('base64'), isLast: false }) as const
  line.say(said('somebody else’s'.replaceAll(/[^a-z]/g, '-'), 'nothing'))
  line.say(said(lease.leaseId, 'row 1 of 2'))
  const read = () => server.core.parts.logs.read(REQUESTER, LogQuestion.parse({ jobId: 'job-1' }))
  await expect.poll(async () => (await read()).pieces.map(({ content }) => Buffer.from(content, 'base64').toString())).toEqual(['row 1 of 2'])
  line.say(ready)
  await expect.poll(async () => (await server.core.registry.list())[0]?.online).toBe(true)
})

test('a lease the agent never got is offered again as soon as it connects', async () => {
  const lease = await server.core.lease(node)
  const line = await connect()
  expect((await line.next('lease')).lease).toEqual(lease)
})

test('an agent is asked at once for a job that is to go on later, and again whenever it says that it still runs; never for one that has not begun', async () => {
  const lease = await server.core.lease(node)
  const claim = { nodeId: node.nodeId, leaseId: lease.leaseId, token: lease.token }
  const line = await connect()
  await line.next('lease')
  await server.core.jobs.askBack(lease.leaseId, 'carbon')
  await server.core.jobs.start(claim)
  const running = [{ leaseId: lease.leaseId, token: lease.token, state: 'running' as const }]
  expect((await node.ready(running)).yields).toEqual([])
  await server.core.jobs.askBack(lease.leaseId, 'carbon')
  const order = { type: 'yield', leaseId: lease.leaseId, reason: 'carbon' }
  expect(await line.next('yield')).toEqual(order)
  line.frames.length = 0
  line.say({ type: 'presence', presence: { ready: true, reasons: [], running } })
  expect(await line.next('yield')).toEqual(order)
  await server.core.jobs.fail({ ...claim, reason: 'carbon', message: 'later', exitCode: null, retry: true })
  await server.core.jobs.askBack(lease.leaseId, 'carbon')
  expect((await node.ready(running)).yields).toEqual([])
})

test('an agent that still lists a lost lease is told to drop it', async () => {
  const line = await connect()
  await line.next('welcome')
  line.say({ type: 'presence', presence: { ready: true, reasons: [], running: [{ leaseId: 'gone', token: 1, state: 'running' }] } })
  expect(await line.next('cancel')).toEqual({ type: 'cancel', leaseId: 'gone', reason: 'lost' })
})

test('a signature by another key, an unknown node and a quarantined one are turned away', async () => {
  const stranger = createSigner(generateKeyPem())
  expect(await (await connect(node.signer, stranger)).closed).toBe(4003)
  expect(await (await connect(stranger)).closed).toBe(4003)
  await server.core.standings.quarantine({ nodeId: node.nodeId, by: OPERATOR, reason: 'forged' })
  expect(await (await connect()).closed).toBe(4003)
  expect(server.core.hub.connected()).toEqual([])
})

test('the newest connection of a node wins', async () => {
  const first = await connect()
  await first.next('welcome')
  const second = await connect()
  await second.next('welcome')
  expect(await first.closed).toBe(4000)
  expect(server.core.hub.connected()).toEqual([node.nodeId])
  await server.core.submit('job-1')
  second.say(ready)
  await expect.poll(async () => (await server.core.registry.list())[0]?.online).toBe(true)
  await server.core.jobs.round()
  await second.next('lease')
})

test('who does not say hello in time, says it twice, or speaks before it, is disconnected', async () => {
  const silent = dial()
  await silent.next('challenge')
  await server.core.clock.advance(10_000)
  expect(await silent.closed).toBe(4003)
  const hasty = dial()
  await hasty.next('challenge')
  hasty.say(ready)
  expect(await hasty.closed).toBe(1008)
  const twice = await connect()
  await twice.next('welcome')
  twice.say({ type: 'hello', nodeId: node.nodeId, signature: '' })
  expect(await twice.closed).toBe(1008)
})

test.each<[string, string | Buffer, number]>([
  ['text that is not JSON', '{', 1008],
  ['a frame that is not in the contract', '{"type":"lease"}', 1008],
  ['a binary frame', Buffer.from([1, 2, 3]), 1003],
  ['a frame above the limit', 'x'.repeat(65_537), 1009],
])('%s ends the connection and nothing else', async (_, data, code) => {
  const line = await connect()
  await line.next('welcome')
  line.socket.send(data)
  expect(await line.closed).toBe(code)
  expect((await server.app.inject('/v1/health')).statusCode).toBe(200)
})

test('a flood of frames ends the connection', async () => {
  const line = await connect()
  await line.next('welcome')
  for (let i = 0; i < 100; i++) line.say(ready)
  expect(await line.closed).toBe(1008)
})

test('a connection that no longer answers pings is dropped', async () => {
  const line = await connect()
  await line.next('welcome')
  line.socket.pong = () => undefined
  line.socket.removeAllListeners('ping')
  const { _receiver: receiver } = line.socket as unknown as { _receiver: { removeAllListeners: (name: string) => void } }
  receiver.removeAllListeners('ping')
  await server.core.clock.advance(25_000)
  expect(server.core.hub.connected()).toEqual([node.nodeId])
  await server.core.clock.advance(25_000)
  expect(await line.closed).toBe(1006)
})

test.each([
  ['another path', { path: '/elsewhere' }],
  ['a web page', { headers: { origin: 'https://evil.example' } }],
  ['a rebound name', { headers: { host: 'evil.example' } }],
])('an upgrade by %s is refused', async (_, options) => {
  expect(await dial(options).closed).toBe(1006)
})

const UPGRADE = 'GET /elsewhere HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
const openConnections = () => new Promise<number>((resolve) => server.app.server.getConnections((_, count) => resolve(count)))

test('an upgrade whose sender resets the connection before it hears the refusal harms nothing', async () => {
  const { port } = server.app.server.address() as AddressInfo
  for (let tries = 0; tries < 50; tries++) {
    const socket = connectTcp(port, '127.0.0.1').on('error', () => undefined)
    await once(socket, 'connect')
    socket.write(`${UPGRADE}${'x'.repeat(50_000)}`, () => socket.resetAndDestroy())
    await once(socket, 'close')
  }
  expect((await server.app.inject('/v1/health')).statusCode).toBe(200)
})

test('a refused upgrade is let go even if the other side never closes its end', async () => {
  const { port } = server.app.server.address() as AddressInfo
  const socket = connectTcp({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => undefined)
  socket.write(UPGRADE)
  await once(socket.resume(), 'end')
  await expect.poll(openConnections, { interval: 5 }).toBe(0)
  socket.destroy()
})

/** Says hello as agents do now, to the coordinator that it believes it has reached. */
async function introduce(authority: string): Promise<Line> {
  const line = dial({ protocols: [AGENT_SOCKET] })
  const { nonce } = await line.next('challenge')
  const signature = Buffer.from(await node.signer.sign(Buffer.from(helloText(nonce, authority)))).toString('base64')
  line.say({ type: 'hello', nodeId: node.nodeId, signature })
  return line
}

test('an agent signs whom it talks to: what another coordinator had it sign is good for nothing here', async () => {
  const { port } = server.app.server.address() as AddressInfo
  await (await introduce(`127.0.0.1:${port}`)).next('welcome')
  expect(server.core.hub.connected()).toEqual([node.nodeId])
  expect(await (await introduce('other.example:7465')).closed).toBe(4003)
  // Nor is an old signature taken where the new one was agreed on.
  const line = dial({ protocols: [AGENT_SOCKET] })
  const { nonce } = await line.next('challenge')
  const signature = Buffer.from(await node.signer.sign(Buffer.from(`windfall-socket-v1 ${nonce}`))).toString('base64')
  line.say({ type: 'hello', nodeId: node.nodeId, signature })
  expect(await line.closed).toBe(4003)
})

test('what was said to one line is no hello on another', async () => {
  const { port } = server.app.server.address() as AddressInfo
  const [first, second] = [dial({ protocols: [AGENT_SOCKET] }), dial({ protocols: [AGENT_SOCKET] })]
  const { nonce } = await first.next('challenge')
  await second.next('challenge')
  const signature = Buffer.from(await node.signer.sign(Buffer.from(helloText(nonce, `127.0.0.1:${port}`)))).toString('base64')
  second.say({ type: 'hello', nodeId: node.nodeId, signature })
  expect(await second.closed).toBe(4003)
})

test('a coordinator that is stopping opens no new line, keeps those that there are for the moment, and then sends everybody elsewhere', async () => {
  const line = await connect()
  await line.next('welcome')
  server.leave()
  expect(await dial().closed).toBe(1006)
  expect(line.socket.readyState).toBe(WebSocket.OPEN)
  stop.abort()
  await running
  // Service Restart.
  expect(await line.closed).toBe(1012)
})
