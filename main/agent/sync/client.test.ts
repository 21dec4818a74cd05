import { type IncomingMessage, type RequestListener, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { checkSignature, contentDigest, readSignature } from '../../kernel/http-signature.ts'
import { createSigner, generateKeyPem, sha256Hex } from '../../kernel/signing.ts'
import { createCoordinatorLink } from './client.ts'

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
const link = () => createCoordinatorLink(url, signer, clock)

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
    expect(() => checkSignature(signer.publicJwk, signature, clock.now())).not.toThrow()
    expect(signature).toMatchObject({ keyId: signer.keyId, contentDigest: contentDigest(seen.body) })
    nonces.add(signature.nonce)
  }
  expect(nonces.size).toBe(2)
})

test('an archive is taken only if it is what was asked for', async () => {
  const module = Buffer.from('\0asm and so on')
  const digest = `sha256:${sha256Hex(module)}`
  answer = (_, response) => response.end(module)
  expect(Buffer.from(await link().fetchArchive(digest))).toEqual(module)
  expect(seen.request.url).toBe(`/v1/blobs/${digest}`)
  await expect(link().fetchArchive(`sha256:${'0'.repeat(64)}`)).rejects.toMatchObject({ code: 'runtime.image' })
  answer = (_, response) => response.writeHead(404, { 'content-type': 'application/problem+json' }).end('{"code":"not-found","detail":"Gone."}')
  await expect(link().fetchArchive(digest)).rejects.toMatchObject({ code: 'not-found', message: 'Gone.' })
})
