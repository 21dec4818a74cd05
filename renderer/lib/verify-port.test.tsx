import { expect, test } from 'vitest'
import type { PublicJwk } from '../../shared/contract/wire.ts'
import { encodeHex } from '../../shared/domain/encoding.ts'
import { serializeBundle } from '../../shared/domain/open-bundle.ts'
import { createTestSigner, testBundle, testLogKey, testNode, testProof, testReceiptKey } from '../../shared/domain/receipt-bundle.fake.ts'
import { verifyReceipt } from '../../shared/domain/verify-receipt.ts'
import { browserVerifyPort } from './verify-port.ts'

const options = { crypto: browserVerifyPort, pinnedKeys: [testReceiptKey.keyId, testLogKey.keyId] }

test('the browser verifies a receipt by itself, and notices a changed byte', async () => {
  const file = serializeBundle(await testBundle())
  expect(await verifyReceipt(file, options)).toMatchObject({ valid: true })
  expect(await verifyReceipt(file.with(200, (file[200] ?? 0) ^ 1), options)).toMatchObject({ valid: false, failedStep: 'envelope' })
})

test('the browser verifies a node key on P-256', async () => {
  // RFC 7515 appendix A.3.
  const jwk: PublicJwk = { kty: 'EC', crv: 'P-256', x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU', y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0' }
  const node = await createTestSigner(jwk, 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI')
  expect(await verifyReceipt(serializeBundle(await testBundle({ node, proofs: [testProof({ nodeId: node.keyId })] })), options)).toMatchObject({ valid: true })
})

test('hashes are SHA-256, and a broken signature is false, not a crash', async () => {
  expect(encodeHex(await browserVerifyPort.sha256(new TextEncoder().encode('abc')))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  expect(await browserVerifyPort.verify(testNode.publicJwk, new Uint8Array(3), new Uint8Array(3))).toBe(false)
  expect(await browserVerifyPort.verify({ kty: 'OKP', crv: 'Ed25519', x: 'no key' }, new Uint8Array(3), new Uint8Array(64))).toBe(false)
})
