import { generateKeyPairSync, sign } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { PublicJwk } from '../../shared/contract/wire.ts'
import { SMALL_ORDER_KEYS, SMALL_ORDER_SIGNATURES } from '../../shared/domain/weak-keys.fake.ts'
import { createSigner, generateKeyPem, keyIdOf, verifyInPool, verifySignature } from './signing.ts'

test('what a key signed is its own and nobody else’s', async () => {
  const [signer, other] = [createSigner(generateKeyPem()), createSigner(generateKeyPem())]
  await fc.assert(
    fc.asyncProperty(fc.uint8Array(), fc.uint8Array(), async (bytes, others) => {
      const signature = await signer.sign(bytes)
      expect(verifySignature(signer.publicJwk, bytes, signature)).toBe(true)
      expect(verifySignature(other.publicJwk, bytes, signature)).toBe(false)
      if (Buffer.compare(bytes, others) !== 0) expect(verifySignature(signer.publicJwk, others, signature)).toBe(false)
    }),
  )
})

test('a key that anyone can sign with verifies nothing, in whichever encoding it comes', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.constantFrom(...SMALL_ORDER_KEYS), fc.constantFrom(...SMALL_ORDER_SIGNATURES), (bytes, key, signature) => {
      expect(verifySignature(key, bytes, signature)).toBe(false)
    }),
    { numRuns: 500 },
  )
})

test('a point that is not on the curve verifies nothing', () => {
  expect(verifySignature({ kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) }, new Uint8Array(), new Uint8Array(64))).toBe(false)
})

test('the thread pool says the same of every key and signature, a P-256 key among them', async () => {
  const signer = createSigner(generateKeyPem())
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const publicJwk = PublicJwk.parse(pair.publicKey.export({ format: 'jwk' }))
  await fc.assert(
    fc.asyncProperty(fc.uint8Array(), fc.nat(100), fc.constantFrom(...SMALL_ORDER_KEYS), async (bytes, flipped, weak) => {
      const ed25519 = await signer.sign(bytes)
      const p256 = sign('sha256', bytes, { key: pair.privateKey, dsaEncoding: 'ieee-p1363' })
      for (const [key, signature] of [
        [signer.publicJwk, ed25519],
        [publicJwk, p256],
        [signer.publicJwk, p256],
        [publicJwk, ed25519.subarray(0, flipped)],
        [weak, SMALL_ORDER_SIGNATURES[0] ?? new Uint8Array()],
      ] as const)
        expect(await verifyInPool(key, bytes, signature)).toBe(verifySignature(key, bytes, signature))
      expect(await verifyInPool(publicJwk, bytes, p256)).toBe(true)
    }),
  )
})

test('the name of a key is the thumbprint of RFC 8037 appendix A.3', () => {
  expect(keyIdOf({ kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' })).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k')
})

test('a private key of another kind makes no signer', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  expect(() => createSigner(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString())).toThrow(/Ed25519/)
})
