/** Webhooks: by which requesters hear of their jobs without asking, in the format of the Standard Webhooks specification 1.0. */
import { z } from 'zod'
import { call } from './define.ts'
import { Empty, http } from './http-binding.ts'
import { Id, IsoTime, PageRequest, pageOf } from './wire.ts'

/** What a webhook may be told. `job.held`: its result is proven and waits for others to agree. */
export const WebhookKind = z.enum([
  'job.running',
  'job.held',
  'job.completed',
  'job.failed',
  'job.expired',
  'job.cancelled',
  'array.cancelled',
  'receipt.issued',
  'deposit.credited',
  'deposit.held',
  'vault.funded',
  'vault.released',
  'webhook.disabled',
])
export type WebhookKind = z.infer<typeof WebhookKind>

/** What is sent; `webhook.test` comes when somebody asks for it. `data` holds ids and states, and is never all there is to know: ask for that by id. */
export const WebhookBody = z.strictObject({
  type: WebhookKind.or(z.literal('webhook.test')),
  timestamp: IsoTime,
  data: z.record(z.string(), z.string().nullable()),
})
export type WebhookBody = z.infer<typeof WebhookBody>

/** How many one account may have. */
export const MAX_WEBHOOKS = 5

/** `paused`: by its owner; what happens meanwhile waits. `disabled`: nothing has arrived for days, or the receiver asked for no more; what happens is not kept. */
export const WebhookState = z.enum(['active', 'paused', 'disabled'])
export type WebhookState = z.infer<typeof WebhookState>

export const WebhookView = z.strictObject({
  webhookId: Id,
  requesterId: Id,
  /** Only its host where somebody else's is looked at: a path may be a secret. */
  url: z.string().max(2_048),
  description: z.string().max(120),
  kinds: z.array(WebhookKind),
  state: WebhookState,
  /** Why it is disabled, or what last went wrong while something still does. */
  reason: z.string().max(300).nullable(),
  /** Since when nothing has arrived; `null` while all is well. */
  failingSince: IsoTime.nullable(),
  waiting: z.number().int().min(0),
  createdAt: IsoTime,
})
export type WebhookView = z.infer<typeof WebhookView>

export const DeliveryState = z.enum(['waiting', 'delivered', 'failed'])
export type DeliveryState = z.infer<typeof DeliveryState>

export const DeliveryView = z.strictObject({
  /** What is sent as `webhook-id`: the same each time, so that a receiver can tell what it has had. */
  deliveryId: Id,
  webhookId: Id,
  kind: WebhookBody.shape.type,
  state: DeliveryState,
  /** How often it was sent since it was last asked for. */
  attempts: z.number().int().min(0),
  createdAt: IsoTime,
  /** When it is sent next, at the earliest; `null` unless it waits. */
  nextAt: IsoTime.nullable(),
  lastAt: IsoTime.nullable(),
  /** What the receiver answered last; `null` if it never did. */
  lastStatus: z.number().int().min(100).max(999).nullable(),
  /** Why it has not arrived. */
  reason: z.string().max(300).nullable(),
})
export type DeliveryView = z.infer<typeof DeliveryView>

const one = { webhookId: Id }
const delivery = { ...one, deliveryId: Id }

export const webhookCalls = {
  addWebhook: call(
    z.strictObject({
      ...one,
      url: z.string().min(1).max(2_048),
      kinds: z
        .array(WebhookKind)
        .min(1)
        .max(WebhookKind.options.length)
        .refine((kinds) => new Set(kinds).size === kinds.length, 'names a kind twice'),
      description: z.string().max(120).default(''),
    }),
    z.strictObject({ webhook: WebhookView, secret: z.string().max(100) }),
    http(
      'POST',
      '/v1/webhooks',
      'webhooks.write',
      'Be told of what happens to your jobs at an https address; the secret by which you know us is shown this once',
    ),
  ),
  listWebhooks: call(
    PageRequest.extend({ limit: z.coerce.number().int().min(1).max(200).default(50) }),
    pageOf(WebhookView),
    http('GET', '/v1/webhooks', 'webhooks.read', 'Your webhooks, newest first; for operators those of everybody'),
  ),
  getWebhook: call(z.strictObject(one), WebhookView, http('GET', '/v1/webhooks/{webhookId}', 'webhooks.read', 'One webhook and how it does')),
  testWebhook: call(
    z.strictObject(one),
    DeliveryView,
    http('POST', '/v1/webhooks/{webhookId}/test', 'webhooks.write', 'Send a message of the kind webhook.test, once'),
  ),
  pauseWebhook: call(
    z.strictObject(one),
    WebhookView,
    http('POST', '/v1/webhooks/{webhookId}/pause', 'webhooks.write', 'Send nothing for now; what happens meanwhile waits. Repeating it is harmless'),
  ),
  resumeWebhook: call(
    z.strictObject(one),
    WebhookView,
    http('POST', '/v1/webhooks/{webhookId}/resume', 'webhooks.write', 'Send again, also to a webhook that was disabled. Repeating it is harmless'),
  ),
  removeWebhook: call(
    z.strictObject(one),
    Empty,
    http('POST', '/v1/webhooks/{webhookId}/remove', 'webhooks.write', 'Forget a webhook, its secret and what it was sent. Repeating it is harmless'),
  ),
  listDeliveries: call(
    PageRequest.extend({ ...one, state: DeliveryState.nullable().default(null), limit: z.coerce.number().int().min(1).max(200).default(50) }),
    pageOf(DeliveryView),
    http('GET', '/v1/webhooks/{webhookId}/deliveries', 'webhooks.read', 'What a webhook was sent or is to be sent, newest first'),
  ),
  getDelivery: call(
    z.strictObject(delivery),
    DeliveryView.extend({ body: z.string().max(4_096) }),
    http('GET', '/v1/webhooks/{webhookId}/deliveries/{deliveryId}', 'webhooks.read', 'One message and how far it has come'),
  ),
  resendDelivery: call(
    z.strictObject(delivery),
    DeliveryView,
    http('POST', '/v1/webhooks/{webhookId}/deliveries/{deliveryId}/resend', 'webhooks.write', 'Send a message again, under the same id'),
  ),
  resendFailed: call(
    z.strictObject(one),
    z.strictObject({ resent: z.number().int().min(0) }),
    http('POST', '/v1/webhooks/{webhookId}/resend', 'webhooks.write', 'Send again what has failed and is still kept'),
  ),
}
