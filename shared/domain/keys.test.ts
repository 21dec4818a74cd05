import { expect, test } from 'vitest'
import type { PublicJwk } from '../contract/wire.ts'
import { encodeBase64Url } from './encoding.ts'
import { keyIdOf, weakKeyProblem } from './keys.ts'
import { testCrypto, testLogKey, testNextKeys, testNode, testReceiptKey } from './receipt-bundle.fake.ts'
import { SMALL_ORDER_KEYS } from './weak-keys.fake.ts'

const fromHex = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
const ed25519 = (bytes: Uint8Array): PublicJwk => ({ kty: 'OKP', crv: 'Ed25519', x: encodeBase64Url(bytes) })

test('the thumbprint of RFC 8037 appendix A.3', async () => {
  expect(await keyIdOf(testNode.publicJwk, testCrypto.sha256)).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k')
})

test('honest keys are accepted', () => {
  for (const { publicJwk } of [testNode, testReceiptKey, testLogKey]) expect(weakKeyProblem(publicJwk)).toBeNull()
})

test('all small-order points are refused in every encoding', () => {
  for (const key of SMALL_ORDER_KEYS) expect(weakKeyProblem(key), key.x).toMatch(/small-order|not canonical/)
  expect(new Set(SMALL_ORDER_KEYS.map(({ x }) => x)).size).toBe(14)
})

test('encodings of numbers from p up are refused, points of small order among them', () => {
  for (const low of ['ed', 'ee', 'f0', 'ff'])
    for (const high of ['7f', 'ff']) expect(weakKeyProblem(ed25519(fromHex(low + 'ff'.repeat(30) + high)))).toMatch(/not canonical/)
})

test('a y without a point of the curve is refused, one with a point is not', () => {
  // y = 2 has no x on edwards25519, y = 3 has; computed with Python's integers.
  expect(weakKeyProblem(ed25519(fromHex(`02${'00'.repeat(31)}`)))).toMatch(/not a point/)
  expect(weakKeyProblem(ed25519(fromHex(`03${'00'.repeat(31)}`)))).toBeNull()
})

test('a key text with loose bits is refused', () => {
  const { x } = { x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }
  expect(weakKeyProblem({ kty: 'OKP', crv: 'Ed25519', x: `${x.slice(0, -1)}p` })).toMatch(/canonical/)
})

test('P-256: the base point is accepted, its neighbour is not on the curve', () => {
  // The base point G of FIPS 186-5.
  const x = encodeBase64Url(fromHex('6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296'))
  const y = fromHex('4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5')
  expect(weakKeyProblem({ kty: 'EC', crv: 'P-256', x, y: encodeBase64Url(y) })).toBeNull()
  expect(weakKeyProblem({ kty: 'EC', crv: 'P-256', x, y: encodeBase64Url(y.with(31, 0xf4)) })).toMatch(/not a point/)
  expect(weakKeyProblem({ kty: 'EC', crv: 'P-256', x: encodeBase64Url(new Uint8Array(32).fill(255)), y: encodeBase64Url(y) })).toMatch(/canonical/)
})

test('a key that was found sound stays so, and one that differs from it in any coordinate is judged anew', () => {
  const [, { publicJwk }] = testNextKeys
  if (publicJwk.kty !== 'EC') throw new Error('a key on P-256')
  expect(weakKeyProblem(publicJwk)).toBeNull()
  expect(weakKeyProblem(publicJwk)).toBeNull()
  expect(weakKeyProblem({ ...publicJwk, y: publicJwk.x })).toMatch(/not a point/)
  for (const weak of SMALL_ORDER_KEYS) for (const _ of [1, 2]) expect(weakKeyProblem(weak)).not.toBeNull()
})
