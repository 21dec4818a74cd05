import { Command, InvalidArgumentError, Option } from 'commander'
import { type DeliveryView, WebhookKind } from '../../../shared/contract/webhook.ts'
import { systemClock } from '../../kernel/clock.ts'
import { createIds } from '../../kernel/ids.ts'
import { type CommonOptions, action, createCommand, pageLimit, whereOf } from '../command.ts'
import { coordinatorClient } from '../instance.ts'
import { deliveryTable, describeDelivery, describeWebhook, webhookTable } from '../webhook-text.ts'
import { webhookVerifyCommand } from './webhook-verify.ts'

const client = (options: CommonOptions) => coordinatorClient(whereOf(options))
const onWebhook = (name: string, description: string) =>
  createCommand(name, description, 'coordinator').argument('<webhook>', 'its id, from: windfall webhook list')

function kindsIn(text: string): WebhookKind[] {
  const named = text === 'all' ? [...WebhookKind.options] : text.split(',').map((kind) => kind.trim())
  const unknown = named.find((kind) => !WebhookKind.safeParse(kind).success)
  if (unknown !== undefined) throw new InvalidArgumentError(`There is no kind “${unknown}”. There are: ${WebhookKind.options.join(', ')}; or all of them: all.`)
  return [...new Set(named)] as WebhookKind[]
}

/** What most people wait for. */
const ENDS = 'job.completed,job.failed,job.expired,job.cancelled'

const add = () =>
  action<CommonOptions & { on: WebhookKind[]; description: string; id?: string }>(
    createCommand('add', 'be told of your jobs at an https address; the secret by which you know the messages is shown this once', 'coordinator')
      .argument('<url>', 'where to send: https, and not inside your network')
      .option('--on <kinds>', `what to hear of, with commas between (default: ${ENDS}; all of them: all)`, kindsIn, kindsIn(ENDS))
      .option('--description <text>', 'what it is for', '')
      .option('--id <webhook>', 'an id of your own (default: a new one)'),
    async (options, output, [url = '']) => {
      const webhookId = options.id ?? createIds(systemClock).next()
      const added = await client(options).call('addWebhook', { webhookId, url, kinds: options.on, description: options.description })
      output.answer(added, () => [
        ...describeWebhook(added.webhook),
        `secret    ${added.secret}`,
        'Keep the secret: it is not shown again. Messages are signed with it as the Standard Webhooks specification says.',
        `Try it: windfall webhook test ${webhookId}`,
      ])
    },
  )

const list = () =>
  action<CommonOptions & { limit: number; after?: string }>(
    createCommand('list', 'your webhooks and how they do; for operators those of everybody', 'coordinator')
      .option('--limit <n>', 'how many', pageLimit, 50)
      .option('--after <cursor>', 'the “next” of the page before'),
    async (options, output) => {
      const page = await client(options).call('listWebhooks', { limit: options.limit, after: options.after ?? null })
      output.answer(page, () =>
        page.items.length === 0
          ? ['There is no webhook yet. Add one: windfall webhook add https://example.com/windfall']
          : [...webhookTable(page.items), ...(page.next ? [`more: --after ${page.next}`] : [])],
      )
    },
  )

const acts = {
  show: ['getWebhook', 'one webhook and how it does'],
  pause: ['pauseWebhook', 'send nothing for now; what happens meanwhile waits'],
  resume: ['resumeWebhook', 'send again, also to a webhook that was disabled'],
} as const

const act = (name: keyof typeof acts) =>
  action<CommonOptions>(onWebhook(name, acts[name][1]), async (options, output, [webhookId = '']) => {
    const webhook = await client(options).call(acts[name][0], { webhookId })
    output.answer(webhook, () => describeWebhook(webhook))
  })

const LOOK_MS = 500
const LOOKS = 60

/** A message is sent within a second and answered within five, unless others wait before it. */
async function settled(options: CommonOptions, sent: DeliveryView): Promise<DeliveryView> {
  let last = sent
  for (let looks = 0; last.state === 'waiting' && looks < LOOKS; looks += 1) {
    await systemClock.sleep(LOOK_MS, new AbortController().signal)
    const { body: _, ...found } = await client(options).call('getDelivery', { webhookId: sent.webhookId, deliveryId: sent.deliveryId })
    last = found
  }
  return last
}

const test = () =>
  action<CommonOptions>(onWebhook('test', 'send a message of the kind webhook.test, and say what came of it'), async (options, output, [webhookId = '']) => {
    const delivery = await settled(options, await client(options).call('testWebhook', { webhookId }))
    output.answer(delivery, () => describeDelivery(delivery))
    return delivery.state === 'delivered' ? 0 : 1
  })

const remove = () =>
  action<CommonOptions>(onWebhook('remove', 'forget a webhook, its secret and what it was sent'), async (options, output, [webhookId = '']) => {
    await client(options).call('removeWebhook', { webhookId })
    output.answer({ removed: webhookId }, () => [`Webhook ${webhookId} is no more.`])
  })

const deliveries = () =>
  action<CommonOptions & { state?: DeliveryView['state']; limit: number; after?: string }>(
    onWebhook('deliveries', 'what a webhook was sent or is to be sent, newest first')
      .addOption(new Option('--state <state>', 'only those in this state').choices(['waiting', 'delivered', 'failed']))
      .option('--limit <n>', 'how many', pageLimit, 50)
      .option('--after <cursor>', 'the “next” of the page before'),
    async (options, output, [webhookId = '']) => {
      const page = await client(options).call('listDeliveries', {
        webhookId,
        state: options.state ?? null,
        limit: options.limit,
        after: options.after ?? null,
      })
      output.answer(page, () =>
        page.items.length === 0 ? ['There is no such message.'] : [...deliveryTable(page.items), ...(page.next ? [`more: --after ${page.next}`] : [])],
      )
    },
  )

const resend = () =>
  action<CommonOptions>(
    onWebhook('resend', 'send a message again under its id, or all that have failed and are still kept').argument(
      '[message]',
      'its id, from: windfall webhook deliveries; without one, all that have failed',
    ),
    async (options, output, [webhookId = '', deliveryId]) => {
      if (deliveryId === undefined) {
        const answer = await client(options).call('resendFailed', { webhookId })
        return output.answer(answer, () => [answer.resent === 0 ? 'Nothing has failed.' : `${answer.resent} on their way again.`])
      }
      const delivery = await settled(options, await client(options).call('resendDelivery', { webhookId, deliveryId }))
      output.answer(delivery, () => describeDelivery(delivery))
    },
  )

/** `windfall webhook …` */
export const webhookCommand = (): Command =>
  new Command('webhook')
    .description('be told of what happens to your jobs, receipts and deposits, instead of asking')
    .addCommand(add())
    .addCommand(list())
    .addCommand(act('show'))
    .addCommand(test())
    .addCommand(act('pause'))
    .addCommand(act('resume'))
    .addCommand(remove())
    .addCommand(deliveries())
    .addCommand(resend())
    .addCommand(webhookVerifyCommand())
