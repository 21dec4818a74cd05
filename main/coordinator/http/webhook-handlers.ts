import type { webhookCalls } from '../../../shared/contract/webhook.ts'
import { type Called, requesterOf, viewerOf } from './callers.ts'
import type { CoordinatorParts } from './parts.ts'

/** By which requesters hear of their jobs without asking. */
export const webhookHandlers = ({ webhooks }: Pick<CoordinatorParts, 'webhooks'>): Called<keyof typeof webhookCalls> => ({
  addWebhook: (order, caller) => webhooks.add(viewerOf(caller), requesterOf(caller), order),
  listWebhooks: (page, caller) => webhooks.list(viewerOf(caller), page),
  getWebhook: ({ webhookId }, caller) => webhooks.show(viewerOf(caller), webhookId),
  testWebhook: ({ webhookId }, caller) => webhooks.test(viewerOf(caller), webhookId),
  pauseWebhook: ({ webhookId }, caller) => webhooks.pause(viewerOf(caller), webhookId),
  resumeWebhook: ({ webhookId }, caller) => webhooks.resume(viewerOf(caller), webhookId),
  async removeWebhook({ webhookId }, caller) {
    await webhooks.remove(viewerOf(caller), webhookId)
    return {}
  },
  listDeliveries: (page, caller) => webhooks.deliveries(viewerOf(caller), page),
  getDelivery: (asked, caller) => webhooks.delivery(viewerOf(caller), asked),
  resendDelivery: (asked, caller) => webhooks.resend(viewerOf(caller), asked),
  resendFailed: async ({ webhookId }, caller) => ({ resent: await webhooks.resendFailed(viewerOf(caller), webhookId) }),
})
