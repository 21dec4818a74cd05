import { createPublicKey, type KeyObject } from 'node:crypto'
import type { PublicJwk } from '../../shared/contract/wire.ts'
import { weakKeyProblem } from '../../shared/domain/keys.ts'
import { createRecent } from './recent.ts'

/** A key takes 2.4 KiB once it is imported. */
const MOST_IMPORTED = 2_000

const imported = createRecent<KeyObject>(MOST_IMPORTED)

const nameOf = (jwk: PublicJwk): string => (jwk.kty === 'OKP' ? jwk.x : `${jwk.x}.${jwk.y}`)

/** The key to check signatures with; `null` for a weak one, and for what is no key. Those used lately are remembered. */
export function publicKeyOf(jwk: PublicJwk): KeyObject | null {
  const name = nameOf(jwk)
  const known = imported.get(name)
  if (known) return known
  if (weakKeyProblem(jwk)) return null
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' })
    imported.set(name, key)
    return key
  } catch {
    return null
  }
}
