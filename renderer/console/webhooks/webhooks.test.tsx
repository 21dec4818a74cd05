import { expect, test } from 'vitest'
import type { DeliveryView, WebhookView } from '../../../shared/contract/webhook.ts'
import { NOW } from '../../lib/afternoon.fake.ts'
import { type FakeHandlers, aPerson, openConsole } from '../console.fake.tsx'

const at = new Date(NOW - 3_600_000).toISOString()

const aWebhook = (changes: Partial<WebhookView> = {}): WebhookView => ({
  webhookId: 'webhook-1',
  requesterId: 'requester-1',
  url: 'https://example.org/windfall',
  description: 'farm',
  kinds: ['job.completed'],
  state: 'active',
  reason: 'It answered 503.',
  failingSince: at,
  waiting: 3,
  createdAt: at,
  ...changes,
})

const aDelivery: DeliveryView = {
  deliveryId: 'delivery-1',
  webhookId: 'webhook-1',
  kind: 'job.completed',
  state: 'failed',
  attempts: 10,
  createdAt: at,
  nextAt: null,
  lastAt: at,
  lastStatus: 503,
  reason: null,
}

const handlers = (): FakeHandlers => {
  let webhook = aWebhook()
  return {
    listWebhooks: () => ({ items: [webhook], next: null }),
    listDeliveries: () => ({ items: [aDelivery], next: null }),
    addWebhook: () => ({ webhook, secret: 'whsec_once' }),
    pauseWebhook: () => (webhook = aWebhook({ state: 'paused' })),
    testWebhook: () => ({ ...aDelivery, kind: 'webhook.test', state: 'waiting' }),
    resendFailed: () => ({ resent: 4 }),
    removeWebhook: () => ({}),
  }
}

test('a webhook says what is wrong with it; its deliveries are in the address', async () => {
  const { screen } = await openConsole({ address: '#/webhooks', me: aPerson('requester'), handlers: handlers() })
  await expect.element(screen.getByRole('row', { name: /example\.org.*Active.*It answered 503/ })).toBeVisible()
  await screen.getByRole('button', { name: 'https://example.org/windfall', exact: true }).click()
  await expect.element(screen.getByRole('row', { name: /job\.completed.*Failed.*10.*503/ })).toBeVisible()
  expect(location.hash).toBe('#/webhooks?of=webhook-1')
  await screen.getByRole('button', { name: 'Send what failed again' }).click()
  await expect.element(screen.getByText('4 messages are sent again.')).toBeVisible()
})

test('a webhook is added, and its secret shown once', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/webhooks', me: aPerson('requester'), handlers: handlers() })
  await screen.getByRole('button', { name: 'Add a webhook…' }).click()
  await screen.getByRole('button', { name: 'Add it' }).click()
  await expect.element(screen.getByRole('alert').getByText(/Give an address/)).toBeVisible()
  await screen.getByRole('textbox', { name: 'Address' }).fill('https://example.org/hook')
  await screen.getByRole('button', { name: 'Add it' }).click()
  await expect.element(screen.getByText('whsec_once')).toBeVisible()
  expect(coordinator.asked.find(({ name }) => name === 'addWebhook')?.input).toMatchObject({
    url: 'https://example.org/hook',
    webhookId: expect.stringMatching(/^[0-9a-f]{32}$/),
  })
})

test('pausing keeps what happens, removing says what is lost', async () => {
  const { screen } = await openConsole({ address: '#/webhooks', me: aPerson('requester'), handlers: handlers() })
  await screen.getByRole('button', { name: 'Pause https://example.org/windfall' }).click()
  await expect.element(screen.getByText(/What happens meanwhile waits/)).toBeVisible()
  await screen.getByRole('button', { name: 'Remove… https://example.org/windfall' }).click()
  await expect.element(screen.getByText(/3 messages that wait are lost/)).toBeVisible()
  await screen.getByRole('button', { name: 'Remove it' }).click()
  await expect.element(screen.getByText(/is told of nothing any more/)).toBeVisible()
})
