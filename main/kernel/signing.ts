import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, type KeyObject, sign, verify } from 'node:crypto'
import type { TpmEvidence } from '../../shared/contract/attestation.ts'
import { PublicJwk } from '../../shared/contract/wire.ts'
import { publicKeyOf } from './public-keys.ts'

/**
 * Signs bytes with one key. Nothing may depend on which signer is in use but `alg`, `keyId` and `evidence`. A node's signer stands for
 * the key that is current at each moment; `{ ...signer }` holds on to the one that is current now.
 */
export interface Signer {
  readonly alg: 'EdDSA' | 'ES256'
  /** RFC 7638 SHA-256 thumbprint of the public JWK, base64url. */
  readonly keyId: string
  readonly publicJwk: PublicJwk
  readonly evidence: 'software' | 'tpm'
  readonly sign: (bytes: Uint8Array) => Promise<Uint8Array>
  /** Lets the hardware that keeps the key answer for it; missing where there is none. Fails as `sign` does. */
  readonly attest?: ((nonce: Uint8Array) => Promise<TpmEvidence>) | undefined
}

/** RFC 7638: members in lexicographic order, no white space. */
export function keyIdOf(jwk: PublicJwk): string {
  const canonical = jwk.kty === 'OKP' ? { crv: jwk.crv, kty: jwk.kty, x: jwk.x } : { crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y }
  return hash('sha256', JSON.stringify(canonical), 'base64url')
}

export const sha256Hex = (bytes: Uint8Array | string): string => hash('sha256', bytes, 'hex')

/** An Ed25519 signer over a PKCS #8 PEM, as {@link generateKeyPem} makes it. Throws for any other text. */
export function createSigner(pem: string): Signer {
  const key = createPrivateKey(pem)
  if (key.asymmetricKeyType !== 'ed25519') throw new TypeError(`expected an Ed25519 key, not ${key.asymmetricKeyType}`)
  const publicJwk = PublicJwk.parse(createPublicKey(key).export({ format: 'jwk' }))
  return { alg: 'EdDSA', keyId: keyIdOf(publicJwk), publicJwk, evidence: 'software', sign: async (bytes) => sign(null, bytes, key) }
}

export const generateKeyPem = (): string => generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()

/** What node:crypto takes for each kind of key: raw Ed25519 (RFC 8032), or r‖s for P-256. */
const withKey = ({ kty }: PublicJwk, key: KeyObject) =>
  kty === 'OKP' ? ({ algorithm: null, key } as const) : ({ algorithm: 'sha256', key: { key, dsaEncoding: 'ieee-p1363' } } as const)

/**
 * True if `signature` (raw Ed25519, or r‖s for P-256) over `bytes` was made by `jwk`. A weak key is refused before the signature is
 * looked at: with a key of small order, one signature holds for every message.
 */
export function verifySignature(jwk: PublicJwk, bytes: Uint8Array, signature: Uint8Array): boolean {
  const known = publicKeyOf(jwk)
  if (!known) return false
  const { algorithm, key } = withKey(jwk, known)
  try {
    return verify(algorithm, bytes, key, signature)
  } catch {
    return false
  }
}

/** {@link verifySignature} in the thread pool, so that many signatures are checked on every core while this thread does something else. Never rejects. */
export function verifyInPool(jwk: PublicJwk, bytes: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const known = publicKeyOf(jwk)
  if (!known) return Promise.resolve(false)
  const { algorithm, key } = withKey(jwk, known)
  return new Promise((resolve) => {
    try {
      verify(algorithm, bytes, key, signature, (error, holds) => resolve(error === null && holds))
    } catch {
      resolve(false)
    }
  })
}
