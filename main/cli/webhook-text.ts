import type { DeliveryView, WebhookView } from '../../shared/contract/webhook.ts'
import { table } from './output.ts'

const when = (time: string | null): string => (time === null ? '' : time.slice(0, 19).replace('T', ' '))

export const describeWebhook = ({ webhookId, url, description, kinds, state, reason, failingSince, waiting }: WebhookView): string[] => [
  `webhook   ${webhookId}  ${state}`,
  ...(description === '' ? [] : [`          ${description}`]),
  `address   ${url}`,
  `hears of  ${kinds.join(', ')}`,
  ...(waiting === 0 ? [] : [`waiting   ${waiting} ${waiting === 1 ? 'message' : 'messages'}`]),
  ...(failingSince === null ? [] : [`failing   since ${when(failingSince)} UTC`]),
  ...(reason === null ? [] : [`          ${reason}`]),
  ...(state === 'active' ? [] : [`Let it go on: windfall webhook resume ${webhookId}`]),
]

const MOST_KINDS = 4
const kindsIn = (kinds: WebhookView['kinds']): string => (kinds.length > MOST_KINDS ? `${kinds.length} kinds` : kinds.join(', '))

export const webhookTable = (webhooks: readonly WebhookView[]): string[] =>
  table([
    ['webhook', 'state', 'waiting', 'address', 'what it hears of'],
    ...webhooks.map(({ webhookId, state, waiting, url, kinds, failingSince }) => [
      webhookId,
      state === 'active' && failingSince !== null ? 'failing' : state,
      String(waiting),
      url,
      kindsIn(kinds),
    ]),
  ])

const outcomeOf = ({ state, attempts, lastStatus, reason, nextAt }: DeliveryView): string => {
  if (state === 'delivered') return `answered ${lastStatus}`
  const next = nextAt === null || attempts === 0 ? '' : ` Next try at ${when(nextAt)} UTC.`
  return `${reason ?? ''}${next}`.trim()
}

export const describeDelivery = (delivery: DeliveryView): string[] => [
  `message   ${delivery.deliveryId}  ${delivery.state}`,
  `kind      ${delivery.kind}`,
  `sent      ${delivery.attempts === 0 ? 'not yet' : `${delivery.attempts} ${delivery.attempts === 1 ? 'time' : 'times'}, last at ${when(delivery.lastAt)} UTC`}`,
  ...(outcomeOf(delivery) === '' ? [] : [`outcome   ${outcomeOf(delivery)}`]),
]

export const deliveryTable = (deliveries: readonly DeliveryView[]): string[] =>
  table([
    ['message', 'since (UTC)', 'kind', 'state', 'tries', 'outcome'],
    ...deliveries.map((one) => [one.deliveryId, when(one.createdAt), one.kind, one.state, String(one.attempts), outcomeOf(one)]),
  ])
