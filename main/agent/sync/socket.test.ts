import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import type { SocketToAgent } from '../../../shared/contract/agent-socket.ts'
import { type FakeClock, createFakeClock } from '../../kernel/clock.fake.ts'
import { createSigner, generateKeyPem, verifySignature } from '../../kernel/signing.ts'
import { fakeLease } from '../jobs/lease.fixture.ts'
import { reconnectMs } from './reconnect.ts'
import { type SocketLine, runSocket } from './socket.ts'

const signer = createSigner(generateKeyPem())
/** A node keeps the name of its first key, whichever signs. */
const NODE_ID = createSigner(generateKeyPem()).keyId
const NONCE = Buffer.from('a nonce nobody used before').toString('base64')

let server: WebSocketServer
let clock: FakeClock
let stop: AbortController
let running: Promise<void>
const states: string[] = []
const frames: SocketToAgent[] = []
const line: SocketLine = { say: null }

beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  clock = createFakeClock()
  stop = new AbortController()
  states.length = 0
  frames.length = 0
})
afterEach(async () => {
  stop.abort()
  for (const client of server.clients) client.terminate()
  server.close()
  await running
})

function start({ random = (): number => 0, coordinatorUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}` } = {}): void {
  running = runSocket(
    {
      line,
      coordinatorUrl,
      nodeId: NODE_ID,
      signer,
      clock,
      random,
      onState: (state, message) => states.push(message === null ? state : `${state}: ${message}`),
      onFrame: (frame) => frames.push(frame),
    },
    stop.signal,
  )
}

const connection = async (): Promise<WebSocket> => (await once(server, 'connection'))[0] as WebSocket
const say = (socket: WebSocket, frame: unknown) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
/** Lets real sockets do their work without letting time pass. */
async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise(setImmediate)
}
const offline = () => until(() => states.at(-1)?.startsWith('offline') ?? false)

async function welcomed(): Promise<WebSocket> {
  const socket = await connection()
  say(socket, { type: 'welcome', lastEvent: 7 })
  await until(() => states.at(-1) === 'connected')
  return socket
}

test('it proves who it is by signing the nonce, and hands on what it is told, in order', async () => {
  start()
  const socket = await connection()
  say(socket, { type: 'challenge', nonce: NONCE })
  const [data] = (await once(socket, 'message')) as [Buffer]
  const hello = JSON.parse(data.toString()) as { type: string; nodeId: string; signature: string }
  expect(hello).toMatchObject({ type: 'hello', nodeId: NODE_ID })
  const here = `127.0.0.1:${(server.address() as AddressInfo).port}`
  expect(verifySignature(signer.publicJwk, Buffer.from(`windfall-socket-v2 ${NONCE} ${here}`), Buffer.from(hello.signature, 'base64'))).toBe(true)
  expect(states).toEqual(['connecting'])
  say(socket, { type: 'welcome', lastEvent: 7 })
  say(socket, { type: 'lease', lease: fakeLease() })
  say(socket, { type: 'yield', leaseId: 'lease-1', reason: 'carbon' })
  say(socket, { type: 'cancel', leaseId: 'lease-1', reason: 'lost' })
  await until(() => frames.length === 4)
  expect(states).toEqual(['connecting', 'connected'])
  expect(frames.map(({ type }) => type)).toEqual(['welcome', 'lease', 'yield', 'cancel'])
})

test('it is connected only once it was welcomed, and comes back after the line was cut', async () => {
  start()
  const first = await welcomed()
  first.terminate()
  await offline()
  const again = connection()
  await clock.advance(100)
  await again
  expect(states).toEqual(['connecting', 'connected', 'offline: The coordinator closed the connection.', 'connecting'])
})

test('sent away by a coordinator that is stopping, it says so and goes to another one at once', async () => {
  start()
  const first = await welcomed()
  first.close(1012)
  await offline()
  expect(states.at(-1)).toBe('offline: The coordinator is stopping.')
  const again = connection()
  await clock.advance(100)
  await again
})

test('while nobody welcomes it, it waits longer each time, as chance decides, and starts afresh after a welcome', async () => {
  let tries = 0
  server.on('connection', (socket) => {
    tries += 1
    if (tries === 8) say(socket, { type: 'welcome', lastEvent: 0 })
    socket.close()
  })
  start({ random: () => 0.5 })
  const waits = [600, 1_100, 2_100, 4_100, 8_100, 15_100, 15_100, 350]
  for (const [index, wait] of waits.entries()) {
    await offline()
    await clock.advance(wait - 1)
    expect(tries).toBe(index + 1)
    states.push('the test lets the last millisecond pass')
    await clock.advance(1)
    await until(() => tries === index + 2)
  }
})

test('a minute of silence ends a connection that only looks alive; a ping or a frame is a sign of life', async () => {
  start()
  const socket = await welcomed()
  await clock.advance(59_000)
  socket.ping()
  await once(socket, 'pong')
  await clock.advance(59_000)
  say(socket, { type: 'events', lastEvent: 8 })
  await until(() => frames.length === 2)
  await clock.advance(59_999)
  expect(states.at(-1)).toBe('connected')
  expect(socket.readyState).toBe(socket.OPEN)
  await clock.advance(1)
  await offline()
})

test.each([
  ['text that is not JSON', 'hello'],
  ['a frame nobody knows', { type: 'selfdestruct' }],
  ['a yield for a reason that nobody may give', { type: 'yield', leaseId: 'lease-1', reason: 'agent.stopped' }],
  ['a yield of everything', { type: 'yield', leaseId: '*', reason: 'carbon' }],
  ['a lease with a field too many', { type: 'lease', lease: { ...fakeLease(), root: true } }],
])('%s ends the connection with words for the owner', async (_, frame) => {
  start()
  const socket = await welcomed()
  say(socket, frame)
  const [code] = (await once(socket, 'close')) as [number]
  expect(code).toBe(1008)
  await offline()
  expect(states.at(-1)).toBe('offline: The coordinator said something that this version does not understand. Bring both to the same version.')
  expect(frames).toHaveLength(1)
})

test('bytes instead of text, or more of them than any frame has, end the connection', async () => {
  start()
  for (const [sent, expected] of [
    [Buffer.from([1]), 1003],
    ['x'.repeat(65_537), 1009],
  ] as const) {
    const socket = await connection()
    socket.send(sent)
    expect(await once(socket, 'close')).toMatchObject({ 0: expected })
    await offline()
    void clock.advance(100)
  }
  await connection()
})

test('a coordinator that is not there, or answers without a socket, is offline with the reason', async () => {
  start({ coordinatorUrl: 'http://127.0.0.1:1' })
  await offline()
  expect(states.at(-1)).toMatch(/^offline: The coordinator cannot be reached \(.*ECONNREFUSED/)
})

test('stopping says goodbye, and does not wait for a coordinator that does not answer it', async () => {
  start()
  const socket = await welcomed()
  socket.pause()
  stop.abort()
  await clock.advance(1_000)
  await running
  expect(clock.sleepers()).toBe(0)
})

test('a connection over which nobody welcomes it is given up after a quarter of a minute', async () => {
  start()
  await connection()
  await clock.advance(14_999)
  expect(states).toEqual(['connecting'])
  await clock.advance(1)
  await offline()
})

test.each([
  ['a lease before the welcome', [{ type: 'lease', lease: fakeLease() }]],
  [
    'a second challenge',
    [
      { type: 'challenge', nonce: NONCE },
      { type: 'challenge', nonce: NONCE },
    ],
  ],
  [
    'a second welcome',
    [
      { type: 'welcome', lastEvent: 1 },
      { type: 'welcome', lastEvent: 1 },
    ],
  ],
  [
    'a challenge after the welcome',
    [
      { type: 'welcome', lastEvent: 1 },
      { type: 'challenge', nonce: NONCE },
    ],
  ],
])('%s ends the connection, and what follows is not heard', async (_, said) => {
  start()
  const socket = await connection()
  for (const frame of [...said, { type: 'cancel', leaseId: 'lease-1', reason: 'x' }]) say(socket, frame)
  await offline()
  expect(frames.filter(({ type }) => type !== 'welcome')).toEqual([])
})

test('a coordinator that welcomes it and then talks nonsense is not asked again in a hurry', async () => {
  let tries = 0
  server.on('connection', (socket) => {
    tries += 1
    say(socket, { type: 'welcome', lastEvent: 0 })
    say(socket, 'nonsense')
  })
  start({ random: () => 0.5 })
  for (const [index, wait] of [600, 1_100, 2_100, 4_100].entries()) {
    await until(() => states.filter((state) => state.startsWith('offline')).length === index + 1)
    await clock.advance(wait - 1)
    expect(tries).toBe(index + 1)
    await clock.advance(1)
    await until(() => tries === index + 2)
  }
})

test('it can be spoken through from the welcome until it is closed', async () => {
  start()
  const socket = await connection()
  say(socket, { type: 'challenge', nonce: NONCE })
  await once(socket, 'message')
  expect(line.say).toBeNull()
  say(socket, { type: 'welcome', lastEvent: 7 })
  await until(() => line.say !== null)
  const presence = { ready: true, reasons: [], running: [] }
  line.say?.({ type: 'presence', presence })
  const [data] = (await once(socket, 'message')) as [Buffer]
  expect(JSON.parse(data.toString())).toEqual({ type: 'presence', presence })
  socket.close()
  await offline()
  expect(line.say).toBeNull()
})

test('a fleet that loses its coordinator comes back spread over half a minute, however often it fails, and over ten seconds if it was sent away; one machine alone comes back at once', () => {
  const draws = Array.from({ length: 1_000 }, (_, index) => index / 1_000)
  for (const failures of [0, 1, 9]) {
    const waits = draws.map((random) => reconnectMs({ failures, wasWelcomed: true, wasSentAway: false, isLocal: false }, random))
    expect([Math.min(...waits), Math.max(...waits)]).toEqual([100, 30_070])
    for (let second = 0; second < 30; second++) expect(waits.filter((ms) => Math.floor((ms - 100) / 1_000) === second).length).toBeLessThan(40)
  }
  const sent = draws.map((random) => reconnectMs({ failures: 0, wasWelcomed: true, wasSentAway: true, isLocal: false }, random))
  expect([Math.min(...sent), Math.max(...sent)]).toEqual([100, 10_090])
  expect(reconnectMs({ failures: 0, wasWelcomed: true, wasSentAway: false, isLocal: true }, 0.999)).toBeLessThanOrEqual(600)
  expect(reconnectMs({ failures: 0, wasWelcomed: false, wasSentAway: false, isLocal: false }, 0.999)).toBeLessThanOrEqual(600)
})
