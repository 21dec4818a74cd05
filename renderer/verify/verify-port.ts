import { ed25519 } from '@noble/curves/ed25519'
import { p256 } from '@noble/curves/nist'
import { sha256, sha512 } from '@noble/hashes/sha2'
import type { PublicJwk } from '../../shared/contract/wire.ts'
import { concatBytes, decodeBase64Url, equalBytes } from '../../shared/domain/encoding.ts'
import type { VerifyPort } from '../../shared/domain/keys.ts'
import { browserVerifyPort } from '../lib/verify-port.ts'

const { Point } = ed25519
const ORDER = Point.Fn.ORDER

const littleEndian = (bytes: Uint8Array): bigint => bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)

/** RFC 8032 §5.1.7 without the cofactor, as the browser's own does it; the library's check multiplies by the cofactor and so holds for more. */
function verifyEd25519(key: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  const [r, s] = [signature.subarray(0, 32), littleEndian(signature.subarray(32))]
  if (signature.length !== 64 || s >= ORDER) return false
  const k = littleEndian(sha512(concatBytes(r, key, bytes))) % ORDER
  const point = Point.BASE.multiplyUnsafe(s).subtract(Point.fromHex(key).multiplyUnsafe(k))
  return equalBytes(point.toBytes(), r)
}

const coordinate = (text: string): Uint8Array => decodeBase64Url(text) ?? new Uint8Array()

function verify(jwk: PublicJwk, bytes: Uint8Array, signature: Uint8Array): boolean {
  try {
    if (jwk.kty === 'OKP') return verifyEd25519(coordinate(jwk.x), bytes, signature)
    const key = concatBytes(Uint8Array.of(4), coordinate(jwk.x), coordinate(jwk.y))
    return signature.length === 64 && p256.verify(signature, sha256(bytes), key, { lowS: false })
  } catch {
    return false
  }
}

/** The cryptography of receipt checks in plain arithmetic: slower, and everywhere. */
export const plainVerifyPort: VerifyPort = {
  sha256: async (bytes) => sha256(bytes),
  verify: async (...signed) => verify(...signed),
}

/** A signature that holds: RFC 8032 §7.1, test 2. */
const KNOWN = {
  jwk: { kty: 'OKP', crv: 'Ed25519', x: 'PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw' },
  bytes: Uint8Array.of(0x72),
  signature: coordinate('kqAJqfDUyrhyDoILX2QlQKKye1QWUD-Ps3YiI-vbadoIWsHkPhWZbkWPNhPQ8R2MOHsurrQwKu6wDSkWErsMAA'),
} as const

/**
 * The browser's own cryptography if it has all that receipts need. Older browsers lack Ed25519, and a page that came over the network without
 * TLS has none at all.
 */
export async function chooseVerifyPort(own = browserVerifyPort): Promise<VerifyPort> {
  return (await own.verify(KNOWN.jwk, KNOWN.bytes, KNOWN.signature)) ? own : plainVerifyPort
}
