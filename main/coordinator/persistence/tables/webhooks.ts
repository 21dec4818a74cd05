import type { DeliveryState, WebhookState } from '../../../../shared/contract/webhook.ts'

/** Tables of webhooks, as kysely sees them. Times are epoch milliseconds. */
export interface WebhookTables {
  webhook: {
    id: string
    requester_id: string
    url: string
    description: string
    /** JSON: a list. */
    kinds: string
    /** Sealed with a key of the coordinator. */
    secret: string
    state: WebhookState
    reason: string | null
    failing_since: number | null
    /** In a row, since the last success. */
    failures: number
    /** Nothing is sent before. */
    rest_until: number
    /** When the first of what waits is to be sent; `null`: nothing waits. */
    due_at: number | null
    created_at: number
  }
  /** Ids rise with time. */
  webhook_delivery: {
    id: string
    webhook_id: string
    kind: string
    body: string
    state: DeliveryState
    /** Since somebody last wanted it to be sent. */
    attempts: number
    created_at: number
    /** `null` unless it waits. */
    next_at: number | null
    last_at: number | null
    last_status: number | null
    reason: string | null
  }
}
