import { type IncomingMessage, type RequestListener, type ServerResponse, createServer } from 'node:http'
import { type AddressInfo, Socket } from 'node:net'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { call } from '../../shared/contract/define.ts'
import { bindRequest, createHttpTransport, receive, send } from './contract-http.ts'

const http = (method: 'GET' | 'POST', path: string) => ({ method, path, access: 'public', summary: '' }) as const
const contract = {
  get: call(z.any(), z.any(), http('GET', '/v1/things/{thingId}')),
  post: call(z.any(), z.any(), http('POST', '/v1/things/{thingId}/cancel')),
  local: call(z.any(), z.any()),
}

let answer: RequestListener = (_, response) => response.end('{}')
let seen: { readonly method: string | undefined; readonly url: string | undefined; readonly headers: IncomingMessage['headers']; readonly body: string }
let baseUrl = ''
const serve = async (request: IncomingMessage, response: ServerResponse) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  seen = { method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() }
  answer(request, response)
}
// A request that is cut off is answered by nobody.
const server = createServer((request, response) => void serve(request, response).catch(() => undefined))
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const transport = (options: { timeoutMs?: number } = {}) =>
  createHttpTransport(contract, { baseUrl, authorize: async ({ method }) => ({ authorization: `Bearer for ${method}` }), ...options })
const answering = (status: number, body: string | Uint8Array, type = 'application/json'): void => {
  answer = (_, response) => response.writeHead(status, { 'content-type': type }).end(body)
}

test('parts of the path come from the input, escaped; the rest is the query or the body', async () => {
  answering(200, '{"ok":true}')
  expect(await transport().invoke('get', { thingId: 'a/b c', limit: 5, after: null, state: 'queued' })).toEqual({ ok: true })
  expect(seen).toMatchObject({ method: 'GET', url: '/v1/things/a%2Fb%20c?limit=5&state=queued', body: '', headers: { authorization: 'Bearer for GET' } })
  await transport().invoke('post', { thingId: 't1', reason: 'done', deep: { x: null } })
  expect(seen).toMatchObject({ method: 'POST', url: '/v1/things/t1/cancel', body: '{"reason":"done","deep":{"x":null}}' })
  expect(seen.headers).toMatchObject({ 'content-type': 'application/json', authorization: 'Bearer for POST' })
})

test('the input of the caller is not touched', () => {
  const input = Object.freeze({ thingId: 't1', reason: 'done' })
  bindRequest(contract.post.http ?? http('POST', '/'), 'http://localhost', input)
  expect(input).toEqual({ thingId: 't1', reason: 'done' })
})

test('a choice of yes or no travels in the query like any other, and what is not there does not', () => {
  const input = { thingId: 't1', waiting: true, open: false, limit: 5, after: null }
  expect(bindRequest(contract.get.http ?? http('GET', '/'), 'http://localhost', input).url.href).toBe(
    'http://localhost/v1/things/t1?waiting=true&open=false&limit=5',
  )
})

test.each(['local', 'nothing', 'constructor', '__proto__'])('“%s” is not a call that travels over HTTP', async (name) => {
  await expect(transport().invoke(name, {})).rejects.toMatchObject({ code: 'not-found' })
  expect(() => transport().subscribe(name, () => undefined)).toThrow(expect.objectContaining({ code: 'not-found' }))
})

const problem = (code: string, detail: unknown = 'Because.') => JSON.stringify({ type: 'x', title: 'x', status: 400, code, detail })

test.each([
  ['our own explanation', 409, problem('lease.lost'), 'lease.lost', 'Because.'],
  ['our own explanation, whatever the status says', 500, problem('rate.limited'), 'rate.limited', 'Because.'],
  ['a code that is not ours', 422, problem('made.up'), 'internal', 'HTTP 422'],
  ['a code from the prototype', 422, problem('constructor'), 'internal', 'HTTP 422'],
  ['an explanation that is no text', 422, problem('lease.lost', { a: 1 }), 'internal', 'HTTP 422'],
  ['a proxy’s page', 502, '<html>Bad gateway</html>', 'unavailable', 'HTTP 502'],
  ['a proxy that is busy', 429, '<html>Slow down</html>', 'unavailable', 'HTTP 429'],
  ['a proxy’s refusal', 403, '<html>Forbidden</html>', 'internal', 'HTTP 403'],
  ['nothing', 503, '', 'unavailable', 'HTTP 503'],
  ['null', 404, 'null', 'internal', 'HTTP 404'],
  ['a login page that pretends all is well', 200, '<html>Please log in</html>', 'unavailable', 'not JSON'],
  ['an empty success', 200, '', 'unavailable', 'not JSON'],
])('%s becomes an error that says what happened', async (_, status, body, code, message) => {
  answering(status, body)
  await expect(transport().invoke('get', { thingId: 't' })).rejects.toMatchObject({ name: 'WindfallError', code, message: expect.stringContaining(message) })
})

test('an explanation is cut to a length that fits a screen', async () => {
  answering(409, problem('conflict', 'x'.repeat(100_000)))
  const error: unknown = await transport()
    .invoke('get', { thingId: 't' })
    .catch((reason: unknown) => reason)
  expect((error as Error).message).toHaveLength(1_000)
})

test('a connection that breaks in the middle of an answer is an outage', async () => {
  answer = (_, response) => {
    response.writeHead(200, { 'content-length': '1000' })
    response.write('{"ok":')
    setImmediate(() => response.destroy())
  }
  await expect(transport().invoke('get', { thingId: 't' })).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('broke') })
})

test('an answer without end is cut off', async () => {
  const part = Buffer.alloc(1_048_576, 32)
  answer = (_, response) => {
    const more = (): void => void (response.write(part) && setImmediate(more))
    response.on('drain', more)
    more()
  }
  await expect(transport().invoke('get', { thingId: 't' })).rejects.toMatchObject({ code: 'input.too-large' })
})

test('a redirect is not followed: what proves who we are goes to one address only', async () => {
  answer = (_, response) => response.writeHead(307, { location: `${baseUrl}/elsewhere` }).end()
  await expect(transport().invoke('post', { thingId: 't' })).rejects.toMatchObject({ code: 'unavailable' })
  expect(seen.url).toBe('/v1/things/t/cancel')
})

test('a side that never answers is given up, and one that is not there is named with the reason', async () => {
  answer = () => undefined
  await expect(transport({ timeoutMs: 20 }).invoke('get', { thingId: 't' })).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining(baseUrl),
  })
  const nobody = createHttpTransport(contract, { baseUrl: 'http://127.0.0.1:1', authorize: async () => ({}) })
  await expect(nobody.invoke('get', { thingId: 't' })).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/127\.0\.0\.1:1 .*(ECONNREFUSED|bad port)/),
  })
})

test('a connection outlasts the pause between two reports of presence', async () => {
  const patience = vi.spyOn(Socket.prototype, 'setTimeout')
  onTestFinished(() => patience.mockRestore())
  const connections = new Set<Socket>()
  answer = ({ socket }, response) => response.writeHead(200, { 'keep-alive': 'timeout=72' }).end(String(connections.add(socket).size))
  const patient = transport()
  await patient.invoke('get', { thingId: 't' })
  expect(await patient.invoke('get', { thingId: 't' })).toBe(1)
  const ours = (socket: unknown) => socket instanceof Socket && !connections.has(socket)
  const waits = patience.mock.contexts.flatMap((socket, index) => (ours(socket) ? [patience.mock.calls[index]?.[0] ?? 0] : []))
  expect(waits.at(-1)).toBeGreaterThan(60_000)
})

async function* parts() {
  yield Buffer.from('wind')
  yield Buffer.from('fall')
}

async function* broken() {
  yield Buffer.from('wind')
  throw new Error('disk gone')
}

const streamed = (content: AsyncIterable<Uint8Array>, bytes: number) =>
  ({ method: 'PUT', url: new URL('/v1/x', baseUrl), body: { content: Readable.from(content, { objectMode: false }), bytes, sha256: 'ab'.repeat(32) } }) as const
const unsigned = { authorize: async () => ({}) }

test('a body is sent while it is read, with its length', async () => {
  answering(200, '{}')
  await send(streamed(parts(), 8), unsigned)
  expect(seen).toMatchObject({ method: 'PUT', body: 'windfall', headers: { 'content-type': 'application/octet-stream', 'content-length': '8' } })
})

test('a body that breaks while it is sent is an outage, and says what broke', async () => {
  await expect(send(streamed(broken(), 8), unsigned)).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('disk gone') })
})

test('who is refused before all was sent learns why, and sends no more', async () => {
  const early = createServer((_request, response) => response.writeHead(409, { 'content-type': 'application/problem+json' }).end(problem('lease.lost')))
  await new Promise<void>((resolve) => early.listen(0, '127.0.0.1', resolve))
  const url = new URL(`http://127.0.0.1:${(early.address() as AddressInfo).port}/v1/x`)
  let sent = 0
  async function* endless() {
    for (;;) {
      sent += 65_536
      yield Buffer.alloc(65_536)
      await new Promise(setImmediate)
    }
  }
  const request = { ...streamed(endless(), 1e12), url }
  await expect(send(request, unsigned)).rejects.toMatchObject({ code: 'lease.lost' })
  expect(request.body.content.destroyed).toBe(true)
  const after = sent
  await new Promise((resolve) => request.body.content.once('close', resolve).destroy())
  expect(sent).toBeLessThanOrEqual(after + 131_072)
  early.closeAllConnections()
  await new Promise((resolve) => early.close(resolve))
})

test('an answer is read while it arrives; one that breaks in the middle is not taken', async () => {
  answering(200, 'windfall', 'application/octet-stream')
  const request = { method: 'GET', url: new URL('/v1/x', baseUrl), body: null } as const
  expect(await receive(request, unsigned, async (content) => (await buffer(content)).toString())).toBe('windfall')
  answering(404, problem('not-found'))
  await expect(receive(request, unsigned, () => expect.fail())).rejects.toMatchObject({ code: 'not-found' })
  answer = (_, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('wind')
    setImmediate(() => response.destroy())
  }
  await expect(receive(request, unsigned, async (content) => (await buffer(content)).toString())).rejects.toThrow()
})
