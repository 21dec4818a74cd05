import http, { type RequestListener } from 'node:http'
import https from 'node:https'
import { type AddressInfo, type Socket, connect, createServer } from 'node:net'
import type { Duplex } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { messageOf } from '../../shared/errors.ts'
import { createFakeClock } from './clock.fake.ts'
import { type GuardedFetchDeps, createGuardedFetch } from './guarded-fetch.ts'
import { selfSigned } from './self-signed.fixture.ts'

const NAME = 'hooks.example.com'
const PUBLIC = '93.184.215.14'
const { key, cert } = selfSigned(NAME)
const patient = new AbortController().signal
/** On which no time ever runs out, however slow the machine is. */
const still = createFakeClock()

async function listening(server: http.Server | ReturnType<typeof createServer>): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((done) => server.close(done))
  })
  return (server.address() as AddressInfo).port
}

/** A receiver behind a name that leads to this machine, which an operator has vouched for. */
async function receiver(listener: RequestListener, deps: Partial<GuardedFetchDeps> = {}) {
  const port = await listening(https.createServer({ key, cert }, listener))
  const place = `${NAME}:${port}`
  const fetch = createGuardedFetch({ clock: still, ca: cert, lookup: async () => ['127.0.0.1'], vouched: new Set([place]), proxy: null, ...deps })
  return { port, ask: (path = '/', body?: Uint8Array) => fetch({ url: `https://${place}${path}`, signal: patient, ...(body && { body }) }) }
}

/** What the outside is for a test: a proxy that leads all connections to one receiver, and knows where they were meant to go. */
async function outside(listener: RequestListener) {
  const port = await listening(https.createServer({ key, cert }, listener))
  const asked: string[] = []
  const proxy = http.createServer()
  proxy.on('connect', (request: http.IncomingMessage, client: Duplex) => {
    asked.push(request.url ?? '')
    const upstream = connect(port, '127.0.0.1', () => client.write('HTTP/1.1 200 OK\r\n\r\n'))
    for (const end of [client, upstream]) end.on('error', () => undefined)
    client.pipe(upstream).pipe(client)
  })
  return { asked, proxy: `http://127.0.0.1:${await listening(proxy)}` }
}

test('goes to the address that the name led to, as the name', async () => {
  const seen: unknown[] = []
  const { ask, port } = await receiver((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      seen.push([request.method, request.url, request.headers.host, (request.socket as { servername?: unknown }).servername, String(Buffer.concat(chunks))])
      response.setHeader('retry-after', '7')
      response.end('thanks')
    })
  })
  const answer = await ask('/a?b=c', Buffer.from('{"x":1}'))
  expect(seen).toEqual([['POST', '/a?b=c', `${NAME}:${port}`, NAME, '{"x":1}']])
  expect({ ...answer, headers: answer.headers['retry-after'] }).toEqual({ status: 200, headers: '7', body: Buffer.from('thanks') })
})

test('looks a name up once: what it leads to a moment later changes nothing', async () => {
  let lookups = 0
  const rebinding = async () => [['127.0.0.1'], ['169.254.169.254']][Math.min(lookups++, 1)] ?? []
  const { ask } = await receiver((_, response) => response.end('me'), { lookup: rebinding })
  expect(String((await ask()).body)).toBe('me')
  expect(lookups).toBe(1)
  await expect(ask()).rejects.toMatchObject({ code: 'input.invalid' })
})

test.each([
  ['the machine itself', ['127.0.0.1']],
  ['the network around', ['10.1.2.3']],
  ['where clouds keep secrets', ['169.254.169.254']],
  ['the same by IPv6', ['fd00:ec2::254']],
  ['one good address and one bad', [PUBLIC, '192.168.1.1']],
  ['a mapped address', ['::ffff:127.0.0.1']],
  ['nowhere', []],
])('a name that leads to %s is not used, and not told where it led', async (_, addresses) => {
  const { asked, proxy } = await outside((_request, response) => response.end())
  const fetch = createGuardedFetch({ clock: still, ca: cert, lookup: async () => addresses, vouched: new Set(), proxy })
  const error = await fetch({ url: `https://${NAME}/`, signal: patient }).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'input.invalid' })
  for (const address of addresses) expect(messageOf(error)).not.toContain(address)
  expect(asked).toEqual([])
})

test('a proxy is told the address that was checked, and the certificate still has to be that of the name', async () => {
  const { asked, proxy } = await outside((_, response) => response.end('through'))
  const through = (name: string) =>
    createGuardedFetch({ clock: still, ca: cert, lookup: async () => ['2606:2800:21f:cb07::1', PUBLIC], vouched: new Set(), proxy })({
      url: `https://${name}/`,
      signal: patient,
    })
  expect(String((await through(NAME)).body)).toBe('through')
  expect(asked).toEqual([`${PUBLIC}:443`])
  await expect(through('another.example.com')).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID') })
})

test('a certificate that nobody trusts is not taken', async () => {
  const { ask } = await receiver((_, response) => response.end(), { ca: selfSigned('somebody.example.com').cert })
  await expect(ask()).rejects.toMatchObject({ code: 'unavailable' })
})

test('a redirect is an answer like any other, and not followed', async () => {
  const paths: (string | undefined)[] = []
  const { ask } = await receiver((request, response) => {
    paths.push(request.url)
    response.writeHead(307, { location: 'http://169.254.169.254/' }).end()
  })
  expect((await ask('/first')).status).toBe(307)
  expect(paths).toEqual(['/first'])
})

test('what is long is not read to its end, what is packed is not unpacked, and endless headers end the conversation', async () => {
  const bomb = gzipSync(Buffer.alloc(10_000_000))
  const { ask } = await receiver((request, response) => {
    if (request.url === '/long') return void response.end(Buffer.alloc(65_537))
    if (request.url === '/fits') return void response.end(Buffer.alloc(65_536))
    if (request.url === '/bomb') return void response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb)
    for (let at = 0; at < 40; at += 1) response.setHeader(`x-${at}`, 'a'.repeat(500))
    return void response.end()
  })
  expect(await ask('/long')).toMatchObject({ status: 200, body: null })
  expect((await ask('/fits')).body?.length).toBe(65_536)
  expect((await ask('/bomb')).body).toEqual(bomb)
  await expect(ask('/headers')).rejects.toMatchObject({ code: 'unavailable' })
})

/** Moves the clock until what waits for it has an end, whenever its wait begins. */
async function timedOut(promise: Promise<unknown>, clock: ReturnType<typeof createFakeClock>): Promise<unknown> {
  const state = { isOver: false }
  const outcome = promise.catch((error: unknown) => error).finally(() => (state.isOver = true))
  while (!state.isOver) await clock.advance(1_000)
  return outcome
}

test('all of it ends after 5 s: a silent name server, a silent receiver, and one that never finishes', async () => {
  const clock = createFakeClock()
  const { ask } = await receiver((request, response) => void (request.url === '/drip' && response.write('a')), { clock })
  const late = { code: 'unavailable', message: expect.stringContaining('within 5 s') }
  expect(await timedOut(ask('/silent'), clock)).toMatchObject(late)
  expect(await timedOut(ask('/drip'), clock)).toMatchObject(late)
  const asleep = await receiver((_, response) => response.end(), { clock, lookup: () => new Promise(() => undefined) })
  expect(await timedOut(asleep.ask(), clock)).toMatchObject(late)
  expect(clock.sleepers()).toBe(0)
})

test('what is no HTTP, and nobody at all, is told as such', async () => {
  const port = await listening(createServer((socket) => void socket.on('error', () => undefined).end('SSH-2.0-OpenSSH_9.2\r\n')))
  const fetch = createGuardedFetch({ clock: still, lookup: async () => ['127.0.0.1'], vouched: new Set([`${NAME}:${port}`, `${NAME}:1`]), proxy: null })
  await expect(fetch({ url: `http://${NAME}:${port}/`, signal: patient })).rejects.toMatchObject({ code: 'unavailable' })
  await expect(fetch({ url: `http://${NAME}:1/`, signal: patient })).rejects.toThrow('could not be reached (ECONNREFUSED)')
})

test.each([
  ['becomes something else', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nhello'],
  ['never comes to its answer', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(50)],
  ['has chunks with endless notes', `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;${'a'.repeat(40_000)}`],
  ['has endless trailers', `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n${'x: y\r\n'.repeat(10_000)}`],
  ['says two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello'],
  ['says a length and none', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
])('an answer that %s ends by itself, before any time is up', async (_, answer) => {
  const port = await listening(createServer((socket) => void socket.on('error', () => undefined).once('data', () => socket.write(answer))))
  const fetch = createGuardedFetch({ clock: still, lookup: async () => ['127.0.0.1'], vouched: new Set([`${NAME}:${port}`]), proxy: null })
  await expect(fetch({ url: `http://${NAME}:${port}/`, signal: patient })).rejects.toMatchObject({ code: 'unavailable' })
})

test('whoever gives up is not kept waiting', async () => {
  const stop = new AbortController()
  const port = await listening(createServer(() => stop.abort(new Error('shutting down'))))
  const fetch = createGuardedFetch({ clock: still, lookup: async () => ['127.0.0.1'], vouched: new Set([`${NAME}:${port}`]), proxy: null })
  await expect(fetch({ url: `http://${NAME}:${port}/`, signal: stop.signal })).rejects.toThrow('shutting down')
})
