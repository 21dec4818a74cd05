import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import type { webhookCalls } from '../../../shared/contract/webhook.ts'
import type { Viewer } from '../../../shared/domain/permissions.ts'

type In<K extends keyof typeof webhookCalls> = InputOf<(typeof webhookCalls)[K]>
type Out<K extends keyof typeof webhookCalls> = OutputOf<(typeof webhookCalls)[K]>

/** Webhooks; who asks comes first. */
export interface WebhookParts {
  readonly add: (viewer: Viewer, requesterId: string, order: In<'addWebhook'>) => Promise<Out<'addWebhook'>>
  readonly list: (viewer: Viewer, page: In<'listWebhooks'>) => Promise<Out<'listWebhooks'>>
  readonly show: (viewer: Viewer, webhookId: string) => Promise<Out<'getWebhook'>>
  readonly test: (viewer: Viewer, webhookId: string) => Promise<Out<'testWebhook'>>
  readonly pause: (viewer: Viewer, webhookId: string) => Promise<Out<'pauseWebhook'>>
  readonly resume: (viewer: Viewer, webhookId: string) => Promise<Out<'resumeWebhook'>>
  readonly remove: (viewer: Viewer, webhookId: string) => Promise<void>
  readonly deliveries: (viewer: Viewer, page: In<'listDeliveries'>) => Promise<Out<'listDeliveries'>>
  readonly delivery: (viewer: Viewer, asked: In<'getDelivery'>) => Promise<Out<'getDelivery'>>
  readonly resend: (viewer: Viewer, asked: In<'resendDelivery'>) => Promise<Out<'resendDelivery'>>
  readonly resendFailed: (viewer: Viewer, webhookId: string) => Promise<number>
}
