/** The keys a person trusts, in the forms in which such keys are handed around. */
import { z } from 'zod'
import { PublicJwk } from '../contract/wire.ts'

// JWK files often name use, kid or alg as well; only the key itself counts.
const LooseJwk = z.union([
  z.looseObject({ kty: z.literal('OKP'), crv: z.unknown(), x: z.unknown() }).transform(({ kty, crv, x }) => ({ kty, crv, x })),
  z.looseObject({ kty: z.literal('EC'), crv: z.unknown(), x: z.unknown(), y: z.unknown() }).transform(({ kty, crv, x, y }) => ({ kty, crv, x, y })),
])
const Jwk = LooseJwk.pipe(PublicJwk)

const Keys = z.union([
  z.looseObject({ receiptKey: Jwk, logKey: Jwk }).transform(({ receiptKey, logKey }) => [receiptKey, logKey]),
  Jwk.transform((jwk) => [jwk]),
])

/**
 * The public keys in a text: one JWK, or what a coordinator answers at `/v1/keys`, whose receipt key comes first. `null` if it holds none, or one that is neither Ed25519 nor P-256.
 */
export function readPinnedKeys(text: string): readonly PublicJwk[] | null {
  try {
    return Keys.parse(JSON.parse(text))
  } catch {
    return null
  }
}
