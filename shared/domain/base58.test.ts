import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromBase58, isAddress, toBase58 } from './base58.ts'

const text = (value: string) => new TextEncoder().encode(value)

test('known vectors', () => {
  // https://datatracker.ietf.org/doc/html/draft-msporny-base58-03 §5
  expect(toBase58(text('Hello World!'))).toBe('2NEpo7TZRRrLZSi2U')
  expect(toBase58(text('The quick brown fox jumps over the lazy dog.'))).toBe('USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z')
  expect(toBase58(Uint8Array.from([0, 0, 0x28, 0x7f, 0xb4, 0xcd]))).toBe('11233QC4')
  expect(toBase58(new Uint8Array(32))).toBe('11111111111111111111111111111111')
})

test('every byte string survives the round trip', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      expect(fromBase58(toBase58(bytes))).toEqual(bytes)
    }),
  )
})

test('letters that look alike are refused', () => {
  for (const bad of ['0', 'O', 'I', 'l', ' ', 'é']) expect(() => fromBase58(`abc${bad}`)).toThrow(RangeError)
  expect(() => fromBase58('z'.repeat(2_049))).toThrow(RangeError)
})

test('an address is exactly 32 bytes', () => {
  expect(isAddress('11111111111111111111111111111111')).toBe(true)
  expect(isAddress('1111111111111111111111111111111')).toBe(false)
  expect(isAddress('not base58 at all')).toBe(false)
})
