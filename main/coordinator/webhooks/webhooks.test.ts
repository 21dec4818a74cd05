import * as fc from 'fast-check'
import { type KyselyPlugin, sql } from 'kysely'
import { expect, test } from 'vitest'
import { MAX_WEBHOOKS } from '../../../shared/contract/webhook.ts'
import { REQUESTER } from '../core.fake.ts'
import { transact, withFence } from '../persistence/database.ts'
import { dyingAt } from '../persistence/dying.fake.ts'
import { createSealing } from './sealing.ts'
import { DAY_MS, ME, OPERATOR_VIEW, startWebhooks } from './webhooks.fixture.ts'

const page = { after: null, limit: 50 }
const all = (webhookId: string) => ({ ...page, webhookId, state: null })

test('a requester hears of what it chose, signed, and of nobody else’s jobs', async () => {
  await using world = await startWebhooks()
  const { core, calls, net } = world
  const webhookId = await world.add('a.example.com', ['job.cancelled', 'deposit.credited'])
  await world.add('b.example.com', ['job.failed'])
  await core.submit('job-1')
  await core.jobs.cancel(REQUESTER, 'job-1')
  // What happens within a millisecond has no order.
  core.clock.jump(1)
  await transact(core.db, async (tx) => {
    await core.decide(tx, 'requester.funded', { requesterId: REQUESTER, depositId: 'deposit-1', microUsd: '5', by: 'owner' })
    await core.decide(tx, 'requester.funded', { requesterId: 'somebody', depositId: 'deposit-2', microUsd: '5', by: 'owner' })
  })
  const stop = world.start()
  await world.until(async () => (await calls.deliveries(ME, { ...all(webhookId), state: 'delivered' })).items.length === 2)
  await stop()
  expect(net.heard.map(({ host, kind, data, doubt }) => ({ host, kind, data, doubt }))).toEqual([
    { host: 'a.example.com', kind: 'job.cancelled', data: { jobId: 'job-1', arrayId: null, state: 'cancelled', reason: 'requester' }, doubt: null },
    { host: 'a.example.com', kind: 'deposit.credited', data: { depositId: 'deposit-1', microUsd: '5' }, doubt: null },
  ])
  expect(await calls.show(ME, webhookId)).toMatchObject({ state: 'active', waiting: 0, failingSince: null, reason: null })
})

test('what was undone was never told', async () => {
  await using world = await startWebhooks()
  const webhookId = await world.add('a.example.com', ['deposit.credited'])
  const undone = transact(world.core.db, async (tx) => {
    await world.core.decide(tx, 'requester.funded', { requesterId: REQUESTER, depositId: 'deposit-1', by: 'owner' })
    throw new Error('undone')
  })
  await expect(undone).rejects.toThrow('undone')
  expect((await world.calls.deliveries(ME, all(webhookId))).items).toEqual([])
})

const fund = ({ core }: Pick<Awaited<ReturnType<typeof startWebhooks>>, 'core'>, ...depositIds: readonly string[]) =>
  transact(core.db, async (tx) => {
    for (const depositId of depositIds) await core.decide(tx, 'requester.funded', { requesterId: REQUESTER, depositId, by: 'owner' })
  })

test('what did not arrive is sent again under the same id, with the answer on show', async () => {
  const unreached = 'a.example.com could not be reached (ECONNREFUSED).'
  await using world = await startWebhooks((_, nth) => [500, unreached, 302, 200][nth - 1] ?? 200)
  const { calls, net } = world
  const webhookId = await world.add('a.example.com', ['deposit.credited'])
  await fund(world, 'deposit-1')
  const stop = world.start()
  const first = async () => (await calls.deliveries(ME, all(webhookId))).items[0]
  for (const [at, reason] of ['It answered 500.', unreached, 'It answered 302, and redirects are not followed.', null].entries()) {
    await world.until(() => net.heard.length > at, 60_000)
    await world.until(async () => (await first())?.attempts === at + 1, 0)
    expect(await first()).toMatchObject({ reason, state: reason === null ? 'delivered' : 'waiting' })
    expect(await calls.show(ME, webhookId)).toMatchObject({ reason, waiting: reason === null ? 0 : 1 })
  }
  await stop()
  expect(net.heard.map(({ id }) => id)).toEqual(Array<string>(4).fill(net.heard[0]?.id ?? ''))
  expect(await first()).toMatchObject({ attempts: 4, lastStatus: 200, nextAt: null })
})

test('receivers that never answer delay no other, and get one message at a time', async () => {
  await using world = await startWebhooks((host) => (host.startsWith('slow') ? null : 200))
  const slow = ['slow1.example.com', 'slow2.example.com', 'slow3.example.com', 'slow4.example.com']
  for (const host of slow) await world.add(host, ['deposit.credited'])
  const quick = await world.add('quick.example.com', ['deposit.credited'])
  await fund(world, ...Array.from({ length: 20 }, (_, nth) => `deposit-${nth}`))
  const stop = world.start()
  await world.until(async () => (await world.calls.show(ME, quick)).waiting === 0)
  await stop()
  expect(world.net.most()).toBe(1)
  for (const host of slow) expect(world.net.heard.filter((one) => one.host === host)).toHaveLength(1)
  expect(world.net.heard.filter(({ host }) => host === 'quick.example.com')).toHaveLength(20)
})

test('a receiver that has been silent for days is disabled, its owner is told elsewhere, and what was missed can be sent once it is back', async () => {
  const up = { is: false }
  await using world = await startWebhooks((host) => (host === 'a.example.com' && !up.is ? 'a.example.com did not answer within 5 s.' : 200))
  const { calls, net } = world
  const dead = await world.add('a.example.com', ['deposit.credited'])
  await world.add('b.example.com', ['webhook.disabled'])
  await fund(world, 'deposit-1', 'deposit-2')
  const stop = world.start()
  await world.until(() => net.heard.some(({ kind }) => kind === 'webhook.disabled'), 1_200_000)
  expect(net.heard.find(({ kind }) => kind === 'webhook.disabled')?.data).toMatchObject({ webhookId: dead })
  expect(world.disabled).toEqual([dead])
  expect(await calls.show(ME, dead)).toMatchObject({ state: 'disabled', waiting: 0, reason: expect.stringContaining('three days') })
  await fund(world, 'deposit-3')
  expect((await calls.deliveries(ME, all(dead))).items.map(({ state }) => state)).toEqual(['failed', 'failed'])
  await expect(calls.test(ME, dead)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('windfall webhook resume') })
  await expect(calls.resendFailed(ME, dead)).rejects.toMatchObject({ code: 'conflict' })
  up.is = true
  expect(await calls.resume(ME, dead)).toMatchObject({ state: 'active', reason: null, failingSince: null })
  expect(await calls.resendFailed(ME, dead)).toBe(2)
  await world.until(async () => (await calls.deliveries(ME, { ...all(dead), state: 'delivered' })).items.length === 2)
  await stop()
  expect(new Set(net.heard.filter(({ host }) => host === 'a.example.com').map(({ id }) => id)).size).toBe(2)
  expect((await world.core.decided('webhook.disabled'))[0]).toMatchObject({ webhookId: dead, requesterId: REQUESTER })
})

test('a pause keeps what happens, a trial is sent once, and what was removed is forgotten', async () => {
  await using world = await startWebhooks((_, nth) => (nth === 1 ? 500 : 200))
  const { calls, net } = world
  const webhookId = await world.add('a.example.com', ['deposit.credited'])
  const stop = world.start()
  const trial = await calls.test(ME, webhookId)
  const found = () => calls.delivery(ME, { webhookId, deliveryId: trial.deliveryId })
  await world.until(async () => (await found()).state !== 'waiting')
  expect(await found()).toMatchObject({ kind: 'webhook.test', state: 'failed', attempts: 1, lastStatus: 500, body: expect.stringContaining('webhook.test') })
  expect(await calls.show(ME, webhookId)).toMatchObject({ state: 'active', failingSince: null })
  expect(await calls.pause(ME, webhookId)).toMatchObject({ state: 'paused' })
  await fund(world, 'deposit-1')
  expect(await calls.pause(ME, webhookId)).toMatchObject({ state: 'paused', waiting: 1 })
  await world.core.clock.advance(60_000)
  expect(net.heard).toHaveLength(1)
  await calls.resume(ME, webhookId)
  await world.until(() => net.heard.length === 2)
  const { items } = await calls.deliveries(ME, all(webhookId))
  expect(items).toHaveLength(2)
  const [delivered] = items
  await world.until(async () => (await calls.show(ME, webhookId)).waiting === 0)
  expect(await calls.resend(ME, { webhookId, deliveryId: delivered?.deliveryId ?? '' })).toMatchObject({ state: 'waiting', attempts: 0 })
  await world.until(() => net.heard.length === 3)
  expect(net.heard[2]?.id).toBe(net.heard[1]?.id)
  await world.until(async () => (await calls.show(ME, webhookId)).waiting === 0)
  await stop()
  await calls.remove(ME, webhookId)
  await calls.remove(ME, webhookId)
  await expect(calls.show(ME, webhookId)).rejects.toMatchObject({ code: 'not-found' })
  expect(await world.core.db.selectFrom('webhook_delivery').select('id').execute()).toEqual([])
})

test('a webhook that is paused between being found due and being sent to is not sent anything', async () => {
  await using world = await startWebhooks()
  const { calls, net, core } = world
  const webhookId = await world.add('a.example.com', ['deposit.credited'])
  await fund(world, 'deposit-1')
  let looks = 0
  const pausing: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      looks += 1
      if (looks === 1) await calls.pause(ME, webhookId)
      return result
    },
  }
  const stop = world.start(core.db.withPlugin(pausing))
  await world.until(() => looks > 3)
  await stop()
  expect(await calls.show(ME, webhookId)).toMatchObject({ state: 'paused', waiting: 1 })
  expect(net.heard).toEqual([])
})

test('webhooks are their owner’s: others find none, an operator sees a host and no more, and there are five', async () => {
  await using world = await startWebhooks()
  const { calls } = world
  for (let nth = 0; nth < MAX_WEBHOOKS; nth += 1) await world.add(`w${nth}.example.com`, ['job.failed'])
  await expect(world.add('one-more.example.com', ['job.failed'])).rejects.toMatchObject({ code: 'rate.limited' })
  await expect(world.add('w0.example.com', ['job.failed'])).rejects.toMatchObject({ code: 'conflict' })
  const order = { webhookId: 'x', kinds: ['job.failed' as const], description: '' }
  await expect(calls.add(ME, REQUESTER, { ...order, url: 'https://169.254.169.254/' })).rejects.toMatchObject({ code: 'input.invalid' })
  const other = { by: 'other', account: 'other', all: false }
  const nobody = { by: 'member:1', account: null, all: false }
  for (const viewer of [other, nobody]) {
    expect((await calls.list(viewer, page)).items).toEqual([])
    await expect(calls.show(viewer, 'w0-example-com')).rejects.toMatchObject({ code: 'not-found' })
    await calls.remove(viewer, 'w0-example-com')
    await expect(calls.test(viewer, 'w0-example-com')).rejects.toMatchObject({ code: 'not-found' })
    await expect(calls.deliveries(viewer, all('w0-example-com'))).rejects.toMatchObject({ code: 'not-found' })
  }
  expect((await calls.show(OPERATOR_VIEW, 'w0-example-com')).url).toBe('https://w0.example.com')
  const [first, second] = [await calls.list(ME, { ...page, limit: 3 }), await calls.list(ME, { after: 'w2-example-com', limit: 3 })]
  expect(first.next).toBe('w2-example-com')
  expect([...first.items, ...second.items].map(({ url }) => url)).toEqual([4, 3, 2, 1, 0].map((nth) => `https://w${nth}.example.com/hook`))
})

test('a secret lies sealed in the database, and is of use to no other webhook and under no other key', async () => {
  await using world = await startWebhooks()
  await world.add('a.example.com', ['job.failed'])
  const secret = world.net.secrets.get('a.example.com') ?? ''
  const [row] = await world.core.db.selectFrom('webhook').selectAll().execute()
  expect(JSON.stringify(row)).not.toContain(secret.slice(6))
  const sealing = createSealing(new Uint8Array(32), (bytes) => new Uint8Array(bytes).fill(7))
  const sealed = sealing.seal('a', secret)
  expect(sealing.open('a', sealed)).toBe(secret)
  expect(sealing.open('b', sealed)).toBeNull()
  expect(createSealing(new Uint8Array(32).fill(1), () => new Uint8Array(12)).open('a', sealed)).toBeNull()
  for (const broken of ['', 'AAAA', `${sealed.slice(0, 20)}A${sealed.slice(21)}`]) expect(sealing.open('a', broken)).toBeNull()
})

test('messages are kept for their time and no longer', async () => {
  await using world = await startWebhooks()
  const webhookId = await world.add('a.example.com', ['deposit.credited'])
  await world.calls.pause(ME, webhookId)
  await fund(world, 'deposit-1')
  world.core.clock.jump(30 * DAY_MS + 1)
  await fund(world, 'deposit-2')
  const stop = world.start()
  await world.until(async () => (await world.calls.show(ME, webhookId)).waiting === 1)
  await stop()
  expect((await world.calls.deliveries(ME, all(webhookId))).items[0]).toMatchObject({ state: 'waiting' })
})

/** Whoever was paused while another coordinator took over sends what it had begun, and can note nothing of it. */
test('only the coordinator that holds the shard notes what it has sent', async () => {
  await using world = await startWebhooks()
  const { db } = world.core
  const webhookId = await world.add('a.example.com', ['deposit.credited'])
  await fund(world, 'deposit-1')
  await sql`DELETE FROM shard WHERE id = 'upkeep'`.execute(db)
  await sql`INSERT INTO shard (id, owner, epoch, until) VALUES ('upkeep', 'b', 2, 0)`.execute(db)
  const stopOld = world.start(withFence(db, { shard: 'upkeep', epoch: 1 }))
  // It writes other things, too, which may fail before anything is sent.
  await world.until(() => world.failures.length > 0 && world.net.heard.length > 0)
  await stopOld()
  expect(world.failures[0]).toContain('Another coordinator')
  expect(await world.calls.show(ME, webhookId)).toMatchObject({ waiting: 1 })
  const stop = world.start(withFence(db, { shard: 'upkeep', epoch: 2 }))
  await world.until(async () => (await world.calls.show(ME, webhookId)).waiting === 0)
  await stop()
  expect(new Set(world.net.heard.map(({ id }) => id)).size).toBe(1)
  expect(world.net.heard).toHaveLength(2)
})

test('a coordinator that dies between sending and noting sends again under the same id: nothing is lost', async () => {
  await using world = await startWebhooks()
  const webhookId = await world.add('a.example.com', ['deposit.credited'])
  for (let writes = 0; writes < 4; writes += 1) {
    const heardBefore = world.net.heard.length
    const failedBefore = world.failures.length
    const heardNow = () => world.net.heard.slice(heardBefore)
    await fund(world, `deposit-${writes}-a`, `deposit-${writes}-b`)
    const stopDying = world.start(world.core.db.withPlugin(dyingAt({ writes })))
    await world.until(() => world.failures.length > failedBefore)
    await stopDying()
    const stop = world.start()
    await world.until(async () => (await world.calls.show(ME, webhookId)).waiting === 0)
    await stop()
    const told = Map.groupBy(heardNow(), ({ data }) => String(data['depositId']))
    expect(new Set(told.keys())).toEqual(new Set([`deposit-${writes}-a`, `deposit-${writes}-b`]))
    for (const heard of told.values()) expect(new Set(heard.map(({ id }) => id)).size).toBe(1)
    // What was sent and not noted was sent twice.
    expect(heardNow()).toHaveLength(3)
  }
  expect((await world.calls.deliveries(ME, { ...all(webhookId), state: 'delivered' })).items).toHaveLength(8)
})

test('whatever receivers answer, each message ends delivered or given up, every one signed and one at a time', async () => {
  const answer = fc.constantFrom<number | string>(200, 204, 302, 404, 410, 429, 500, 503, 'x could not be reached (ETIMEDOUT).')
  const course = { answers: [] as (number | string)[], last: 200, host: '' }
  await using world = await startWebhooks((_, nth) => course.answers[nth - 1] ?? course.last)
  const stop = world.start()
  let runs = 0
  await fc.assert(
    fc.asyncProperty(fc.array(answer, { maxLength: 25 }), fc.constantFrom(200, 500), async (answers, last) => {
      runs += 1
      Object.assign(course, { answers, last, host: `r${runs}.example.com` })
      const webhookId = await world.add(course.host, ['deposit.credited'])
      await fund(world, 'deposit-1', 'deposit-2', 'deposit-3')
      await world.until(async () => (await world.calls.show(ME, webhookId)).waiting === 0, 1_800_000)
      const { items } = await world.calls.deliveries(ME, all(webhookId))
      const { state } = await world.calls.show(ME, webhookId)
      const arrived = new Set(world.net.heard.map(({ id }) => id))
      expect(world.net.heard.every(({ doubt }) => doubt === null)).toBe(true)
      expect(items.map((one) => one.state)).not.toContain('waiting')
      for (const one of items) if (one.state === 'delivered') expect(arrived).toContain(one.deliveryId)
      if (items.some((one) => one.attempts < 10 && one.state === 'failed')) expect(state).toBe('disabled')
      await world.calls.remove(ME, webhookId)
    }),
    { numRuns: 10 },
  )
  await stop()
  expect(world.net.most()).toBe(1)
  expect(world.failures).toEqual([])
})
