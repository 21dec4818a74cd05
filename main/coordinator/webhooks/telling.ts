import type { WebhookBody, WebhookKind } from '../../../shared/contract/webhook.ts'
import { toIso } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Ids } from '../../kernel/ids.ts'
import { type Tx, atEnd } from '../persistence/database.ts'
import { type NewDelivery, createDeliveriesStore } from './deliveries.store.ts'
import { type JobTold, type Subscriber, createWebhooksStore } from './webhooks.store.ts'

type Decide = (tx: Tx, kind: string, body: object) => Promise<void>
type Data = WebhookBody['data']

/** Something that requesters may want to hear. */
type News = {
  readonly kind: WebhookKind
  readonly data: Data
} & ({ readonly jobId: string } | { readonly requesterId: string })

export interface Telling {
  /** Keeps what is to be told for all who asked for it, in the transaction in which it happens. */
  readonly tell: (tx: Tx, news: News) => void
  /** Tells of what is recorded, as it is recorded. */
  readonly alongside: (decide: Decide) => Decide
}

type Fact = Readonly<Record<string, unknown>>
const textOf = (fact: Fact, name: string): string => (typeof fact[name] === 'string' ? fact[name] : '')
const pick = (fact: Fact, ...names: readonly string[]): Data => Object.fromEntries(names.map((name) => [name, textOf(fact, name) || null]))

const ofJob =
  (kind: WebhookKind) =>
  (fact: Fact): News => ({ kind, jobId: textOf(fact, 'jobId'), data: { state: kind.slice('job.'.length), ...pick(fact, 'reason') } })
const ofRequester =
  (kind: WebhookKind, ...names: readonly string[]) =>
  (fact: Fact): News => ({ kind, requesterId: textOf(fact, 'requesterId'), data: pick(fact, ...names) })

/** What of the decision log is news to a requester. */
const NEWS: Readonly<Record<string, (fact: Fact) => News | null>> = {
  'job.running': ofJob('job.running'),
  'job.completed': ofJob('job.completed'),
  'job.failed': ofJob('job.failed'),
  'job.expired': ofJob('job.expired'),
  'job.cancelled': ofJob('job.cancelled'),
  'job.queued': (fact) => (fact['reason'] === 'waiting.quorum' ? { ...ofJob('job.held')(fact), data: { state: 'queued', reason: 'waiting.quorum' } } : null),
  // Of many jobs at once that no machine ever had: any of them says whose they are.
  'array.cancelled': (fact) => ({ kind: 'array.cancelled', jobId: textOf(fact, 'from'), data: { ...pick(fact, 'arrayId'), jobs: String(fact['jobs']) } }),
  'deposit.credited': ofRequester('deposit.credited', 'depositId', 'microUsd'),
  'deposit.held': ofRequester('deposit.held', 'depositId', 'reason'),
  'deposit.decided': (fact) => (fact['decision'] === 'credit' ? ofRequester('deposit.credited', 'depositId')(fact) : null),
  'requester.funded': ofRequester('deposit.credited', 'depositId', 'microUsd'),
  'vault.funded': ofRequester('vault.funded', 'jobId', 'microUsdc'),
  'vault.released': ofRequester('vault.released', 'jobId'),
  'webhook.disabled': ofRequester('webhook.disabled', 'webhookId', 'reason'),
}

/** Of an array's jobs only the array is named: which of them says whose it is means nothing. */
const dataOf = ({ kind, data }: News, job: JobTold | undefined): Data =>
  job && kind !== 'array.cancelled' ? { jobId: job.jobId, arrayId: job.arrayId, ...data } : data

/** Writes what is kept outside of the place where it happens, so that everything in one transaction takes two questions and one statement. */
async function write({ clock, ids }: TellingDeps, tx: Tx, all: readonly News[]): Promise<void> {
  const store = createWebhooksStore(tx)
  if (!(await store.isAny())) return
  const jobs = new Map((await store.jobsTold(all.flatMap((news) => ('jobId' in news ? [news.jobId] : [])))).map((job) => [job.jobId, job]))
  const whose = (news: News) => ('jobId' in news ? jobs.get(news.jobId)?.requesterId : news.requesterId)
  const subscribers = Map.groupBy(await store.subscribers([...new Set(all.flatMap((news) => whose(news) ?? []))]), ({ requesterId }) => requesterId)
  const at = clock.now()
  const messageFor = (news: News, { webhookId }: Subscriber): NewDelivery => {
    const data = dataOf(news, 'jobId' in news ? jobs.get(news.jobId) : undefined)
    const body: WebhookBody = { type: news.kind, timestamp: toIso(at), data }
    return { deliveryId: ids.next(), webhookId, kind: news.kind, body: JSON.stringify(body) }
  }
  const messages = all.flatMap((news) => {
    const wanted = (subscribers.get(whose(news) ?? '') ?? []).filter(({ kinds }) => kinds.includes(news.kind))
    return wanted.map((subscriber) => messageFor(news, subscriber))
  })
  if (messages.length > 0) await createDeliveriesStore(tx).add(messages, at)
}

interface TellingDeps {
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Ids
}

/** The outbox of all webhooks: what has happened is kept for them if, and only if, it has happened. */
export function createTelling(deps: TellingDeps): Telling {
  const pages = new WeakMap<Tx, News[]>()
  const tell = (tx: Tx, news: News): void => {
    const page = pages.get(tx) ?? []
    page.push(news)
    if (page.length > 1) return
    pages.set(tx, page)
    atEnd(tx, async () => {
      // What is told by what others leave to the end comes on a page of its own.
      pages.delete(tx)
      await write(deps, tx, page)
    })
  }
  return {
    tell,
    alongside: (decide) => async (tx, kind, body) => {
      await decide(tx, kind, body)
      const news = NEWS[kind]?.(body as Fact)
      if (news) tell(tx, news)
    },
  }
}
