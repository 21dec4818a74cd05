import { createHmac, timingSafeEqual } from 'node:crypto'

/** As the Standard Webhooks specification 1.0 writes a symmetric secret. */
const SECRET = /^whsec_([A-Za-z0-9+/]{32,86}={0,2})$/
/** A message that is older or newer is not believed: somebody may have kept it. */
const TOLERANCE_S = 300

export interface SignedMessage {
  /** `webhook-id` */
  readonly id: string
  /** `webhook-timestamp`, seconds since the epoch in decimal text. */
  readonly timestamp: string
  /** The body, to the byte. */
  readonly body: string
}

/** A secret that nobody could guess, from 32 random bytes. */
export const webhookSecret = (random: (bytes: number) => Uint8Array): string => `whsec_${Buffer.from(random(32)).toString('base64')}`

/** HMAC-SHA256 over `id.timestamp.body`, `v1,` and base64 (Standard Webhooks 1.0, “Symmetric”). Throws `RangeError` for a secret that is none. */
export function signWebhook(secret: string, { id, timestamp, body }: SignedMessage): string {
  const [, key] = SECRET.exec(secret) ?? []
  if (key === undefined) throw new RangeError('a webhook secret begins with whsec_ and goes on in base64')
  return `v1,${createHmac('sha256', Buffer.from(key, 'base64')).update(`${id}.${timestamp}.${body}`).digest('base64')}`
}

const isSame = (a: string, b: string): boolean => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))

/**
 * What is wrong with a message that says it is from who knows the secret; `null` if nothing is. `signatures`: the header `webhook-signature`, several
 * with spaces between them; `now`: epoch ms. Throws `RangeError` for a secret that is none.
 */
export function doubtAbout(message: SignedMessage & { readonly signatures: string }, secret: string, now: number): 'signature' | 'age' | null {
  const expected = signWebhook(secret, message)
  if (!message.signatures.split(' ').some((signature) => isSame(signature, expected))) return 'signature'
  const isFresh = /^\d{1,12}$/.test(message.timestamp) && Math.abs(now / 1_000 - Number(message.timestamp)) <= TOLERANCE_S
  return isFresh ? null : 'age'
}
