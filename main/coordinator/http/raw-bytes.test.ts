/** Whatever bytes arrive at the coordinator's port: each connection is answered or closed, and nobody else notices. */
import { once } from 'node:events'
import { type AddressInfo, type Socket, connect } from 'node:net'
import * as fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type TestServer, startTestServer } from './http.fake.ts'

let server: TestServer
let port: number
const rejections: unknown[] = []
const note = (reason: unknown) => rejections.push(reason)

beforeAll(async () => {
  server = await startTestServer(undefined, undefined, { border: { pace: { headersTimeout: 3_000, requestTimeout: 3_000, connectionsCheckingInterval: 100 } } })
  server.core.hub.attach(server.app.server)
  await server.app.listen({ port: 0, host: '127.0.0.1' })
  port = (server.app.server.address() as AddressInfo).port
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(() => process.on('unhandledRejection', note))
afterEach(() => {
  process.off('unhandledRejection', note)
  expect([...rejections, ...server.failures]).toEqual([])
})

/** Sends the parts one after another and hangs up behind them; resolves with all that was answered once the coordinator has hung up too. */
async function tell(...parts: readonly (string | Uint8Array)[]): Promise<string> {
  const socket: Socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const heard: Buffer[] = []
  socket.on('data', (part) => heard.push(part)).on('error', () => undefined)
  const closed = once(socket, 'close')
  socket.on('end', () => socket.end())
  for (const part of parts) socket.write(part)
  socket.end()
  await closed
  return Buffer.concat(heard).toString('latin1')
}

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0)
const GET = 'GET /v1/keys HTTP/1.1\r\n'
const HOST = 'Host: 127.0.0.1\r\n'
const POST = `POST /v1/enrolments HTTP/1.1\r\n${HOST}Content-Type: application/json\r\n`

test.each([
  ['a length and chunks at once', `${POST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['two lengths that differ', `${POST}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`],
  ['two lengths that agree', `${POST}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}`],
  ['a list of lengths', `${POST}Content-Length: 2, 2\r\n\r\n{}`],
  ['a length that is no number', `${POST}Content-Length: +2\r\n\r\n{}`],
  ['chunks of a kind nobody knows', `${POST}Transfer-Encoding: gzip\r\n\r\n`],
  ['chunks hidden behind a space', `${POST}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`],
  ['lines that end with a line feed alone', `GET /v1/keys HTTP/1.1\nHost: 127.0.0.1\n\n`],
  ['one line that ends with a line feed alone', `${GET}X: a\n${HOST}\r\n`],
  ['a header that goes on in the next line', `${GET}${HOST}X: a\r\n b\r\n\r\n`],
  ['a zero in a header', `${GET}${HOST}X: a\0b\r\n\r\n`],
])('%s: refused, and nothing that follows on the connection is heard', async (_, bytes) => {
  const answer = await tell(bytes, `${GET}${HOST}Connection: close\r\n\r\n`)
  expect(answer.match(/HTTP\/1\.1 \d{3}/g) ?? ['closed']).toEqual([expect.stringMatching(/400|501|closed/)])
})

test.each([
  ['no host', `${GET}\r\n`],
  ['two hosts', `${GET}${HOST}Host: elsewhere.example\r\n\r\n`],
  ['a host in its address', `GET http://elsewhere.example/v1/keys HTTP/1.1\r\n${HOST}\r\n`],
  ['two keys', `GET /v1/jobs HTTP/1.1\r\n${HOST}Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n`],
  ['a method that there is not', `HACK /v1/keys HTTP/1.1\r\n${HOST}\r\n`],
  ['a method in small letters', `get /v1/keys HTTP/1.1\r\n${HOST}\r\n`],
  ['a version that there is not', `GET /v1/keys HTTP/9.9\r\n${HOST}\r\n`],
  ['an address with a space', `GET /v1/ keys HTTP/1.1\r\n${HOST}\r\n`],
  ['an address that cannot be decoded', `GET /v1/jobs/%ff%fe HTTP/1.1\r\n${HOST}\r\n`],
  ['twenty thousand characters of a header', `${GET}${HOST}X: ${'a'.repeat(20_000)}\r\n\r\n`],
  ['a hundred headers', `${GET}${HOST}${Array.from({ length: 100 }, (_, at) => `X-${at}: a\r\n`).join('')}\r\n`],
  ['an address of ten thousand characters', `GET /${'a'.repeat(10_000)} HTTP/1.1\r\n${HOST}\r\n`],
  ['TLS where there is none', Buffer.from('16030100c8010000c40303', 'hex')],
])('%s is refused', async (_, bytes) => {
  const answer = await tell(bytes, `${GET}${HOST}Connection: close\r\n\r\n`)
  const statuses = answer.match(/HTTP\/1\.1 \d{3}/g) ?? []
  expect(statuses[0] ?? 'closed').toMatch(/^(?:HTTP\/1\.1 (?:400|403|404|405|413|414|431|501)|closed)$/)
  if (answer.startsWith('HTTP/1.1 4')) expect(answer).toContain('application/problem+json')
})

test('a request hidden in the body of another is never answered', async () => {
  const hidden = `GET /v1/hidden HTTP/1.1\r\n${HOST}\r\n`
  for (const head of [
    'Content-Length: 0\r\nTransfer-Encoding: chunked',
    'Transfer-Encoding: chunked\r\nContent-Length: 0',
    'Transfer-Encoding: chunked, identity',
  ])
    expect(await tell(`${POST}${head}\r\n\r\n0\r\n\r\n${hidden}`)).not.toContain('/v1/hidden')
})

test.each(['Content-Length: 100000', 'Transfer-Encoding: chunked'])('an upload (%s) that is broken off is no failure of ours', async (length) => {
  const upload = `PUT /v1/blobs/sha256:${'a'.repeat(64)} HTTP/1.1\r\n${HOST}Authorization: Bearer ${server.core.apiKey}\r\n${length}\r\n`
  await tell(`${upload}Content-Type: application/octet-stream\r\n\r\n`, '5\r\nhello\r\n')
  await expect.poll(server.operating.traffic.underway).toBe(0)
})

/** Pieces of requests in any order, and bytes in between. */
const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(GET, HOST, POST, '\r\n', 'Content-Length: 5\r\n', 'Transfer-Encoding: chunked\r\n', '5\r\nhello\r\n', '0\r\n\r\n') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('Connection: Upgrade\r\nUpgrade: websocket\r\n', 'Expect: 100-continue\r\n', 'Connection: close\r\n', '{"a":1}', '\n', '\0'),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }) },
)

test('any pieces of requests, cut anywhere, end in an answer or a closed connection, and never in a 5xx', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 12 }), async (pieces) => {
      const answer = await tell(...pieces)
      for (const [, status] of answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)) expect(Number(status)).toBeLessThan(500)
    }),
    { numRuns: 60 },
  )
  expect(statusOf(await tell(`${GET}${HOST}Connection: close\r\n\r\n`))).toBe(200)
}, 60_000)

const UPGRADE = `GET /v1/agents/socket HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`

/** A frame as RFC 6455 §5.2 has it, with a mask or without, of a length that may not be its own. */
const frame = fc
  .record({ first: fc.nat(255), isMasked: fc.boolean(), claimed: fc.constantFrom(0, 1, 5, 125, 126, 127), content: fc.uint8Array({ maxLength: 40 }) })
  .map(({ first, isMasked, claimed, content }) => Buffer.from([first, (isMasked ? 0x80 : 0) | claimed, ...content]))

test('any frames on an agent’s socket end in a closed connection, and the coordinator goes on', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { maxLength: 6 }), async (frames) => {
      const answer = await tell(UPGRADE, ...frames)
      expect(statusOf(answer)).toBe(101)
    }),
    { numRuns: 60 },
  )
  expect(server.core.hub.connected()).toEqual([])
  await expect.poll(() => new Promise((resolve) => server.app.server.getConnections((_, count) => resolve(count)))).toBe(0)
}, 60_000)

test.each([
  ['no key', UPGRADE.replace(/Sec-WebSocket-Key: [^\r]*\r\n/, '')],
  ['another version', UPGRADE.replace('Version: 13', 'Version: 7')],
  ['another protocol', UPGRADE.replace('Upgrade: websocket', 'Upgrade: h2c')],
  ['another path', UPGRADE.replace('/v1/agents/socket', '/v1/keys')],
])('an upgrade with %s is refused and let go', async (_, bytes) => {
  expect(statusOf(await tell(bytes))).toBeGreaterThanOrEqual(400)
})
