import type { Clock } from '../../kernel/clock.ts'
import { SIGNATURE_MAX_AGE_S } from '../../kernel/http-signature.ts'

/** As long as a signature that carries a nonce could still be fresh, for clocks that differ either way. */
const KEEP_MS = 2 * SIGNATURE_MAX_AGE_S * 1000 + 1_000
/** More than a node may ask in that time; 1.5 MB at most for each, and nothing of a node that is quiet. */
const MOST_PER_KEY = 16_384

function forget(seen: Map<string, number>, now: number): void {
  for (const [nonce, at] of seen) {
    if (now - at < KEEP_MS) break
    seen.delete(nonce)
  }
}

export type NonceVerdict = 'new' | 'seen' | 'too-many'

/**
 * Remembers nonces for as long as a signature that carries one could still be fresh. Each key has room of its own, so that nobody can make the nonces of
 * another be forgotten; one that has used up its room is refused more, since forgetting its oldest would let them come again.
 */
export function createNonces(clock: Pick<Clock, 'monotonic'>, most = MOST_PER_KEY): (keyId: string, nonce: string) => NonceVerdict {
  // Both in order of use: what comes first is what is forgotten first.
  const byKey = new Map<string, Map<string, number>>()
  const forgetQuiet = (now: number): void => {
    for (const [keyId, seen] of byKey) {
      forget(seen, now)
      if (seen.size > 0) break
      byKey.delete(keyId)
    }
  }
  return (keyId, nonce) => {
    const now = clock.monotonic()
    forgetQuiet(now)
    const seen = byKey.get(keyId) ?? new Map<string, number>()
    forget(seen, now)
    if (seen.has(nonce)) return 'seen'
    if (seen.size >= most) return 'too-many'
    seen.set(nonce, now)
    byKey.delete(keyId)
    byKey.set(keyId, seen)
    return 'new'
  }
}
