import type { DeliveryState } from '../../../shared/contract/webhook.ts'
import type { Db, Tx } from '../persistence/database.ts'
import type { Attempted } from './outcome.ts'

/** Times are epoch milliseconds. */
export interface Delivery extends Attempted {
  readonly deliveryId: string
  readonly webhookId: string
  readonly kind: string
  /** JSON, as it is sent. */
  readonly body: string
  readonly createdAt: number
}

export type NewDelivery = Pick<Delivery, 'deliveryId' | 'webhookId' | 'kind' | 'body'>

type Row = Awaited<ReturnType<ReturnType<typeof deliveries>['executeTakeFirstOrThrow']>>
const deliveries = (db: Db | Tx) => db.selectFrom('webhook_delivery').selectAll()

const deliveryOf = (row: Row): Delivery => ({
  deliveryId: row.id,
  webhookId: row.webhook_id,
  kind: row.kind,
  body: row.body,
  state: row.state,
  attempts: row.attempts,
  createdAt: row.created_at,
  nextAt: row.next_at,
  lastAt: row.last_at,
  lastStatus: row.last_status,
  reason: row.reason,
})

/** A statement takes only so many parameters, and each of these rows a dozen. */
const AT_ONCE = 80

interface Page {
  readonly webhookId: string
  readonly state: DeliveryState | null
  readonly after: string | null
  readonly limit: number
}

function reading(db: Db | Tx) {
  return {
    async get(deliveryId: string): Promise<Delivery | null> {
      const row = await deliveries(db).where('id', '=', deliveryId).executeTakeFirst()
      return row ? deliveryOf(row) : null
    },
    /** Newest first. */
    async page({ webhookId, state, after, limit }: Page): Promise<Delivery[]> {
      let query = deliveries(db).where('webhook_id', '=', webhookId).orderBy('id', 'desc').limit(limit)
      if (state !== null) query = query.where('state', '=', state)
      if (after !== null) query = query.where('id', '<', after)
      return (await query.execute()).map(deliveryOf)
    },
    async countWaiting(webhookId: string): Promise<number> {
      const counted = db.selectFrom('webhook_delivery').select((e) => e.fn.countAll<number>().as('count'))
      return (await counted.where('webhook_id', '=', webhookId).where('next_at', 'is not', null).executeTakeFirstOrThrow()).count
    },
    /** What is to be sent first, due or not. */
    async first(webhookId: string): Promise<Delivery | null> {
      const waiting = deliveries(db).where('webhook_id', '=', webhookId).where('next_at', 'is not', null)
      const row = await waiting.orderBy('next_at').orderBy('id').limit(1).executeTakeFirst()
      return row ? deliveryOf(row) : null
    },
  }
}

/** All SQL on table `webhook_delivery`, and on `due_at` of `webhook`, which follows from it. */
export const createDeliveriesStore = (db: Db | Tx) => ({
  ...reading(db),
  /** To be sent from `at` on. */
  async add(all: readonly NewDelivery[], at: number): Promise<void> {
    const rows = all.map(({ deliveryId, webhookId, kind, body }) => ({
      id: deliveryId,
      webhook_id: webhookId,
      kind,
      body,
      state: 'waiting' as const,
      attempts: 0,
      created_at: at,
      next_at: at,
      last_at: null,
      last_status: null,
      reason: null,
    }))
    for (let from = 0; from < rows.length; from += AT_ONCE)
      await db
        .insertInto('webhook_delivery')
        .values(rows.slice(from, from + AT_ONCE))
        .execute()
    const told = [...new Set(all.map(({ webhookId }) => webhookId))]
    for (let from = 0; from < told.length; from += AT_ONCE)
      await db
        .updateTable('webhook')
        .set({ due_at: at })
        .where('id', 'in', told.slice(from, from + AT_ONCE))
        .where((e) => e.or([e('due_at', 'is', null), e('due_at', '>', at)]))
        .execute()
  },
  async note(deliveryId: string, { state, attempts, nextAt, lastAt, lastStatus, reason }: Attempted): Promise<void> {
    const tried = { attempts, next_at: nextAt, last_at: lastAt, last_status: lastStatus }
    await db
      .updateTable('webhook_delivery')
      .set({ state, reason, ...tried })
      .where('id', '=', deliveryId)
      .execute()
  },
  /** Whatever has changed of what waits. */
  async settleDue(webhookId: string): Promise<void> {
    const first = db
      .selectFrom('webhook_delivery')
      .select((e) => e.fn.min<number | null>('next_at').as('at'))
      .where('webhook_id', '=', webhookId)
      .where('next_at', 'is not', null)
    const { at } = await first.executeTakeFirstOrThrow()
    await db.updateTable('webhook').set({ due_at: at }).where('id', '=', webhookId).execute()
  },
  async giveUp(webhookId: string, reason: string): Promise<void> {
    await db
      .updateTable('webhook_delivery')
      .set({ state: 'failed', next_at: null, reason })
      .where('webhook_id', '=', webhookId)
      .where('next_at', 'is not', null)
      .execute()
  },
  /** Returns how many there were. */
  async again(webhookId: string, which: { readonly deliveryId: string } | 'failed', at: number): Promise<number> {
    const found = db.updateTable('webhook_delivery').set({ state: 'waiting', attempts: 0, next_at: at }).where('webhook_id', '=', webhookId)
    const { numUpdatedRows } = await (which === 'failed'
      ? found.where('state', '=', 'failed').where('kind', '!=', 'webhook.test')
      : found.where('id', '=', which.deliveryId)
    ).executeTakeFirstOrThrow()
    return Number(numUpdatedRows)
  },
  /** Forgets what is older, of so many at a time. Returns whether there may be more. */
  async forget(before: number, limit: number): Promise<boolean> {
    const old = await db.selectFrom('webhook_delivery').select('id').where('created_at', '<', before).orderBy('created_at').limit(limit).execute()
    if (old.length === 0) return false
    await db
      .deleteFrom('webhook_delivery')
      .where(
        'id',
        'in',
        old.map(({ id }) => id),
      )
      .execute()
    return old.length === limit
  },
})
