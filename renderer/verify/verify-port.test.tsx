import { ed25519 } from '@noble/curves/ed25519'
import { sha512 } from '@noble/hashes/sha2'
import { expect, test } from 'vitest'
import { concatBytes, encodeBase64Url, encodeHex, encodeUtf8 } from '../../shared/domain/encoding.ts'
import { serializeBundle } from '../../shared/domain/open-bundle.ts'
import { testBundle, testCrypto, testLogKey, testNextKeys, testNode, testReceiptKey } from '../../shared/domain/receipt-bundle.fake.ts'
import { verifyReceipt } from '../../shared/domain/verify-receipt.ts'
import { browserVerifyPort } from '../lib/verify-port.ts'
import { chooseVerifyPort, plainVerifyPort } from './verify-port.ts'

const pinnedKeys = [testReceiptKey.keyId, testLogKey.keyId]
const PORTS = [plainVerifyPort, browserVerifyPort, testCrypto]

test('a receipt is verified without the browser’s cryptography, keys of both kinds, and a changed byte noticed', async () => {
  const file = serializeBundle(await testBundle({ nextKeys: testNextKeys }))
  const options = { crypto: plainVerifyPort, pinnedKeys }
  expect(await verifyReceipt(file, options)).toMatchObject({ valid: true })
  expect(await verifyReceipt(file.with(200, (file[200] ?? 0) ^ 1), options)).toMatchObject({ valid: false, failedStep: 'envelope' })
})

test('hashes are SHA-256, and a broken signature or key is false, not a crash', async () => {
  expect(encodeHex(await plainVerifyPort.sha256(encodeUtf8('abc')))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  for (const { publicJwk } of [testNode, testNextKeys[1]]) {
    for (const length of [0, 3, 63, 64, 65]) expect(await plainVerifyPort.verify(publicJwk, new Uint8Array(3), new Uint8Array(length))).toBe(false)
    expect(await plainVerifyPort.verify({ ...publicJwk, x: 'no key' }, new Uint8Array(3), new Uint8Array(64).fill(1))).toBe(false)
  }
})

test('a signature over P-256 holds with either s', async () => {
  const [, { publicJwk, sign }] = testNextKeys
  const bytes = encodeUtf8('either')
  const signature = await sign(bytes)
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
  const s = order - BigInt(`0x${encodeHex(signature.subarray(32))}`)
  const other = concatBytes(
    signature.subarray(0, 32),
    Uint8Array.from(s.toString(16).padStart(64, '0').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)),
  )
  for (const port of PORTS) expect([await port.verify(publicJwk, bytes, signature), await port.verify(publicJwk, bytes, other)]).toEqual([true, true])
})

/** A key with a part of order 8, and a signature that holds only if both sides are multiplied by 8. */
function mixedOrder(message: Uint8Array) {
  const { Point } = ed25519
  const torsion = Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')
  const [secret, nonce] = [12_345n, 67_890n]
  const key = Point.BASE.multiply(secret).add(torsion).toBytes()
  const r = Point.BASE.multiply(nonce).toBytes()
  const k = sha512(concatBytes(r, key, message)).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n) % Point.Fn.ORDER
  const s = (nonce + k * secret) % Point.Fn.ORDER
  const signature = concatBytes(
    r,
    Uint8Array.from({ length: 32 }, (_, at) => Number((s >> BigInt(8 * at)) & 0xffn)),
  )
  return { jwk: { kty: 'OKP', crv: 'Ed25519', x: encodeBase64Url(key) } as const, signature, holds: k % 8n === 0n }
}

test('signatures on which verifiers of Ed25519 differ are judged alike, and without the cofactor', async () => {
  const cases = Array.from({ length: 24 }, (_, number) => ({ message: encodeUtf8(`message ${number}`), ...mixedOrder(encodeUtf8(`message ${number}`)) }))
  expect(new Set(cases.map(({ holds }) => holds))).toEqual(new Set([true, false]))
  for (const { message, jwk, signature, holds } of cases)
    for (const port of PORTS) expect(await port.verify(jwk, message, signature), String(PORTS.indexOf(port))).toBe(holds)
})

test('the browser’s own cryptography is used where it knows Ed25519, and only there', async () => {
  expect(await chooseVerifyPort()).toBe(browserVerifyPort)
  expect(await chooseVerifyPort({ ...browserVerifyPort, verify: async () => false })).toBe(plainVerifyPort)
})
