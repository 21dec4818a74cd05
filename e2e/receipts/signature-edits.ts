/** Other encodings of a signature and of its key, and signatures that a careless verifier takes. */
import { SMALL_ORDER_KEYS, SMALL_ORDER_SIGNATURES } from '../../shared/domain/weak-keys.fake.ts'
import type { Dice } from './dice.ts'
import type { SealedBundle } from './seal.ts'

const L = 2n ** 252n + 27742317777372353535851937790883648493n
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const P = 2n ** 255n - 19n

const toNumber = (bytes: Uint8Array, little: boolean): bigint => BigInt(`0x${Buffer.from(little ? bytes.toReversed() : bytes).toString('hex') || '0'}`)
function toBytes(value: bigint, little: boolean): Buffer {
  const bytes = Buffer.from((value & (2n ** 256n - 1n)).toString(16).padStart(64, '0'), 'hex')
  return little ? Buffer.from(bytes.toReversed()) : bytes
}

const half = (signature: Buffer, which: 0 | 1): Buffer => signature.subarray(which * 32, which * 32 + 32)
const withS = (signature: Buffer, change: (s: bigint) => bigint, little: boolean): Buffer =>
  Buffer.concat([half(signature, 0), toBytes(change(toNumber(half(signature, 1), little)), little)])
const integer = (bytes: Buffer): Buffer => Buffer.concat([Uint8Array.of(2, bytes.length + 1, 0), bytes])

export const SIGNATURE_EDITS: Readonly<Record<string, (signature: Buffer, dice: Dice) => Buffer>> = {
  's + L': (signature) => withS(signature, (s) => s + L, true),
  'n − s': (signature) => withS(signature, (s) => N - s, false),
  's + n': (signature) => withS(signature, (s) => s + N, false),
  '−s mod L': (signature) => withS(signature, (s) => (L - s) % L, true),
  's = 0': (signature) => Buffer.concat([half(signature, 0), Buffer.alloc(32)]),
  's = n': (signature) => Buffer.concat([half(signature, 0), toBytes(N, false)]),
  'r = 0': (signature) => Buffer.concat([Buffer.alloc(32), half(signature, 1)]),
  'r + p': (signature) => Buffer.concat([toBytes(toNumber(half(signature, 0), true) + P, true), half(signature, 1)]),
  'the sign of R': (signature) => Buffer.concat([signature.subarray(0, 31), Uint8Array.of((signature[31] ?? 0) ^ 0x80), half(signature, 1)]),
  'halves swapped': (signature) => Buffer.concat([half(signature, 1), half(signature, 0)]),
  'of small order': (_, dice) => Buffer.from(dice.pick(SMALL_ORDER_SIGNATURES)),
  nothing: () => Buffer.alloc(64),
  none: () => Buffer.alloc(0),
  short: (signature) => signature.subarray(0, 63),
  long: (signature) => Buffer.concat([signature, Uint8Array.of(0)]),
  DER: (signature) => Buffer.concat([Uint8Array.of(0x30, 70), integer(half(signature, 0)), integer(half(signature, 1))]),
  'a bit of it': (signature, dice) => {
    const changed = Buffer.from(signature)
    const at = dice.below(changed.length)
    changed[at] = (changed[at] ?? 0) ^ (1 << dice.below(8))
    return changed
  },
}

type Jwk = SealedBundle['keys'][number]

const coordinate = (text: string, change: (value: bigint) => bigint, little: boolean): string =>
  toBytes(change(toNumber(Buffer.from(text, 'base64url'), little)), little).toString('base64url')

export const KEY_EDITS: Readonly<Record<string, (jwk: Jwk, dice: Dice) => Jwk>> = {
  'of small order': (_, dice) => dice.pick(SMALL_ORDER_KEYS),
  'another point': (jwk) => ({ ...jwk, x: coordinate(jwk.x, (x) => x + 1n, jwk.kty === 'OKP') }),
  'the sign of x': (jwk) => ({ ...jwk, x: coordinate(jwk.x, (x) => x ^ (1n << 255n), true) }),
  'not canonical': (jwk) => ({ ...jwk, x: coordinate(jwk.x, () => 2n ** 255n - 2n, true) }),
  'another y': (jwk) => (jwk.kty === 'EC' ? { ...jwk, y: coordinate(jwk.y, (y) => -y, false) } : { ...jwk, x: jwk.x.toLowerCase() }),
  'unused bits': (jwk) => ({ ...jwk, x: `${jwk.x.slice(0, -1)}${String.fromCharCode(jwk.x.charCodeAt(42) + 1)}` }),
  short: (jwk) => ({ ...jwk, x: jwk.x.slice(1) }),
  padded: (jwk) => ({ ...jwk, x: `${jwk.x}=` }),
  'of the other kind': (jwk) => ({ ...jwk, kty: jwk.kty === 'EC' ? 'OKP' : 'EC' }) as Jwk,
  'with another member': (jwk) => ({ ...jwk, kid: 'x' }),
}
