import { expect, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { sendMessage } from './sending.ts'
import type { Webhook } from './webhooks.store.ts'
import type { Delivery } from './deliveries.store.ts'

const message = {
  webhook: { webhookId: 'a', url: 'https://a.example.com/hook', secret: 'sealed' } as Webhook,
  delivery: { deliveryId: '1', body: '{}' } as Delivery,
}

test('whoever has been told to end sends nothing more: whoever takes over does', async () => {
  let sent = 0
  const fetch = async () => {
    sent += 1
    return { status: 200, headers: {}, body: Buffer.alloc(0) }
  }
  const deps = { clock: createFakeClock(), fetch, sealing: { open: () => `whsec_${'A'.repeat(43)}=` }, version: '0.1.0' }
  const stop = new AbortController()
  expect(await sendMessage(deps, message, stop.signal)).toMatchObject({ status: 200 })
  stop.abort(new Error('stopped'))
  await expect(sendMessage(deps, message, stop.signal)).rejects.toThrow('stopped')
  expect(sent).toBe(1)
})
