import { expect, test } from 'vitest'
import { toBase58 } from './base58.ts'
import { encodeBase64Url } from './encoding.ts'
import { LINK_STATEMENT, countersignText, deviceUrn, signInParts, signInText } from './wallet-link.ts'

const FIELDS = {
  domain: 'coordinator.example',
  statement: LINK_STATEMENT,
  uri: 'https://coordinator.example/link',
  version: '1',
  chainId: 'mainnet',
  nonce: '6a0eb7481ea3aabb6a1febdd',
  issuedAt: '2026-11-21T04:34:17.157Z',
  expirationTime: '2026-11-21T04:44:17.157Z',
  requestId: 'link-7Q2M-XK4D',
  resources: ['urn:windfall:device:8FE27ioQh3T7o22QsYVT5Re8NnHFqmFNbdqwiF3ywuZQ'],
}
const ADDRESS = '4uQeVj5tqViQh7yWWGStvkEG1Zmhx6uasJtWCJziofM'

test('a wallet is asked to sign the text that wallets know, byte for byte', () => {
  expect(signInText(FIELDS, ADDRESS)).toBe(`coordinator.example wants you to sign in with your Solana account:
${ADDRESS}

Link this wallet to my Windfall rig. This does not move funds.

URI: https://coordinator.example/link
Version: 1
Chain ID: mainnet
Nonce: 6a0eb7481ea3aabb6a1febdd
Issued At: 2026-11-21T04:34:17.157Z
Expiration Time: 2026-11-21T04:44:17.157Z
Request ID: link-7Q2M-XK4D
Resources:
- urn:windfall:device:8FE27ioQh3T7o22QsYVT5Re8NnHFqmFNbdqwiF3ywuZQ`)
  const { head, tail } = signInParts(FIELDS)
  expect(head + ADDRESS + tail).toBe(signInText(FIELDS, ADDRESS))
})

test('a device is named after its key, of either kind', () => {
  const x = Uint8Array.from({ length: 32 }, (_, index) => index)
  const [even, odd] = [Uint8Array.from({ length: 32 }, () => 4), Uint8Array.from({ length: 32 }, () => 5)]
  expect(deviceUrn({ kty: 'OKP', crv: 'Ed25519', x: encodeBase64Url(x) })).toBe(`urn:windfall:device:${toBase58(x)}`)
  const named = [even, odd].map((y) => deviceUrn({ kty: 'EC', crv: 'P-256', x: encodeBase64Url(x), y: encodeBase64Url(y) }))
  expect(named).toEqual([2, 3].map((prefix) => `urn:windfall:device:${toBase58(Uint8Array.of(prefix, ...x))}`))
})

test('what a device signs holds for one attempt and one wallet', () => {
  const texts = [
    { linkId: 'link-1', address: ADDRESS },
    { linkId: 'link-2', address: ADDRESS },
    { linkId: 'link-1', address: `${ADDRESS}x` },
  ].map((pair) => new TextDecoder().decode(countersignText(pair)))
  expect(new Set(texts).size).toBe(3)
})
