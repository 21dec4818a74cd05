import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { REQUESTER } from '../../coordinator/core.fake.ts'
import { type TestServer, startTestServer } from '../../coordinator/http/http.fake.ts'
import { createDeliveriesStore } from '../../coordinator/webhooks/deliveries.store.ts'
import { generateApiKey, grantApiKey } from '../../coordinator/registry/api-keys.ts'
import { transact } from '../../coordinator/persistence/database.ts'
import { systemClock } from '../../kernel/clock.ts'
import { signWebhook } from '../../kernel/webhook-signature.ts'
import { run } from '../run.fixture.ts'

let root: string
let server: TestServer
let access: string[]
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'windfall-webhook-'))
  server = await startTestServer()
  const url = await server.app.listen({ host: '127.0.0.1', port: 0 })
  access = ['--data', root, '--coordinator', url, '--key', server.core.apiKey]
})
afterEach(() => vi.unstubAllEnvs())
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(root, { recursive: true, force: true })
})

const webhook = (name: string, ...args: readonly string[]) => run('webhook', name, ...args, ...access)

/** What the coordinator would have done with all that waits. */
const deliverAll = (webhookId: string, status: number) =>
  transact(server.core.db, async (tx) => {
    const store = createDeliveriesStore(tx)
    const [state, reason] = status === 204 ? (['delivered', null] as const) : (['failed', `It answered ${status}.`] as const)
    for (let next = await store.first(webhookId); next; next = await store.first(webhookId))
      await store.note(next.deliveryId, { state, reason, attempts: 1, nextAt: null, lastAt: next.createdAt, lastStatus: status })
  })

test('a webhook is added, shows its secret once, is listed, paused, resumed and removed', async () => {
  expect((await webhook('list')).out).toMatch(/There is no webhook yet/)
  const added = await webhook('add', 'https://hooks.example.com/windfall', '--id', 'desk', '--description', 'my desk')
  expect(added).toMatchObject({ code: 0, out: expect.stringMatching(/hears of +job\.completed, job\.failed, job\.expired, job\.cancelled\nsecret +whsec_/) })
  const [secret = ''] = /whsec_\S+/.exec(added.out) ?? []
  for (const name of ['show', 'pause', 'resume']) {
    const { code, out } = await webhook(name, 'desk')
    expect([code, out.includes(secret), out.includes(name === 'pause' ? 'paused' : 'active')]).toEqual([0, false, true])
  }
  expect((await webhook('list', '--json')).out).not.toContain(secret)
  expect((await webhook('list')).out).toMatch(/desk +active +0 +https:\/\/hooks\.example\.com\/windfall +job\.completed/)
  expect((await webhook('remove', 'desk')).out).toBe('Webhook desk is no more.\n')
  expect(await webhook('show', 'desk')).toMatchObject({ code: 2, err: expect.stringContaining('windfall webhook list') })
})

test('an address that is not used, and a kind that is none, say so', async () => {
  for (const url of ['http://hooks.example.com/', 'https://169.254.169.254/', 'https://2130706433/', 'https://localhost:8443/'])
    expect(await webhook('add', url)).toMatchObject({ code: 2, err: expect.stringContaining('This address is not used') })
  expect(await webhook('add', 'https://hooks.example.com/', '--on', 'job.done')).toMatchObject({
    code: 2,
    err: expect.stringContaining('There are: job.running'),
  })
})

test('what came of messages is listed, and sent again', async () => {
  await webhook('add', 'https://hooks.example.com/', '--id', 'again', '--on', 'all')
  expect((await webhook('deliveries', 'again')).out).toMatch(/no such message/)
  await transact(server.core.db, (tx) => server.core.decide(tx, 'requester.funded', { requesterId: REQUESTER, depositId: 'd', microUsd: '1', by: 'owner' }))
  await deliverAll('again', 500)
  expect((await webhook('deliveries', 'again', '--state', 'failed')).out).toMatch(/deposit\.credited +failed +1 +It answered 500\./)
  expect((await webhook('resend', 'again')).out).toBe('1 on their way again.\n')
  expect((await webhook('show', 'again')).out).toMatch(/waiting +1 message\n/)
  await deliverAll('again', 204)
  expect((await webhook('deliveries', 'again')).out).toMatch(/deposit\.credited +delivered +1 +answered 204/)
  expect((await webhook('resend', 'again')).out).toBe('Nothing has failed.\n')
})

test('somebody else’s webhook is not there', async () => {
  const key = generateApiKey(randomBytes)
  await grantApiKey(server.core.db, { requesterId: 'somebody', name: 'Somebody', apiKey: key, at: 1 })
  await webhook('add', 'https://hooks.example.com/secret-path', '--id', 'mine')
  const as = [...access.slice(0, -1), key]
  for (const name of ['show', 'pause', 'resume', 'test', 'deliveries', 'resend'])
    expect(await run('webhook', name, 'mine', ...as)).toMatchObject({ code: 2, err: expect.stringContaining('There is no webhook mine') })
  expect(JSON.parse((await run('webhook', 'list', '--json', ...as)).out)).toEqual({ items: [], next: null })
})

test('a receiver checks a message by its headers, and the secret never stands on the command line', async () => {
  const secret = `whsec_${randomBytes(32).toString('base64')}`
  const [id, timestamp, body] = ['msg_1', String(Math.floor(systemClock.now() / 1_000)), '{"type":"job.completed"}']
  const files = { body: join(root, 'body.json'), changed: join(root, 'changed.json'), secret: join(root, 'secret') }
  writeFileSync(files.body, body)
  writeFileSync(files.changed, `${body} `)
  writeFileSync(files.secret, secret, { mode: 0o600 })
  const verify = (file: string, ...more: readonly string[]) =>
    run('webhook', 'verify', '--id', id, '--timestamp', timestamp, '--signature', signWebhook(secret, { id, timestamp, body }), '--body', file, ...more)
  vi.stubEnv('WINDFALL_WEBHOOK_SECRET', undefined)
  expect(await verify(files.body, '--secret-file', files.secret, '--json')).toMatchObject({ code: 0, out: '{"valid":true}\n' })
  expect(await verify(files.changed, '--secret-file', files.secret)).toMatchObject({ code: 4, err: expect.stringContaining('not from who knows this secret') })
  expect(await verify(join(root, 'missing'), '--secret-file', files.secret)).toMatchObject({ code: 2, err: expect.stringContaining('cannot be read') })
  expect(await verify(files.body)).toMatchObject({ code: 2, err: expect.stringContaining('WINDFALL_WEBHOOK_SECRET') })
  vi.stubEnv('WINDFALL_WEBHOOK_SECRET', 'nonsense')
  expect(await verify(files.body)).toMatchObject({ code: 2, err: expect.stringContaining('begins with whsec_') })
})
