import { WindfallError, messageOf } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { GuardedFetch } from '../../kernel/guarded-fetch.ts'
import { retryAfterMs } from '../../kernel/http-client.ts'
import { signWebhook } from '../../kernel/webhook-signature.ts'
import type { Delivery } from './deliveries.store.ts'
import type { Answer } from './outcome.ts'
import type { Sealing } from './sealing.ts'
import type { Webhook } from './webhooks.store.ts'

export interface SendingDeps {
  readonly clock: Pick<Clock, 'now'>
  readonly fetch: GuardedFetch
  readonly sealing: Pick<Sealing, 'open'>
  /** Of Windfall. */
  readonly version: string
}

const sealedElsewhere: Answer = {
  status: null,
  reason: 'Its secret was kept with keys that this coordinator no longer has. Remove this webhook and add it again.',
  pauseMs: 0,
}

const wordsFor = (status: number): string | null => {
  if (status >= 200 && status <= 299) return null
  return status >= 300 && status <= 399 ? `It answered ${status}, and redirects are not followed.` : `It answered ${status}.`
}

/** Sends one message, signed, once. What the receiver says beyond its status is not kept. Rejects with the abort reason if `signal` aborts, or has: then nothing is sent. */
export async function sendMessage(
  { clock, fetch, sealing, version }: SendingDeps,
  { webhook, delivery }: { readonly webhook: Webhook; readonly delivery: Delivery },
  signal: AbortSignal,
): Promise<Answer> {
  signal.throwIfAborted()
  const secret = sealing.open(webhook.webhookId, webhook.secret)
  if (secret === null) return sealedElsewhere
  const { deliveryId: id, body } = delivery
  const timestamp = String(Math.floor(clock.now() / 1_000))
  const headers = {
    'content-type': 'application/json',
    'user-agent': `Windfall/${version}`,
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signWebhook(secret, { id, timestamp, body }),
  }
  try {
    const { status, headers: answered } = await fetch({ url: webhook.url, headers, body: Buffer.from(body), signal })
    return { status, reason: wordsFor(status), pauseMs: retryAfterMs(answered['retry-after'], clock.now()) }
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof WindfallError)) throw error
    return { status: null, reason: messageOf(error).slice(0, 300), pauseMs: 0 }
  }
}
