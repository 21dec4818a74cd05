import { createHmac, timingSafeEqual } from 'node:crypto'

/** How long a new node has to answer. */
export const CHALLENGE_TTL_MS = 300_000
const NONCE_BYTES = 16

export interface Challenges {
  readonly issue: (keyId: string) => { readonly challenge: string; readonly expiresAt: number }
  /** True once for each challenge that was issued to `keyId` and has not expired. */
  readonly redeem: (keyId: string, challenge: string) => boolean
}

export interface ChallengeDeps {
  readonly now: () => number
  readonly random: (bytes: number) => Uint8Array
}

/**
 * Challenges that carry their own proof of origin, so that asking for one costs no memory: `nonce ‖ expiry ‖ HMAC-SHA256`.
 * Only redeemed ones are remembered, until they expire. The secret lives as long as the process, and so does the memory.
 */
export function createChallenges({ now, random }: ChallengeDeps): Challenges {
  const secret = random(32)
  const used = new Map<string, number>()
  const seal = (keyId: string, head: Uint8Array): Buffer => createHmac('sha256', secret).update(keyId).update(head).digest()
  const forget = () => {
    for (const [challenge, expiresAt] of used) if (expiresAt <= now()) used.delete(challenge)
  }
  return {
    issue(keyId) {
      const expiresAt = now() + CHALLENGE_TTL_MS
      const head = Buffer.alloc(NONCE_BYTES + 8)
      head.set(random(NONCE_BYTES))
      head.writeBigUInt64BE(BigInt(expiresAt), NONCE_BYTES)
      return { challenge: Buffer.concat([head, seal(keyId, head)]).toString('base64'), expiresAt }
    },
    redeem(keyId, challenge) {
      forget()
      const bytes = Buffer.from(challenge, 'base64')
      const head = bytes.subarray(0, NONCE_BYTES + 8)
      const seen = bytes.subarray(NONCE_BYTES + 8)
      if (bytes.length !== NONCE_BYTES + 40 || !timingSafeEqual(seal(keyId, head), seen)) return false
      const expiresAt = Number(head.readBigUInt64BE(NONCE_BYTES))
      // Keyed by the bytes: the same challenge in another base64 spelling is still the same challenge.
      const name = bytes.toString('hex')
      if (expiresAt <= now() || used.has(name)) return false
      used.set(name, expiresAt)
      return true
    },
  }
}
