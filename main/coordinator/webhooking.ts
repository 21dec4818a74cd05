import type { Clock } from '../kernel/clock.ts'
import { createGuardedFetch } from '../kernel/guarded-fetch.ts'
import type { Ids } from '../kernel/ids.ts'
import type { Run } from '../kernel/lifecycle.ts'
import { packageVersion } from '../kernel/paths.ts'
import { random } from '../kernel/random.ts'
import type { CoordinatorConfig } from './config.ts'
import { egressOf } from './egress-config.ts'
import type { CoordinatorEvents } from './events.ts'
import type { Db, Tx } from './persistence/database.ts'
import type { ReceiptingDeps } from './receipting.ts'
import { createDelivering } from './webhooks/delivering.ts'
import { createSealing } from './webhooks/sealing.ts'
import type { Telling } from './webhooks/telling.ts'
import { type Webhooks, createWebhooks } from './webhooks/webhooks.ts'

const DAY_MS = 86_400_000

interface WebhookingDeps {
  readonly config: Pick<CoordinatorConfig, 'egressHosts' | 'egressProxy' | 'webhookDays'>
  readonly db: Db
  /** The database as what delivers writes to it. */
  readonly loopDb: Db
  readonly clock: Clock
  readonly ids: Ids
  readonly randomBytes: (bytes: number) => Uint8Array
  /** By which secrets of webhooks are sealed, of all coordinators of one database. */
  readonly webhookKey: Uint8Array
  readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>
  readonly events: Pick<CoordinatorEvents, 'webhookDisabled' | 'webhooksFailed'>
}

/** Webhooks as requesters see to them, and what delivers to them. */
export function createWebhooking({ config, randomBytes, webhookKey, events, ...deps }: WebhookingDeps): { readonly calls: Webhooks; readonly run: Run } {
  const sealing = createSealing(webhookKey, randomBytes)
  const egress = egressOf(config)
  return {
    calls: createWebhooks({ ...deps, random: randomBytes, sealing, vouched: egress.vouched }),
    run: createDelivering({
      ...deps,
      random,
      sealing,
      fetch: createGuardedFetch({ clock: deps.clock, ...egress }),
      version: packageVersion,
      disabled: events.webhookDisabled,
      onFailure: events.webhooksFailed,
      keepMs: config.webhookDays * DAY_MS,
    }),
  }
}

/** Tells of receipts as they are issued. */
export const tellOfReceipts =
  ({ tell }: Pick<Telling, 'tell'>, credit: ReceiptingDeps['credit']): ReceiptingDeps['credit'] =>
  async (tx, issued) => {
    await credit(tx, issued)
    for (const { receiptId, summary } of issued) tell(tx, { kind: 'receipt.issued', jobId: summary.jobId, data: { receiptId } })
  }
