import { expect, test } from 'vitest'
import type { PublicJwk } from '../../shared/contract/wire.ts'
import { keyIdOf, type VerifyPort } from '../../shared/domain/keys.ts'
import { serializeBundle } from '../../shared/domain/open-bundle.ts'
import { testBundle, testCrypto, testLogKey, testNode, testProof, testReceiptKey } from '../../shared/domain/receipt-bundle.fake.ts'
import { verifyReceipt } from '../../shared/domain/verify-receipt.ts'
import { keyIdOf as signerKeyIdOf } from './signing.ts'
import { nodeVerifyPort } from './verify-port.ts'

const message = new TextEncoder().encode('any message at all')

// With the identity as key and as R, and s = 0, the equation holds for every message. OpenSSL 3.0 accepts it, 3.5 does not.
test('a proof signed by the universal forgery is refused, whatever the platform thinks of the signature', async () => {
  const publicJwk: PublicJwk = { kty: 'OKP', crv: 'Ed25519', x: `AQ${'A'.repeat(41)}` }
  const forger = { publicJwk, keyId: signerKeyIdOf(publicJwk), sign: async () => new Uint8Array(64).with(0, 1) }
  const bundle = await testBundle({ node: forger, proofs: [testProof({ nodeId: forger.keyId })] })
  const lenient: VerifyPort = {
    ...nodeVerifyPort,
    verify: async (jwk, bytes, signature) => jwk.x === publicJwk.x || nodeVerifyPort.verify(jwk, bytes, signature),
  }
  for (const crypto of [nodeVerifyPort, lenient]) expect(await verifyReceipt(bundle, { crypto })).toMatchObject({ valid: false, failedStep: 'envelope' })
})

test('Node and WebCrypto agree on a receipt, on hashes and on the names of keys', async () => {
  const file = serializeBundle(await testBundle())
  const options = { pinnedKeys: [testReceiptKey.keyId, testLogKey.keyId] }
  expect(await verifyReceipt(file, { ...options, crypto: nodeVerifyPort })).toEqual(await verifyReceipt(file, { ...options, crypto: testCrypto }))
  expect(await keyIdOf(testNode.publicJwk, nodeVerifyPort.sha256)).toBe(signerKeyIdOf(testNode.publicJwk))
})

test('a broken key or signature is false, not a crash', async () => {
  expect(await nodeVerifyPort.verify({ kty: 'OKP', crv: 'Ed25519', x: 'no key' }, message, new Uint8Array(64))).toBe(false)
  expect(await nodeVerifyPort.verify(testNode.publicJwk, message, new Uint8Array(3))).toBe(false)
})
