import type { PublicJwk } from '../../shared/contract/wire.ts'
import type { VerifyPort } from '../../shared/domain/keys.ts'

const ED25519 = { name: 'Ed25519' } as const
const ES256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

const algorithmOf = (jwk: PublicJwk) => (jwk.kty === 'OKP' ? ED25519 : ES256)
// WebCrypto takes no views of shared memory, and the type of a plain Uint8Array cannot rule them out.
const owned = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes)

async function verify(jwk: PublicJwk, bytes: Uint8Array, signature: Uint8Array): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey('jwk', jwk, algorithmOf(jwk), false, ['verify'])
    return await crypto.subtle.verify(algorithmOf(jwk), key, owned(signature), owned(bytes))
  } catch {
    return false
  }
}

/** The cryptography of receipt checks, by the browser. Needs a secure context: https, localhost, or our own scheme in the desktop window. */
export const browserVerifyPort: VerifyPort = {
  sha256: async (bytes) => new Uint8Array(await crypto.subtle.digest('SHA-256', owned(bytes))),
  verify,
}
