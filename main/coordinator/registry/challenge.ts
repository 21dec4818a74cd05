import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'
import { sha256Hex } from '../../kernel/signing.ts'

/** How long a new node has to answer. */
export const CHALLENGE_TTL_MS = 300_000
const NONCE_BYTES = 16

/** A challenge that was issued here. */
export interface Issued {
  /** The same for every spelling of its bytes. */
  readonly sha256: string
  /** Epoch ms. */
  readonly expiresAt: number
}

export interface Challenges {
  readonly issue: (keyId: string) => { readonly challenge: string; readonly expiresAt: number }
  /** `null` unless it was issued to `keyId`, by any coordinator with this key, and has not expired. */
  readonly read: (keyId: string, challenge: string) => Issued | null
}

export interface ChallengeDeps {
  readonly now: () => number
  readonly random: (bytes: number) => Uint8Array
  /** Known to all coordinators of one database and to nobody else. */
  readonly key: Uint8Array
}

/** Challenges that carry their own proof of origin, so that asking for one costs no memory: `nonce ‖ expiry ‖ HMAC-SHA256`. */
export function createChallenges({ now, random, key }: ChallengeDeps): Challenges {
  // Made a key object once: a key of bytes is taken for one anew with every seal, which takes six times as long as the seal.
  const sealing = createSecretKey(key)
  const seal = (keyId: string, head: Uint8Array): Buffer => createHmac('sha256', sealing).update(keyId).update(head).digest()
  return {
    issue(keyId) {
      const expiresAt = now() + CHALLENGE_TTL_MS
      const head = Buffer.alloc(NONCE_BYTES + 8)
      head.set(random(NONCE_BYTES))
      head.writeBigUInt64BE(BigInt(expiresAt), NONCE_BYTES)
      return { challenge: Buffer.concat([head, seal(keyId, head)]).toString('base64'), expiresAt }
    },
    read(keyId, challenge) {
      const bytes = Buffer.from(challenge, 'base64')
      const head = bytes.subarray(0, NONCE_BYTES + 8)
      const seen = bytes.subarray(NONCE_BYTES + 8)
      if (bytes.length !== NONCE_BYTES + 40 || !timingSafeEqual(seal(keyId, head), seen)) return null
      const expiresAt = Number(head.readBigUInt64BE(NONCE_BYTES))
      return expiresAt > now() ? { sha256: sha256Hex(bytes), expiresAt } : null
    },
  }
}
