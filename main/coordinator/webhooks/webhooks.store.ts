import { sql } from 'kysely'
import type { WebhookKind, WebhookState } from '../../../shared/contract/webhook.ts'
import { rememberedOnce } from '../persistence/compiled.ts'
import type { Db, Tx } from '../persistence/database.ts'
import type { Receiver } from './outcome.ts'

/** Times are epoch milliseconds. */
export interface Webhook extends Receiver {
  readonly webhookId: string
  readonly requesterId: string
  readonly url: string
  readonly description: string
  readonly kinds: readonly WebhookKind[]
  /** Sealed. */
  readonly secret: string
  readonly createdAt: number
}

/** Whom to tell of something. */
export interface Subscriber {
  readonly webhookId: string
  readonly requesterId: string
  readonly kinds: readonly WebhookKind[]
}

/** A job that something is told about. */
export interface JobTold {
  readonly jobId: string
  readonly requesterId: string
  readonly arrayId: string | null
  readonly reason: string | null
}

type Row = Awaited<ReturnType<ReturnType<typeof webhooks>['executeTakeFirstOrThrow']>>
const webhooks = (db: Db | Tx) => db.selectFrom('webhook').selectAll()

const webhookOf = (row: Row): Webhook => ({
  webhookId: row.id,
  requesterId: row.requester_id,
  url: row.url,
  description: row.description,
  kinds: JSON.parse(row.kinds) as WebhookKind[],
  secret: row.secret,
  state: row.state,
  reason: row.reason,
  failingSince: row.failing_since,
  failures: row.failures,
  restUntil: row.rest_until,
  createdAt: row.created_at,
})

const subscriberOf = ({ id, requester_id, kinds }: { id: string; requester_id: string; kinds: string }): Subscriber => ({
  webhookId: id,
  requesterId: requester_id,
  kinds: JSON.parse(kinds) as WebhookKind[],
})

/** A statement takes only so many parameters. */
const AT_ONCE = 1_000

async function inPieces<T>(ids: readonly string[], ask: (some: readonly string[]) => Promise<readonly T[]>): Promise<T[]> {
  const found: T[] = []
  for (let from = 0; from < ids.length; from += AT_ONCE) found.push(...(await ask(ids.slice(from, from + AT_ONCE))))
  return found
}

const anyWebhook = rememberedOnce((db) => db.selectFrom('webhook').select('id').limit(sql.lit(1)))

function subscribing(db: Db | Tx) {
  return {
    /** Those of the jobs whose requesters have any webhook that is not disabled: as a rule none. */
    /** Whether anybody wants to hear anything. */
    isAny: async (): Promise<boolean> => (await anyWebhook(db, [])).length > 0,
    jobsTold: (jobIds: readonly string[]): Promise<JobTold[]> =>
      inPieces(jobIds, (ids) =>
        db
          .selectFrom('job')
          .select(['id as jobId', 'requester_id as requesterId', 'array_id as arrayId', 'reason'])
          .where('id', 'in', ids)
          .where('requester_id', 'in', db.selectFrom('webhook').select('requester_id').where('state', '!=', 'disabled'))
          .execute(),
      ),
    async subscribers(requesterIds: readonly string[]): Promise<Subscriber[]> {
      const rows = await inPieces(requesterIds, (ids) =>
        db.selectFrom('webhook').select(['id', 'requester_id', 'kinds']).where('requester_id', 'in', ids).where('state', '!=', 'disabled').execute(),
      )
      return rows.map(subscriberOf)
    },
  }
}

/** All SQL on table `webhook`. */
export const createWebhooksStore = (db: Db | Tx) => ({
  ...subscribing(db),
  async get(webhookId: string): Promise<Webhook | null> {
    const row = await webhooks(db).where('id', '=', webhookId).executeTakeFirst()
    return row ? webhookOf(row) : null
  },
  async add({ webhookId, requesterId, kinds, failingSince, restUntil, createdAt, ...rest }: Webhook): Promise<void> {
    const times = { failing_since: failingSince, rest_until: restUntil, due_at: null, created_at: createdAt }
    await db
      .insertInto('webhook')
      .values({ ...rest, ...times, id: webhookId, requester_id: requesterId, kinds: JSON.stringify(kinds) })
      .execute()
  },
  async count(requesterId: string): Promise<number> {
    const counted = db.selectFrom('webhook').select((e) => e.fn.countAll<number>().as('count'))
    return (await counted.where('requester_id', '=', requesterId).executeTakeFirstOrThrow()).count
  },
  /** Newest first, of a requester or of everybody. */
  async page(requesterId: string | null, { after, limit }: { readonly after: string | null; readonly limit: number }): Promise<Webhook[]> {
    const last = after === null ? null : await webhooks(db).where('id', '=', after).executeTakeFirst()
    let query = webhooks(db).orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit)
    if (requesterId !== null) query = query.where('requester_id', '=', requesterId)
    if (last) query = query.where((e) => e.or([e('created_at', '<', last.created_at), e.and([e('created_at', '=', last.created_at), e('id', '<', last.id)])]))
    return (await query.execute()).map(webhookOf)
  },
  async stand(webhookId: string, { state, reason, failingSince, failures, restUntil }: Receiver): Promise<void> {
    await db.updateTable('webhook').set({ state, reason, failures, failing_since: failingSince, rest_until: restUntil }).where('id', '=', webhookId).execute()
  },
  async setState(webhookId: string, state: WebhookState): Promise<void> {
    await db.updateTable('webhook').set({ state }).where('id', '=', webhookId).execute()
  },
  async remove(webhookId: string): Promise<void> {
    await db.deleteFrom('webhook_delivery').where('webhook_id', '=', webhookId).execute()
    await db.deleteFrom('webhook').where('id', '=', webhookId).execute()
  },
  /** Those that something is to be sent to now, those that have waited longest first. */
  async due(now: number): Promise<string[]> {
    const rows = db.selectFrom('webhook').select('id').where('due_at', '<=', now).where('rest_until', '<=', now).where('state', '=', 'active')
    return (await rows.orderBy('due_at').orderBy('id').execute()).map(({ id }) => id)
  },
})
