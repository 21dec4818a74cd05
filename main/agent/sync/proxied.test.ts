import { once } from 'node:events'
import { type IncomingMessage, type Server, createServer, request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { honourProxies } from '../../kernel/proxy.ts'
import { createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { createCoordinatorLink } from './client.ts'
import { createCoordinatorTime } from './coordinator-time.ts'
import { runSocket } from './socket.ts'

const signer = createSigner(generateKeyPem())
const clock = createFakeClock()
/** A name that nobody answers to: only the proxy knows where it is. */
const HIDDEN = 'coordinator.test'
let coordinator: Server
let proxy: Server
/** What the proxy was asked for, and the first byte that went through. */
let through: string[]
let open: Duplex[]
let undo: () => void = () => undefined
const withPassword = (headers: IncomingMessage['headers']) => (headers['proxy-authorization'] ? ' with password' : '')
const portOf = (server: Server) => (server.address() as AddressInfo).port

beforeEach(async () => {
  ;[through, open] = [[], []]
  coordinator = createServer((_, response) => void response.end('{}'))
  proxy = createServer((asked, response) => {
    const { method, url, headers } = asked
    through.push(`${method} ${new URL(url ?? '').hostname}${withPassword(headers)}`)
    const onward = request({ port: portOf(coordinator), method, path: new URL(url ?? '').pathname, headers }, (answer) => answer.pipe(response))
    asked.pipe(onward)
  })
  proxy.on('connect', ({ url, headers }, client: Duplex) => {
    const asked = `CONNECT ${url?.split(':')[0]}${withPassword(headers)}`
    const onward = connect(portOf(coordinator), '127.0.0.1')
    open.push(client, onward)
    for (const side of [client, onward]) side.on('error', () => undefined)
    client.write('HTTP/1.1 200 OK\r\n\r\n')
    client.once('data', (chunk: Buffer) => through.push(`${asked}: ${chunk[0] === 0x16 ? 'TLS' : chunk.toString('latin1').split(' ')[0]}`))
    client.pipe(onward).pipe(client)
  })
  // A proxy that forwards upgrades of plain HTTP, as some do.
  proxy.on('upgrade', ({ url, headers }, client: Duplex) => {
    through.push(`UPGRADE ${new URL(url ?? '').hostname}`)
    const onward = connect(portOf(coordinator), '127.0.0.1')
    open.push(client, onward)
    for (const side of [client, onward]) side.on('error', () => undefined)
    const head = Object.entries({ ...headers, connection: 'Upgrade' }).map(([key, value]) => `${key}: ${String(value)}`)
    onward.write([`GET ${new URL(url ?? '').pathname} HTTP/1.1`, ...head, '', ''].join('\r\n'))
    client.pipe(onward).pipe(client)
  })
  for (const server of [coordinator, proxy]) await once(server.listen(0, '127.0.0.1'), 'listening')
})
afterEach(async () => {
  undo()
  for (const stream of open) stream.destroy()
  for (const server of [coordinator, proxy]) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

const call = (host: string, scheme = 'http') =>
  createCoordinatorLink({ baseUrl: `${scheme}://${host}:${portOf(coordinator)}`, signer, time: createCoordinatorTime(clock) }).client.call('startAttempt', {
    leaseId: 'l',
    token: 1,
  })

/** Opens the agent's socket and waits for the first thing it says about it. */
async function socketTo(url: string): Promise<string> {
  const stop = new AbortController()
  const { promise, resolve } = Promise.withResolvers<string>()
  const onState = (state: string, message: string | null) => state !== 'connecting' && resolve(message === null ? state : `${state}: ${message}`)
  const running = runSocket(
    { line: { say: null }, coordinatorUrl: url, nodeId: signer.keyId, signer, clock, random: () => 0, onState, onFrame: () => undefined },
    stop.signal,
  )
  const said = await promise
  stop.abort()
  await clock.advance(1_000)
  await running
  return said
}

test('without a proxy in the environment nothing changes', async () => {
  undo = honourProxies({ NO_PROXY: '*', PATH: '/bin' })
  await expect(call('127.0.0.1')).resolves.toEqual({})
  expect(through).toEqual([])
})

test.each(['HTTP_PROXY', 'http_proxy'])('requests go through the proxy that %s names, with its password', async (name) => {
  undo = honourProxies({ [name]: `http://user:secret@127.0.0.1:${portOf(proxy)}` })
  await expect(call(HIDDEN)).resolves.toEqual({})
  expect(through).toEqual([`POST ${HIDDEN} with password`])
})

test.each(['HTTPS_PROXY', 'https_proxy'])('requests with TLS go through a tunnel of the proxy that %s names', async (name) => {
  undo = honourProxies({ [name]: `http://user:secret@127.0.0.1:${portOf(proxy)}` })
  // The coordinator of this test speaks no TLS; that the tunnel carries some is what matters.
  await expect(call(HIDDEN, 'https')).rejects.toMatchObject({ code: 'unavailable' })
  expect(through).toEqual([`CONNECT ${HIDDEN} with password: TLS`])
})

test.each(['localhost', '127.0.0.1'])('what runs on this machine, such as %s, is reached without the proxy', async (host) => {
  undo = honourProxies({ HTTP_PROXY: `http://127.0.0.1:${portOf(proxy)}` })
  await expect(call(host)).resolves.toEqual({})
  expect(through).toEqual([])
})

test('NO_PROXY names what is reached directly', async () => {
  undo = honourProxies({ HTTP_PROXY: `http://127.0.0.1:${portOf(proxy)}`, NO_PROXY: HIDDEN })
  await expect(call(HIDDEN)).rejects.toMatchObject({ code: 'unavailable' })
  expect(through).toEqual([])
})

test('the socket goes through the proxy too: by a tunnel with TLS, and as an upgrade without', async () => {
  undo = honourProxies({ HTTPS_PROXY: `http://127.0.0.1:${portOf(proxy)}`, HTTP_PROXY: `http://127.0.0.1:${portOf(proxy)}` })
  const sockets = new WebSocketServer({ server: coordinator })
  sockets.on('connection', (socket) => socket.send(JSON.stringify({ type: 'welcome', lastEvent: 0 })))
  expect(await socketTo(`http://${HIDDEN}`)).toBe('connected')
  expect(await socketTo(`https://${HIDDEN}`)).toMatch(/^offline: The coordinator cannot be reached/)
  expect(through).toEqual([`UPGRADE ${HIDDEN}`, `CONNECT ${HIDDEN}: TLS`])
  sockets.close()
})

test('a proxy that wants a password is named as what stands in the way', async () => {
  proxy.removeAllListeners('connect')
  proxy.on('connect', (_, client: Duplex) => void client.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n'))
  undo = honourProxies({ HTTPS_PROXY: `http://127.0.0.1:${portOf(proxy)}` })
  expect(await socketTo(`https://${HIDDEN}`)).toMatch(/^offline: The proxy of this network asks for a name and a password/)
})

test('the password of a proxy that fails is not shown', async () => {
  proxy.removeAllListeners('connect').removeAllListeners('request')
  proxy.on('connect', (_, client: Duplex) => void client.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n'))
  proxy.on('request', (_, response) => void response.writeHead(502).end())
  const address = `http://user:secret@127.0.0.1:${portOf(proxy)}`
  undo = honourProxies({ HTTPS_PROXY: address, HTTP_PROXY: address })
  expect(await socketTo(`https://${HIDDEN}`)).not.toContain('secret')
  for (const scheme of ['http', 'https']) {
    const error = (await call(HIDDEN, scheme).catch((reason: unknown) => reason)) as Error
    expect(error).toMatchObject({ code: 'unavailable', message: expect.not.stringContaining('secret') })
  }
})
