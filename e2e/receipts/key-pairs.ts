import { createECDH, createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto'
import type { PublicJwk } from '../../shared/contract/wire.ts'
import { keyIdOf } from '../../main/kernel/signing.ts'

export interface KeyPair {
  readonly jwk: PublicJwk
  readonly keyId: string
  readonly sign: (bytes: Uint8Array) => Buffer
}

const pairOf = (jwk: PublicJwk, key: KeyObject): KeyPair => ({
  jwk,
  keyId: keyIdOf(jwk),
  sign: (bytes) => (jwk.kty === 'OKP' ? sign(null, bytes, key) : sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' })),
})

/** What precedes the 32 secret bytes of an Ed25519 key in PKCS #8: RFC 8410 §7. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')

/** Always the same key for the same seed. */
export function keyPair(kty: PublicJwk['kty'], seed: string): KeyPair {
  const secret = createHash('sha256').update(`${kty} ${seed}`).digest()
  if (kty === 'OKP') {
    const key = createPrivateKey({ key: Buffer.concat([PKCS8, secret]), format: 'der', type: 'pkcs8' })
    return pairOf({ kty, crv: 'Ed25519', x: String(key.export({ format: 'jwk' }).x) }, key)
  }
  const curve = createECDH('prime256v1')
  curve.setPrivateKey(secret)
  const point = curve.getPublicKey()
  const jwk = { kty, crv: 'P-256', x: point.toString('base64url', 1, 33), y: point.toString('base64url', 33) } as const
  return pairOf(jwk, createPrivateKey({ key: { ...jwk, d: secret.toString('base64url') }, format: 'jwk' }))
}
