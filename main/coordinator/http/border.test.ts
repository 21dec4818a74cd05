import { once } from 'node:events'
import { type AddressInfo, type Socket, connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { FailureCode } from '../../../shared/errors.ts'
import { signRequest } from '../../kernel/http-signature.ts'
import { createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { GENEROUS, type TestServer, sendSigned, startTestServer } from './http.fake.ts'

let server: TestServer
afterEach(() => server[Symbol.asyncDispose]())

const start = async (limits: Partial<typeof GENEROUS> = {}, border: NonNullable<Parameters<typeof startTestServer>[2]>['border'] = {}) => {
  server = await startTestServer({ ...GENEROUS, ...limits }, undefined, { border })
}
const HERE = '203.0.113.7'
const ELSEWHERE = '198.51.100.7'
const ask = (url: string, { from = HERE, ...rest }: { from?: string; method?: 'GET' | 'POST'; headers?: Record<string, string>; payload?: string } = {}) =>
  server.app.inject({ ...rest, url, remoteAddress: from, headers: { host: '127.0.0.1', ...rest.headers } })
const status = async (...asked: Parameters<typeof ask>) => (await ask(...asked)).statusCode
const codeOf = async (...asked: Parameters<typeof ask>) => (await ask(...asked)).json().code as FailureCode
const withKey = (key = server.core.apiKey) => ({ headers: { authorization: `Bearer ${key}` } })
const WRONG = { headers: { authorization: `Bearer wf_deadbeef_${'A'.repeat(43)}` } }

test('a network that asks too much is told when to come back, and its neighbours notice nothing', async () => {
  await start({ network: { perSecond: 1, burst: 2 } })
  expect([await status('/v1/keys'), await status('/v1/keys', { from: '203.0.113.200' }), await status('/v1/keys')]).toEqual([200, 200, 429])
  expect((await ask('/v1/keys')).headers['retry-after']).toBe('1')
  expect(await status('/v1/keys', { from: ELSEWHERE })).toBe(200)
  await server.core.clock.advance(1_000)
  expect(await status('/v1/keys')).toBe(200)
})

test('a flood of requests that name nobody, from everywhere, leaves room for those with a key or a signature', async () => {
  await start({ public: { perSecond: 1, burst: 3 } })
  const node = await server.core.enrol()
  const flood = Array.from({ length: 20 }, (_, at) => status('/nowhere', { from: `198.51.${at}.1` }))
  expect((await Promise.all(flood)).filter((code) => code === 429)).toHaveLength(17)
  expect([await status('/v1/keys', { from: ELSEWHERE }), await status('/healthz')]).toEqual([429, 200])
  expect(await status('/v1/jobs', withKey())).toBe(200)
  expect((await sendSigned(server, node.signer, { method: 'GET', path: '/v1/proofs/head' })).statusCode).toBe(200)
})

test('requests with keys, of all networks together, stop where the limit is', async () => {
  await start({ named: { perSecond: 1, burst: 2 } })
  expect([await status('/v1/jobs', withKey()), await status('/v1/jobs', { ...WRONG, from: ELSEWHERE }), await status('/v1/jobs', withKey())]).toEqual([
    200, 403, 429,
  ])
  expect(await status('/v1/keys')).toBe(200)
})

test('whoever brings no key where one is asked for, or has guessed too often, takes nothing from those who have one', async () => {
  await start({ named: { perSecond: 1, burst: 3 }, guesses: { perSecond: 0.001, burst: 2 } })
  for (let at = 0; at < 20; at += 1) await status('/v1/jobs', { from: `198.51.${at}.1` })
  const guesses = []
  for (let tries = 0; tries < 10; tries += 1) guesses.push(await codeOf('/v1/jobs', { ...WRONG, from: ELSEWHERE }))
  expect(guesses.filter((code) => code === 'auth.refused')).toHaveLength(2)
  expect(await status('/v1/jobs', withKey())).toBe(200)
})

test('guessing keys is slow for a network, and holds up nobody whose key is known to be right', async () => {
  await start({ guesses: { perSecond: 0.1, burst: 3 } })
  expect(await status('/v1/jobs', withKey())).toBe(200)
  const guesses = []
  for (let tries = 0; tries < 5; tries += 1) guesses.push(await codeOf('/v1/jobs', WRONG))
  expect(guesses).toEqual(['auth.refused', 'auth.refused', 'auth.refused', 'rate.limited', 'rate.limited'])
  expect((await ask('/v1/jobs', WRONG)).headers['retry-after']).toBe('10')
  expect(await status('/v1/jobs', withKey())).toBe(200)
  expect(await codeOf('/v1/jobs', { ...WRONG, from: ELSEWHERE })).toBe('auth.refused')
})

test('guessing what lets a machine in is slow too', async () => {
  await start({ guesses: { perSecond: 0.1, burst: 2 } })
  const { publicJwk } = createSigner(generateKeyPem())
  const guess = () =>
    codeOf('/v1/nodes', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      payload: JSON.stringify({ publicJwk, challenge: 'AAAA', signature: 'AAAA', capabilities: {}, payoutAddress: null }),
    })
  // Nonsense is no guess; what is well formed and wrong is.
  expect(await guess()).toBe('input.invalid')
  for (let tries = 0; tries < 2; tries += 1) await ask('/v1/jobs', WRONG)
  expect(await guess()).toBe('rate.limited')
})

test('a node with the wrong time is no guesser: however often it tries, the next one behind the same address comes in', async () => {
  await start({ guesses: { perSecond: 0.1, burst: 1 } })
  const node = await server.core.enrol()
  const url = new URL('http://127.0.0.1/v1/proofs/head')
  const signedAt = (now: number, nonce: string) => signRequest(node.signer, { method: 'GET', url, body: null }, { now, nonce })
  const send = async (now: number, nonce: string) => status(url.pathname, { headers: await signedAt(now, nonce) })
  const now = server.core.clock.now()
  const late = await Promise.all(['1', '2', '3', '4'].map((digit) => send(now - 3_600_000, digit.repeat(16))))
  expect([...late, await send(now, '5'.repeat(16))]).toEqual([403, 403, 403, 403, 200])
})

test('a call that takes more work takes more of what its caller may ask', async () => {
  await start({ caller: { perSecond: 1, burst: 6 } })
  const plan = () => status('/v1/jobs/plan', { ...withKey(), method: 'POST' })
  expect([await plan(), await plan(), await status('/v1/jobs', withKey())]).toEqual([400, 429, 200])
})

const through = (forwarded: string) => status('/v1/keys', { from: '10.0.0.1', headers: { 'x-forwarded-for': forwarded } })

test('behind a proxy of ours callers are told apart by what it wrote, and by nothing that they wrote themselves', async () => {
  await start({ network: { perSecond: 1, burst: 1 } }, { trustProxy: true })
  expect([await through(HERE), await through(`192.0.2.1, ${HERE}`), await through(`192.0.2.2, 192.0.2.3, ${HERE}`), await through(ELSEWHERE)]).toEqual([
    200, 429, 429, 200,
  ])
})

test('without a proxy nobody is believed to be somebody else', async () => {
  await start({ network: { perSecond: 1, burst: 1 } })
  expect([await through('192.0.2.1'), await through('198.51.100.1')]).toEqual([200, 429])
})

test('what a node signs for another coordinator is refused, though every byte of it is right', async () => {
  await start({}, { host: '0.0.0.0', names: new Set(['windfall.example']) })
  const node = await server.core.enrol()
  const send = async (host: string, nonce: string) => {
    const url = new URL(`http://${host}/v1/proofs/head`)
    return ask(url.pathname, {
      headers: { ...(await signRequest(node.signer, { method: 'GET', url, body: null }, { now: server.core.clock.now(), nonce })), host },
    })
  }
  expect((await send('windfall.example', 'for-this-one-0001')).statusCode).toBe(200)
  const relayed = await send('other.example', 'for-another-one-1')
  expect([relayed.statusCode, relayed.json().detail]).toEqual([403, expect.stringContaining('This coordinator is windfall.example to its nodes')])
  // Whoever brings a key gives it away to whom they ask; there is nothing to hand on.
  expect(await status('/v1/jobs', { headers: { ...withKey().headers, host: 'other.example' } })).toBe(200)
})

/** A connection that says what it is given, and is read to its end. */
async function speak(text: string): Promise<{ socket: Socket; heard: () => string; closed: Promise<unknown> }> {
  if (!server.app.server.listening) await server.app.listen({ port: 0, host: '127.0.0.1' })
  const socket = connect((server.app.server.address() as AddressInfo).port, '127.0.0.1')
  const parts: Buffer[] = []
  socket.on('data', (part) => parts.push(part)).on('error', () => undefined)
  const closed = once(socket, 'close')
  socket.write(text)
  return { socket, closed, heard: () => Buffer.concat(parts).toString('latin1') }
}

const POST = 'POST /v1/enrolments HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n'

test('while as many requests are being answered as may be, one more is refused at its head, and let in when another has gone', async () => {
  await start({ underway: { all: 2, network: 2 } })
  const slow = [await speak(`${POST}Content-Length: 100\r\n\r\n{`), await speak(`${POST}Content-Length: 100\r\n\r\n{`)]
  const refusedOnce = async () => {
    const { heard, closed } = await speak('GET /v1/keys HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n')
    await closed
    return heard()
  }
  await expect.poll(refusedOnce, { interval: 20 }).toMatch(/^HTTP\/1\.1 429 [\s\S]*retry-after: 2\r\n/)
  for (const { socket } of slow) socket.destroy()
  await expect.poll(refusedOnce, { interval: 20 }).toMatch(/^HTTP\/1\.1 200 /)
})

test('a refusal does not wait for the body, and a body without an end is cut off with it', async () => {
  await start({ network: { perSecond: 0.001, burst: 1 } })
  const first = await speak(`${POST}Content-Length: 2\r\nConnection: close\r\n\r\n{}`)
  await first.closed
  expect(first.heard()).toMatch(/^HTTP\/1\.1 400 /)
  for (const length of ['Transfer-Encoding: chunked', 'Content-Length: 999999999']) {
    const { heard, closed } = await speak(`${POST}${length}\r\n\r\n`)
    await closed
    expect(heard()).toMatch(/^HTTP\/1\.1 429 [\s\S]*connection: close\r\n/i)
  }
})

test('whoever dribbles a head, a body or nothing at all is cut off, while others are answered', async () => {
  await start({}, { pace: { headersTimeout: 100, requestTimeout: 100, connectionsCheckingInterval: 20 } })
  const slow = [await speak('GET /v1/keys HTTP/1.1\r\nHost: 127'), await speak(`${POST}Content-Length: 100\r\n\r\n{`), await speak('')]
  expect(await status('/v1/keys')).toBe(200)
  await Promise.all(slow.map(({ closed }) => closed))
  expect(slow[0]?.heard()).toMatch(/^HTTP\/1\.1 400 [\s\S]*not sent in time/)
})
