import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import { type DeliveryView, MAX_WEBHOOKS, type WebhookBody, type WebhookView, type webhookCalls } from '../../../shared/contract/webhook.ts'
import type { Viewer } from '../../../shared/domain/permissions.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import { checkTarget } from '../../kernel/guarded-address.ts'
import type { Ids } from '../../kernel/ids.ts'
import { webhookSecret } from '../../kernel/webhook-signature.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { type Delivery, createDeliveriesStore } from './deliveries.store.ts'
import { TRIAL } from './delivering.ts'
import type { Sealing } from './sealing.ts'
import { type Webhook, createWebhooksStore } from './webhooks.store.ts'

type In<K extends keyof typeof webhookCalls> = InputOf<(typeof webhookCalls)[K]>
type Out<K extends keyof typeof webhookCalls> = OutputOf<(typeof webhookCalls)[K]>

/** Webhooks as their owners see to them; who asks comes first. Error of all but `add`, `list` and `remove`: `not-found`, also for somebody else's. */
export interface Webhooks {
  /** The account that it is for comes second. Errors: `input.invalid` for an address that is not used, `conflict` for an id that is taken, `rate.limited` for too many. */
  readonly add: (viewer: Viewer, requesterId: string, order: In<'addWebhook'>) => Promise<Out<'addWebhook'>>
  readonly list: (viewer: Viewer, page: In<'listWebhooks'>) => Promise<Out<'listWebhooks'>>
  readonly show: (viewer: Viewer, webhookId: string) => Promise<WebhookView>
  /** Error: `conflict` unless it is active. */
  readonly test: (viewer: Viewer, webhookId: string) => Promise<DeliveryView>
  /** Error: `conflict` if it is disabled. */
  readonly pause: (viewer: Viewer, webhookId: string) => Promise<WebhookView>
  readonly resume: (viewer: Viewer, webhookId: string) => Promise<WebhookView>
  /** What is not there is removed already, and so is somebody else's as far as anybody is told. */
  readonly remove: (viewer: Viewer, webhookId: string) => Promise<void>
  readonly deliveries: (viewer: Viewer, page: In<'listDeliveries'>) => Promise<Out<'listDeliveries'>>
  readonly delivery: (viewer: Viewer, asked: In<'getDelivery'>) => Promise<Out<'getDelivery'>>
  /** Error: `conflict` if it is disabled. */
  readonly resend: (viewer: Viewer, asked: In<'resendDelivery'>) => Promise<DeliveryView>
  /** Returns how many. Error: `conflict` if it is disabled. */
  readonly resendFailed: (viewer: Viewer, webhookId: string) => Promise<number>
}

export interface WebhooksDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Ids
  readonly random: (bytes: number) => Uint8Array
  readonly sealing: Pick<Sealing, 'seal'>
  /** `host:port` that the operator answers for. */
  readonly vouched: ReadonlySet<string>
  readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>
}

const isOwn = ({ account }: Viewer, { requesterId }: Pick<Webhook, 'requesterId'>): boolean => account === requesterId

const isoOf = (at: number | null): string | null => (at === null ? null : toIso(at))

async function viewOf(db: Db | Tx, viewer: Viewer, webhook: Webhook): Promise<WebhookView> {
  const { webhookId, requesterId, url, description, kinds, state, reason, failingSince, createdAt } = webhook
  return {
    webhookId,
    requesterId,
    url: isOwn(viewer, webhook) ? url : new URL(url).origin,
    description,
    kinds: [...kinds],
    state,
    reason,
    failingSince: isoOf(failingSince),
    waiting: await createDeliveriesStore(db).countWaiting(webhookId),
    createdAt: toIso(createdAt),
  }
}

const deliveryView = ({ deliveryId, webhookId, kind, state, attempts, createdAt, nextAt, lastAt, lastStatus, reason }: Delivery): DeliveryView => ({
  deliveryId,
  webhookId,
  kind: kind as DeliveryView['kind'],
  state,
  attempts,
  createdAt: toIso(createdAt),
  nextAt: isoOf(nextAt),
  lastAt: isoOf(lastAt),
  lastStatus,
  reason,
})

async function find(db: Db | Tx, viewer: Viewer, webhookId: string): Promise<Webhook> {
  const webhook = await createWebhooksStore(db).get(webhookId)
  if (webhook && (viewer.all || isOwn(viewer, webhook))) return webhook
  throw new WindfallError('not-found', `There is no webhook ${webhookId}. See those that there are: windfall webhook list`)
}

async function findDelivery(db: Db | Tx, viewer: Viewer, { webhookId, deliveryId }: In<'getDelivery'>): Promise<Delivery> {
  await find(db, viewer, webhookId)
  const delivery = await createDeliveriesStore(db).get(deliveryId)
  if (delivery?.webhookId === webhookId) return delivery
  throw new WindfallError(
    'not-found',
    `There is no message ${deliveryId} for this webhook, or it is no longer kept. See: windfall webhook deliveries ${webhookId}`,
  )
}

function requireActive({ state, webhookId }: Webhook): void {
  if (state !== 'active') throw new WindfallError('conflict', `This webhook is ${state}. Let it go on first: windfall webhook resume ${webhookId}`)
}

async function add(deps: WebhooksDeps, tx: Tx, { by, webhook }: { readonly by: string; readonly webhook: Webhook }): Promise<void> {
  const { webhookId, requesterId, url, kinds } = webhook
  const store = createWebhooksStore(tx)
  if (await store.get(webhookId))
    throw new WindfallError('conflict', `There is already a webhook ${webhookId}. Its secret was shown when it was added: remove it, or choose another id.`)
  if ((await store.count(requesterId)) >= MAX_WEBHOOKS)
    throw new WindfallError('rate.limited', `You have ${MAX_WEBHOOKS} webhooks, and more are not kept. Remove one first: windfall webhook remove`)
  await store.add(webhook)
  await deps.decide(tx, 'webhook.added', { webhookId, requesterId, host: new URL(url).host, kinds, by })
}

const UNTRIED = { state: 'active', reason: null, failingSince: null, failures: 0, restUntil: 0 } as const

type Acts = Pick<Webhooks, 'test' | 'pause' | 'resume' | 'remove' | 'resend' | 'resendFailed'>

function acting(deps: WebhooksDeps): Acts {
  const { db, clock, ids, decide } = deps
  const change = (viewer: Viewer, webhookId: string, work: (tx: Tx, webhook: Webhook) => Promise<void>) =>
    transact(db, async (tx) => {
      await work(tx, await find(tx, viewer, webhookId))
      return viewOf(tx, viewer, await find(tx, viewer, webhookId))
    })
  const again = (viewer: Viewer, webhookId: string, which: { readonly deliveryId: string } | 'failed') =>
    transact(db, async (tx) => {
      const webhook = await find(tx, viewer, webhookId)
      if (webhook.state === 'disabled') requireActive(webhook)
      const count = await createDeliveriesStore(tx).again(webhookId, which, clock.now())
      await createDeliveriesStore(tx).settleDue(webhookId)
      if (count > 0) await decide(tx, 'webhook.resent', { webhookId, messages: count, by: viewer.by })
      return count
    })
  return {
    test: (viewer, webhookId) =>
      transact(db, async (tx) => {
        requireActive(await find(tx, viewer, webhookId))
        const body: WebhookBody = { type: TRIAL, timestamp: toIso(clock.now()), data: { webhookId } }
        const trial = { deliveryId: ids.next(), webhookId, kind: TRIAL, body: JSON.stringify(body) }
        await createDeliveriesStore(tx).add([trial], clock.now())
        return deliveryView(await findDelivery(tx, viewer, trial))
      }),
    pause: (viewer, webhookId) =>
      change(viewer, webhookId, async (tx, webhook) => {
        if (webhook.state === 'paused') return
        requireActive(webhook)
        await createWebhooksStore(tx).setState(webhookId, 'paused')
        await decide(tx, 'webhook.paused', { webhookId, by: viewer.by })
      }),
    resume: (viewer, webhookId) =>
      change(viewer, webhookId, async (tx, { state }) => {
        if (state === 'active') return
        await createWebhooksStore(tx).stand(webhookId, UNTRIED)
        await decide(tx, 'webhook.resumed', { webhookId, before: state, by: viewer.by })
      }),
    remove: (viewer, webhookId) =>
      transact(db, async (tx) => {
        const webhook = await createWebhooksStore(tx).get(webhookId)
        if (!webhook || !(viewer.all || isOwn(viewer, webhook))) return
        const { requesterId } = webhook
        await createWebhooksStore(tx).remove(webhookId)
        await decide(tx, 'webhook.removed', { webhookId, requesterId, by: viewer.by })
      }),
    async resend(viewer, asked) {
      await findDelivery(db, viewer, asked)
      await again(viewer, asked.webhookId, asked)
      return deliveryView(await findDelivery(db, viewer, asked))
    },
    resendFailed: (viewer, webhookId) => again(viewer, webhookId, 'failed'),
  }
}

/** What owners of webhooks may do with them. */
export function createWebhooks(deps: WebhooksDeps): Webhooks {
  const { db, clock, sealing } = deps
  return {
    ...acting(deps),
    async add(viewer, requesterId, { webhookId, url: given, kinds, description }) {
      const { url } = checkTarget(given, deps.vouched)
      const secret = webhookSecret(deps.random)
      const sealed = sealing.seal(webhookId, secret)
      const webhook = { ...UNTRIED, webhookId, requesterId, url: url.href, description, kinds, secret: sealed, createdAt: clock.now() }
      await transact(db, (tx) => add(deps, tx, { by: viewer.by, webhook }))
      return { webhook: await viewOf(db, viewer, webhook), secret }
    },
    async list(viewer, { after, limit }) {
      const found = await createWebhooksStore(db).page(viewer.all ? null : (viewer.account ?? ''), { after, limit: limit + 1 })
      const items: WebhookView[] = []
      for (const webhook of found.slice(0, limit)) items.push(await viewOf(db, viewer, webhook))
      return { items, next: found.length > limit ? (items.at(-1)?.webhookId ?? null) : null }
    },
    show: async (viewer, webhookId) => viewOf(db, viewer, await find(db, viewer, webhookId)),
    async deliveries(viewer, { webhookId, state, after, limit }) {
      await find(db, viewer, webhookId)
      const found = await createDeliveriesStore(db).page({ webhookId, state, after, limit: limit + 1 })
      const items = found.slice(0, limit).map(deliveryView)
      return { items, next: found.length > limit ? (items.at(-1)?.deliveryId ?? null) : null }
    },
    async delivery(viewer, asked) {
      const delivery = await findDelivery(db, viewer, asked)
      return { ...deliveryView(delivery), body: delivery.body }
    },
  }
}
