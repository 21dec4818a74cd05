import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type RequestHead, checkSignature, contentDigest, readSignature, signRequest, signatureBase } from './http-signature.ts'
import { createSigner, generateKeyPem, verifySignature } from './signing.ts'

const NOW = Date.parse('2026-03-01T12:00:00.500Z')
const NONCE = 'abcdefghijklmnop'
const signer = createSigner(generateKeyPem())

const headOf = (url: URL, method: string, headers: Record<string, string>): RequestHead => ({
  method,
  authority: url.host,
  target: `${url.pathname}${url.search}`,
  headers,
})

test('the signature base and Ed25519 check reproduce RFC 9421 appendix B.2.6', () => {
  const base = signatureBase(
    [
      ['date', 'Tue, 20 Apr 2021 02:07:55 GMT'],
      ['@method', 'POST'],
      ['@path', '/foo'],
      ['@authority', 'example.com'],
      ['content-type', 'application/json'],
      ['content-length', '18'],
    ],
    '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
  )
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: 'JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs' } as const
  const signature = Buffer.from('wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==', 'base64')
  expect(verifySignature(jwk, Buffer.from(base), signature)).toBe(true)
  expect(verifySignature(jwk, Buffer.from(base.replace('/foo', '/bar')), signature)).toBe(false)
})

test('the content digest is that of RFC 9530 (its example body, SHA-256)', () => {
  expect(contentDigest(Buffer.from('{"hello": "world"}'))).toBe('sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:')
})

test('what one side signs the other accepts, with and without query and body', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.webUrl({ withQueryParameters: true }),
      fc.constantFrom('GET', 'POST', 'PUT'),
      fc.option(fc.uint8Array()),
      async (text, method, body) => {
        const url = new URL(text)
        const headers = await signRequest(signer, { method, url, body }, { now: NOW, nonce: NONCE })
        const read = readSignature(headOf(url, method, headers))
        expect(read).toMatchObject({ nonce: NONCE, keyId: signer.keyId, contentDigest: contentDigest(body ?? new Uint8Array()) })
        await expect(checkSignature(signer.publicJwk, read, NOW)).resolves.toBeUndefined()
      },
    ),
    { numRuns: 100 },
  )
})

test.each([
  ['method', (head: RequestHead) => ({ ...head, method: 'PUT' })],
  ['authority', (head: RequestHead) => ({ ...head, authority: 'elsewhere.example' })],
  ['path', (head: RequestHead) => ({ ...head, target: '/v1/other?a=1' })],
  ['query', (head: RequestHead) => ({ ...head, target: '/v1/presence?a=2' })],
  ['digest', (head: RequestHead) => ({ ...head, headers: { ...head.headers, 'content-digest': contentDigest(Buffer.from('other')) } })],
])('a changed %s is refused', async (_, change) => {
  const url = new URL('http://127.0.0.1:8080/v1/presence?a=1')
  const head = headOf(url, 'POST', await signRequest(signer, { method: 'POST', url, body: Buffer.from('{}') }, { now: NOW, nonce: NONCE }))
  await expect(checkSignature(signer.publicJwk, readSignature(change(head)), NOW)).rejects.toThrow(expect.objectContaining({ code: 'auth.refused' }))
})

test.each([-61_000, 62_000])('a signature %i ms away from now is refused, with the reason', async (ms) => {
  const url = new URL('http://127.0.0.1/v1/presence')
  const head = headOf(url, 'GET', await signRequest(signer, { method: 'GET', url, body: null }, { now: NOW + ms, nonce: NONCE }))
  await expect(checkSignature(signer.publicJwk, readSignature(head), NOW)).rejects.toThrow(/clock/)
})

test('another key, missing headers and other profiles are refused', async () => {
  const url = new URL('http://127.0.0.1/v1/presence')
  const headers = await signRequest(signer, { method: 'GET', url, body: null }, { now: NOW, nonce: NONCE })
  const stranger = createSigner(generateKeyPem())
  await expect(checkSignature(stranger.publicJwk, readSignature(headOf(url, 'GET', headers)), NOW)).rejects.toThrow(
    expect.objectContaining({ code: 'auth.refused' }),
  )
  for (const name of Object.keys(headers)) expect(() => readSignature(headOf(url, 'GET', { ...headers, [name]: randomBytes(8).toString('hex') }))).toThrow()
  const fewer = { ...headers, 'signature-input': String(headers['signature-input']).replace(' "@query"', '') }
  expect(() => readSignature(headOf(url, 'GET', fewer))).toThrow(expect.objectContaining({ code: 'auth.required' }))
})
