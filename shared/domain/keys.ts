/** Public keys: their name, and which of them may be trusted with a signature at all. */
import type { PublicJwk } from '../contract/wire.ts'
import { decodeBase64Url, encodeBase64Url, encodeUtf8 } from './encoding.ts'

/** The cryptography a check needs; Node and the browser each bring their own. */
export interface VerifyPort {
  readonly sha256: (bytes: Uint8Array) => Promise<Uint8Array>
  /** True if `signature` (raw Ed25519, or r‖s of ECDSA P-256 with SHA-256) over `bytes` was made by `jwk`. Never throws. */
  readonly verify: (jwk: PublicJwk, bytes: Uint8Array, signature: Uint8Array) => Promise<boolean>
}

/** RFC 7638 SHA-256 thumbprint, base64url: members in lexicographic order, no white space. */
export async function keyIdOf(jwk: PublicJwk, sha256: VerifyPort['sha256']): Promise<string> {
  const canonical = jwk.kty === 'OKP' ? { crv: jwk.crv, kty: jwk.kty, x: jwk.x } : { crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y }
  return encodeBase64Url(await sha256(encodeUtf8(JSON.stringify(canonical))))
}

const mod = (value: bigint, modulus: bigint): bigint => ((value % modulus) + modulus) % modulus

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let factor = mod(base, modulus)
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * factor) % modulus
    factor = (factor * factor) % modulus
  }
  return result
}

const bigEndian = (bytes: Uint8Array): bigint => bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n)

// Curve constants: RFC 8032 §5.1.
const P25519 = 2n ** 255n - 19n
const D25519 = mod(-121665n * power(121666n, P25519 - 2n, P25519), P25519)
const Y_MASK = 2n ** 255n - 1n

/**
 * The y coordinates of the eight points whose order divides 8. A signature by such a key can hold for every message:
 * with the identity as key and R, and s = 0, many verifiers accept anything.
 */
const SMALL_ORDER_Y: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  P25519 - 1n,
  2707385501144840649318225287225658788936804267575313519463743609750303402022n,
  55188659117513257062467267217118295137698188065244968500265048394206261417927n,
])

function ed25519Problem(x: string): string | null {
  const bytes = decodeBase64Url(x)
  if (bytes?.length !== 32) return 'it is not 32 bytes of canonical base64url'
  const encoded = bigEndian(bytes.toReversed())
  const y = encoded & Y_MASK
  if (y >= P25519) return 'its encoding is not canonical'
  if (SMALL_ORDER_Y.has(y)) return 'it is a small-order point, with which anyone can sign anything'
  // x² = (y² − 1) / (d·y² + 1) has a root exactly if the point is on the curve; Euler's criterion, division by multiplying both.
  const square = (y * y) % P25519
  const ratio = mod((square - 1n) * (D25519 * square + 1n), P25519)
  return power(ratio, (P25519 - 1n) / 2n, P25519) === 1n ? null : 'it is not a point of the curve'
}

// Curve constants: FIPS 186-5 / SEC 2 secp256r1.
const P256 = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn
const B256 = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn

function p256Problem(x: string, y: string): string | null {
  const [xBytes, yBytes] = [decodeBase64Url(x), decodeBase64Url(y)]
  if (xBytes?.length !== 32 || yBytes?.length !== 32) return 'a coordinate is not 32 bytes of canonical base64url'
  const [px, py] = [bigEndian(xBytes), bigEndian(yBytes)]
  if (px >= P256 || py >= P256) return 'its encoding is not canonical'
  return mod(py * py - (px * px * px - 3n * px + B256), P256) === 0n ? null : 'it is not a point of the curve'
}

/** To find a key sound takes twice as long as to check a signature with it, and the same keys sign again and again: 5 MB of names at most. */
const MOST_SOUND = 50_000
const sound = new Set<string>()

/**
 * Why a key must be refused before any signature is checked with it, or `null`: small order, off the curve,
 * or not the one canonical encoding of its point.
 */
export function weakKeyProblem(jwk: PublicJwk): string | null {
  const name = jwk.kty === 'OKP' ? `OKP ${jwk.x}` : `EC ${jwk.x} ${jwk.y}`
  if (sound.has(name)) return null
  const problem = jwk.kty === 'OKP' ? ed25519Problem(jwk.x) : p256Problem(jwk.x, jwk.y)
  if (problem !== null) return problem
  if (sound.size >= MOST_SOUND) sound.clear()
  sound.add(name)
  return null
}
