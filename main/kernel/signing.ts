import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { PublicJwk } from '../../shared/contract/wire.ts'

/** Signs bytes with one key. Nothing may depend on which signer is in use but `alg`, `keyId` and `evidence`. */
export interface Signer {
  readonly alg: 'EdDSA' | 'ES256'
  /** RFC 7638 SHA-256 thumbprint of the public JWK, base64url. */
  readonly keyId: string
  readonly publicJwk: PublicJwk
  readonly evidence: 'software' | 'tpm'
  readonly sign: (bytes: Uint8Array) => Promise<Uint8Array>
}

/** RFC 7638: members in lexicographic order, no white space. */
export function keyIdOf(jwk: PublicJwk): string {
  const canonical = jwk.kty === 'OKP' ? { crv: jwk.crv, kty: jwk.kty, x: jwk.x } : { crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y }
  return createHash('sha256').update(JSON.stringify(canonical)).digest('base64url')
}

export const sha256Hex = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')

/** An Ed25519 signer over a PKCS #8 PEM, as {@link generateKeyPem} makes it. */
export function createSigner(pem: string): Signer {
  const key = createPrivateKey(pem)
  const publicJwk = PublicJwk.parse(createPublicKey(key).export({ format: 'jwk' }))
  return { alg: 'EdDSA', keyId: keyIdOf(publicJwk), publicJwk, evidence: 'software', sign: async (bytes) => sign(null, bytes, key) }
}

export const generateKeyPem = (): string => generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()

const keyObject = (jwk: PublicJwk): KeyObject => createPublicKey({ key: jwk, format: 'jwk' })

/** True if `signature` (raw Ed25519, or r‖s for P-256) over `bytes` was made by `jwk`. The key must have passed the weak-key check of `shared/domain/keys.ts`. */
export function verifySignature(jwk: PublicJwk, bytes: Uint8Array, signature: Uint8Array): boolean {
  try {
    return jwk.kty === 'OKP'
      ? verify(null, bytes, keyObject(jwk), signature)
      : verify('sha256', bytes, { key: keyObject(jwk), dsaEncoding: 'ieee-p1363' }, signature)
  } catch {
    return false
  }
}
