import { expect, test } from 'vitest'
import { readPinnedKeys } from './pinned-keys.ts'
import { testLogKey, testNextKeys, testReceiptKey } from './receipt-bundle.fake.ts'

const [receiptKey, logKey, ec] = [testReceiptKey.publicJwk, testLogKey.publicJwk, testNextKeys[1].publicJwk]

test.each([
  ['a JWK', receiptKey, [receiptKey]],
  ['a JWK of the other kind', ec, [ec]],
  ['a JWK with more members', { ...receiptKey, kid: 'a', use: 'sig', alg: 'EdDSA' }, [receiptKey]],
  ['what a coordinator publishes', { logKey, receiptKey, network: 'x' }, [receiptKey, logKey]],
])('%s holds keys', (_, value, keys) => {
  expect(readPinnedKeys(JSON.stringify(value))).toEqual(keys)
})

test.each(['', 'no JSON', '{}', '[]', 'null', '{"kty":"RSA","n":"x"}', '{"kty":"OKP","crv":"X25519","x":"x"}', JSON.stringify({ receiptKey })])(
  '%j holds none',
  (text) => {
    expect(readPinnedKeys(text)).toBeNull()
  },
)
