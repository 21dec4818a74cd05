import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type RequestHead, checkSignature, contentDigest, readSignature, signRequest } from './http-signature.ts'
import { createSigner, generateKeyPem } from './signing.ts'

const NOW = Date.parse('2026-03-01T12:00:00.500Z')
const NONCE = 'abcdefghijklmnop'
const signer = createSigner(generateKeyPem())

const headOf = (url: URL, method: string, headers: Record<string, string>): RequestHead => ({
  method,
  authority: url.host,
  target: `${url.pathname}${url.search}`,
  headers,
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

/** Everything of a request that a signature covers, as bytes on the wire. */
async function signedParts(body: Uint8Array) {
  const url = new URL('http://coordinator.example:7465/v1/leases/lease-1?token=7')
  const headers = await signRequest(signer, { method: 'POST', url, body }, { now: NOW, nonce: NONCE })
  return { method: 'POST', authority: url.host, target: `${url.pathname}${url.search}`, ...headers, body: Buffer.from(body).toString('latin1') }
}

/** As a server does it: the head first, the body once it has arrived. */
async function accept({ method, authority, target, body, ...headers }: Awaited<ReturnType<typeof signedParts>>): Promise<void> {
  const read = readSignature({ method, authority, target, headers })
  expect(read.keyId).toBe(signer.keyId)
  await checkSignature(signer.publicJwk, read, NOW)
  expect(read.contentDigest).toBe(contentDigest(Buffer.from(body, 'latin1')))
}

test('a request of which any one bit was changed on its way is refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(), fc.integer({ min: 0, max: 7 }), async (body, at, bit) => {
      const parts = await signedParts(body)
      await accept(parts)
      const places = Object.entries(parts).flatMap(([name, text]) => Array.from(text, (_, index) => [name, index] as const))
      const [name, index] = places[at % places.length] ?? ['body', 0]
      const bytes = Buffer.from(parts[name as keyof typeof parts], 'latin1')
      bytes[index] = (bytes[index] ?? 0) ^ (1 << bit)
      const changed = bytes.toString('latin1')
      // A host name is the same in capitals (RFC 9421 §2.2.3), and leads to the same place.
      if (name === 'authority' && changed.toLowerCase() === parts.authority) return
      await expect(accept({ ...parts, [name]: changed }), `${name}[${index}] bit ${bit}`).rejects.toThrow()
    }),
    { numRuns: 300 },
  )
})

test.each([
  ['a component fewer', (input: string) => input.replace(' "@query"', '')],
  ['a component twice', (input: string) => input.replace('"@path"', '"@path" "@path"')],
  ['components in another order', (input: string) => input.replace('"@method" "@authority"', '"@authority" "@method"')],
  ['a component with a parameter', (input: string) => input.replace('"@path"', '"@path";req')],
  ['a parameter nobody knows', (input: string) => `${input};alg="ed25519"`],
  ['a parameter of the RFC that is not in the profile', (input: string) => `${input};expires=1772366460`],
  ['a parameter twice', (input: string) => input.replace(';nonce', ';created=1772366400;nonce')],
  ['no nonce', (input: string) => input.replace(/;nonce="[^"]*"/, '')],
  ['a nonce that is too short', (input: string) => input.replace(NONCE, 'short')],
  ['a time that is no whole number', (input: string) => input.replace(/created=(\d+)/, 'created=$1.5')],
  ['a time before 1970', (input: string) => input.replace('created=', 'created=-')],
  ['another tag', (input: string) => input.replace('windfall-v1', 'windfall-v2')],
  ['another label', (input: string) => input.replace('sig1', 'sig2')],
  ['a second signature', (input: string) => `${input}, ${input.replace('sig1', 'sig2')}`],
  ['a space too many', (input: string) => input.replace(';created', '; created')],
])('a signature with %s is outside the profile, and refused before any key is looked up', async (_, change) => {
  const url = new URL('http://127.0.0.1/v1/presence')
  const headers = await signRequest(signer, { method: 'GET', url, body: null }, { now: NOW, nonce: NONCE })
  const input = String(headers['signature-input'])
  expect(change(input)).not.toBe(input)
  expect(() => readSignature(headOf(url, 'GET', { ...headers, 'signature-input': change(input) }))).toThrow(expect.objectContaining({ code: 'auth.required' }))
})
