import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeBase64, decodeBase64Url, decodeUtf8, encodeBase64, encodeBase64Url, encodeHex, encodeUtf8 } from './encoding.ts'

test('the vectors of RFC 4648 §10', () => {
  const vectors = { '': '', f: 'Zg==', fo: 'Zm8=', foo: 'Zm9v', foob: 'Zm9vYg==', fooba: 'Zm9vYmE=', foobar: 'Zm9vYmFy' }
  for (const [text, encoded] of Object.entries(vectors)) {
    expect(encodeBase64(encodeUtf8(text))).toBe(encoded)
    expect(decodeUtf8(decodeBase64(encoded) ?? encodeUtf8('?'))).toBe(text)
  }
  expect(encodeHex(Uint8Array.of(0, 15, 255))).toBe('000fff')
})

test('bytes survive both alphabets', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes)
      expect(decodeBase64Url(encodeBase64Url(bytes))).toEqual(bytes)
      expect(encodeBase64Url(bytes)).not.toMatch(/[+/=]/)
    }),
  )
})

test('only one text is accepted for some bytes', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9+/]{0,9}={0,3}$/), (text) => {
      const bytes = decodeBase64(text)
      if (bytes) expect(encodeBase64(bytes)).toBe(text)
    }),
  )
  for (const text of ['Zh==', 'Zm9=', 'Zg', 'Z', 'Zg=', 'Zm9v\n', 'Zm9-', 'Zm9é', '====']) expect(decodeBase64(text)).toBeNull()
  for (const text of ['Zh', 'Z', 'Zg==', 'Zm9+', 'Zm9v ']) expect(decodeBase64Url(text)).toBeNull()
})

const urlSafe = (text: string): string =>
  text
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/={1,2}$/, '')

test('the engine’s own decoder, where there is one, accepts what the table accepts', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9+/]{0,12}={0,3}[ \n]?$/), (text) => {
      expect(decodeBase64(text)).toEqual(text.length % 4 === 0 ? decodeBase64Url(urlSafe(text)) : null)
    }),
  )
})

test('bytes that are not UTF-8 are refused, not repaired', () => {
  expect(decodeUtf8(Uint8Array.of(0xc3, 0x28))).toBeNull()
  expect(decodeUtf8(encodeUtf8('gCO₂e'))).toBe('gCO₂e')
})
