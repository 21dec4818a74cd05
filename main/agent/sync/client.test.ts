import { type IncomingMessage, type RequestListener, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { checkSignature, contentDigest, readSignature } from '../../kernel/http-signature.ts'
import { createSigner, generateKeyPem, sha256Hex } from '../../kernel/signing.ts'
import { type CoordinatorLink, createCoordinatorLink } from './client.ts'
import { createCoordinatorTime } from './coordinator-time.ts'

/** What ends a request by itself: nothing may wait for it. */
const REQUEST_TIMEOUT_MS = 20_000
const signer = createSigner(generateKeyPem())
const clock = createFakeClock()
let answer: RequestListener
let seen: { readonly request: IncomingMessage; readonly body: Buffer }
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  seen = { request, body: Buffer.concat(chunks) }
  answer(request, response)
})
let url = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
const NEVER = new AbortController().signal
const link = (signal = NEVER) => createCoordinatorLink({ baseUrl: url, signer, time: createCoordinatorTime(clock), signal })

test('every request is signed by the device key over exactly what is sent, with a nonce of its own', async () => {
  const nonces = new Set<string>()
  for (const [call, input, body] of [
    ['startAttempt', { leaseId: 'lease-1', token: 3 }, '{}'],
    ['nodeEvents', { after: 3, limit: 10 }, '{"events":[],"next":3}'],
  ] as const) {
    answer = (_, response) => response.end(body)
    await (call === 'startAttempt' ? link().client.call(call, input) : link().client.call(call, input))
    const { method = '', url: target = '', headers } = seen.request
    const signature = readSignature({ method, authority: headers.host ?? '', target, headers })
    await expect(checkSignature(signer.publicJwk, signature, clock.now())).resolves.toBeUndefined()
    expect(signature).toMatchObject({ keyId: signer.keyId, contentDigest: contentDigest(seen.body) })
    nonces.add(signature.nonce)
  }
  expect(nonces.size).toBe(2)
})

const digestHeader = (content: Buffer) => `sha-256=:${Buffer.from(sha256Hex(content), 'hex').toString('base64')}:`

test('an input is taken only whole, and only as large as there is room for', async () => {
  const scene = Buffer.from('scene')
  const wanted = { leaseId: 'lease-1', token: 3, index: 2, maxBytes: scene.length }
  answer = (_, response) => response.writeHead(200, { 'repr-digest': digestHeader(scene) }).end(scene)
  expect(await link().fetchInput(wanted, NEVER)).toEqual({ content: scene, digest: `sha256:${sha256Hex(scene)}` })
  expect(seen.request.url).toBe('/v1/leases/lease-1/inputs/2?token=3')
  await expect(link().fetchInput({ ...wanted, maxBytes: scene.length - 1 }, NEVER)).rejects.toMatchObject({ code: 'input.too-large' })
  answer = (_, response) => response.writeHead(200, { 'repr-digest': digestHeader(Buffer.from('other')) }).end(scene)
  await expect(link().fetchInput(wanted, NEVER)).rejects.toMatchObject({ code: 'unavailable' })
  answer = (_, response) => response.end(scene)
  await expect(link().fetchInput(wanted, NEVER)).rejects.toMatchObject({ code: 'unavailable' })
})

test('an archive is taken only if it is what was asked for', async () => {
  const module = Buffer.from('\0asm and so on')
  const digest = `sha256:${sha256Hex(module)}`
  answer = (_, response) => response.end(module)
  expect(Buffer.from(await link().fetchArchive(digest, NEVER))).toEqual(module)
  expect(seen.request.url).toBe(`/v1/blobs/${digest}`)
  await expect(link().fetchArchive(`sha256:${'0'.repeat(64)}`, NEVER)).rejects.toMatchObject({ code: 'runtime.image' })
  answer = (_, response) => response.writeHead(404, { 'content-type': 'application/problem+json' }).end('{"code":"not-found","detail":"Gone."}')
  await expect(link().fetchArchive(digest, NEVER)).rejects.toMatchObject({ code: 'not-found', message: 'Gone.' })
})

test('stopping ends what is under way at once, whether it is a call or an archive, and lets nothing begin', async () => {
  for (const ask of [
    (one: CoordinatorLink) => one.client.call('startAttempt', { leaseId: 'l', token: 1 }),
    (one: CoordinatorLink) => one.fetchArchive('x', NEVER),
  ]) {
    const stop = new AbortController()
    answer = () => stop.abort()
    const began = performance.now()
    await expect(ask(link(stop.signal))).rejects.toMatchObject({ code: 'unavailable' })
    expect(performance.now() - began).toBeLessThan(REQUEST_TIMEOUT_MS / 2)
    answer = () => expect.fail('asked after the end')
    await expect(ask(link(stop.signal))).rejects.toMatchObject({ code: 'unavailable' })
  }
})

test('an archive that nobody waits for any more is not fetched to its end', async () => {
  const cancel = new AbortController()
  answer = (_, response) => {
    response.writeHead(200).write('a beginning')
    setImmediate(() => cancel.abort())
  }
  await expect(link().fetchArchive(`sha256:${'0'.repeat(64)}`, cancel.signal)).rejects.toMatchObject({ code: 'unavailable' })
})

const refusing = (date: string | null) => (_: IncomingMessage, response: ServerResponse) => {
  response.sendDate = false
  response.writeHead(403, { 'content-type': 'application/problem+json', ...(date === null ? {} : { date }) })
  response.end('{"code":"auth.refused","detail":"Signed 3600 s ago."}')
}

test('a machine whose clock is wrong is told the time by the refusal, and asks once more with that time', async () => {
  const ahead = createFakeClock(clock.now() + 86_400_000)
  const time = createCoordinatorTime(ahead)
  const wrong = createCoordinatorLink({ baseUrl: url, signer, time }).client
  const created: number[] = []
  answer = (request, response) => {
    const { method = '', url: target = '', headers } = request
    const signature = readSignature({ method, authority: headers.host ?? '', target, headers })
    created.push(signature.created - clock.now() / 1_000)
    if (created.length === 1) return refusing(new Date(clock.now()).toUTCString())(request, response)
    void expect(checkSignature(signer.publicJwk, signature, clock.now()))
      .resolves.toBeUndefined()
      .then(() => response.end('{}'))
  }
  await wrong.call('startAttempt', { leaseId: 'lease-1', token: 3 })
  await wrong.call('startAttempt', { leaseId: 'lease-1', token: 3 })
  expect(created).toEqual([86_400, 0, 0])
  // A refusal is enough to be heard again, not to accuse the machine's clock.
  expect(time.skewMs()).toBeNull()
})

test.each([
  ['for another reason', new Date(clock.now()).toUTCString(), 1],
  ['without a time', null, 1],
  ['with a time that cannot be', 'Thu, 01 Jan 1970 00:00:00 GMT', 1],
  ['with no time at all', 'soon', 1],
  ['with another time again and again', new Date(clock.now() + 1e9).toUTCString(), 2],
])('a refusal %s is a refusal', async (_, date, asked) => {
  let times = 0
  answer = (request, response) => {
    times += 1
    refusing(date)(request, response)
  }
  await expect(link().client.call('startAttempt', { leaseId: 'l', token: 1 })).rejects.toMatchObject({ code: 'auth.refused', message: 'Signed 3600 s ago.' })
  expect(times).toBe(asked)
})
