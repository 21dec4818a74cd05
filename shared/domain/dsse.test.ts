import { expect, test } from 'vitest'
import { preAuthEncoding, signEnvelope, unpackEnvelope } from './dsse.ts'
import { decodeUtf8, encodeUtf8 } from './encoding.ts'
import { testCrypto, testNode } from './receipt-bundle.fake.ts'

const TYPE = 'http://example.com/HelloWorld'

test('the pre-authentication encoding of the DSSE specification', () => {
  expect(decodeUtf8(preAuthEncoding(TYPE, encodeUtf8('hello world')))).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world')
  expect(decodeUtf8(preAuthEncoding('é', encodeUtf8('₂')))).toBe('DSSEv1 2 é 3 ₂')
})

test('what was signed comes out again, and the signature covers body and type', async () => {
  const opened = unpackEnvelope(await signEnvelope(TYPE, encodeUtf8('hello world'), testNode), TYPE)
  if (typeof opened === 'string') throw new Error(opened)
  expect(decodeUtf8(opened.body)).toBe('hello world')
  expect(opened.keyId).toBe(testNode.keyId)
  expect(await testCrypto.verify(testNode.publicJwk, opened.signedBytes, opened.signature)).toBe(true)
  expect(await testCrypto.verify(testNode.publicJwk, preAuthEncoding('other', opened.body), opened.signature)).toBe(false)
})

test('another type, a second signature, loose base64 and a long body are refused in words', async () => {
  const envelope = await signEnvelope(TYPE, encodeUtf8('hello worlds'), testNode)
  expect(unpackEnvelope(envelope, 'text/plain')).toMatch(/type/)
  expect(unpackEnvelope({ ...envelope, signatures: [...envelope.signatures, ...envelope.signatures] }, TYPE)).toMatch(/2 signatures/)
  expect(unpackEnvelope({ ...envelope, payload: 'Zh==' }, TYPE)).toMatch(/canonical/)
  expect(unpackEnvelope(envelope, TYPE, 11)).toMatch(/longer than 11/)
})
