/** Keys that anyone can sign with, for tests of every border a foreign key crosses. */
import { concatBytes, encodeBase64Url } from './encoding.ts'

const fromHex = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))

/** Every encoding of the eight points of small order that a lenient decoder takes: https://eprint.iacr.org/2020/1244, tables 1 and 2. */
const ENCODINGS = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000080',
  '0000000000000000000000000000000000000000000000000000000000000000',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  '0100000000000000000000000000000000000000000000000000000000000080',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
].map(fromHex)

export const SMALL_ORDER_KEYS = ENCODINGS.map((bytes) => ({ kty: 'OKP', crv: 'Ed25519', x: encodeBase64Url(bytes) }) as const)

/** Signatures that hold for such a key, for all or for some messages, without knowing anything: R of small order, s = 0. */
export const SMALL_ORDER_SIGNATURES = ENCODINGS.map((bytes) => concatBytes(bytes, new Uint8Array(32)))
