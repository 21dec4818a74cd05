import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Lease } from '../../shared/contract/job.ts'
import { REQUESTER, type TestNode } from './core.fake.ts'
import { type TestServer, sendSigned, startTestServer } from './http/http.fake.ts'

let server: TestServer
let node: TestNode
let lease: Lease
beforeEach(async () => {
  server = await startTestServer()
  node = await server.core.enrol()
  lease = await server.core.lease(node)
})
afterEach(() => server[Symbol.asyncDispose]())

const held = () => [{ leaseId: lease.leaseId, token: lease.token, state: 'running' }]
const ask = async (waitMs: number) => {
  const answer = await sendSigned(server, node.signer, { method: 'POST', path: '/v1/orders', body: { running: held(), waitMs } })
  return answer.json<{ cancelled: string[]; lost: string[]; yields: unknown[] }>()
}
/** Asks, and returns once the question waits for its answer. */
async function parked() {
  const before = server.core.clock.sleepers()
  const answer = ask(10_000)
  // However long it takes for its signature to be checked.
  await expect.poll(() => server.core.clock.sleepers()).not.toBe(before)
  return { answer }
}
const cancel = () => server.core.parts.jobs.cancel(REQUESTER, 'job-1')

test('a node that no socket reaches hears of a cancelled job at once: no time passes for it', async () => {
  const before = server.core.clock.monotonic()
  const { answer } = await parked()
  await cancel()
  expect(await answer).toEqual({ lost: [], cancelled: [lease.leaseId], yields: [] })
  expect(server.core.clock.monotonic()).toBe(before)
})

test('what was cancelled before it asked is said at once, and again until it drops it', async () => {
  await cancel()
  expect(await ask(10_000)).toMatchObject({ cancelled: [lease.leaseId] })
  expect(await ask(10_000)).toMatchObject({ cancelled: [lease.leaseId] })
})

test('asking for a running job back is an order, too', async () => {
  await server.core.jobs.start({ nodeId: node.nodeId, leaseId: lease.leaseId, token: lease.token })
  const { answer } = await parked()
  await server.core.jobs.askBack(lease.leaseId, 'carbon')
  expect(await answer).toEqual({ lost: [], cancelled: [], yields: [{ leaseId: lease.leaseId, reason: 'carbon' }] })
})

test('without an order the answer is nothing once the time is up, and the lease is renewed', async () => {
  await server.core.clock.advance(80_000)
  const { answer } = await parked()
  await server.core.clock.advance(10_000)
  expect(await answer).toEqual({ lost: [], cancelled: [], yields: [] })
  await server.core.clock.advance(79_000)
  await server.core.jobs.round()
  expect(await ask(0)).toMatchObject({ lost: [] })
})

test('of two questions of one node the older one is answered, and only one waits', async () => {
  const before = server.core.clock.sleepers()
  const first = await parked()
  const second = ask(10_000)
  expect(await first.answer).toMatchObject({ cancelled: [] })
  await expect.poll(() => server.core.clock.sleepers()).toBe(before + 1)
  await cancel()
  expect(await second).toMatchObject({ cancelled: [lease.leaseId] })
})

test('nobody hears of the jobs of another node, and nobody who holds nothing waits', async () => {
  const other = await server.core.enrol()
  await cancel()
  const answer = await sendSigned(server, other.signer, { method: 'POST', path: '/v1/orders', body: { running: held(), waitMs: 10_000 } })
  expect(answer.json()).toEqual({ lost: [lease.leaseId], cancelled: [], yields: [] })
  expect((await sendSigned(server, other.signer, { method: 'POST', path: '/v1/orders', body: { running: [], waitMs: 10_000 } })).statusCode).toBe(200)
})

test('whoever waits is answered when the coordinator ends', async () => {
  const { answer } = await parked()
  const stop = new AbortController()
  const running = server.core.ordering.run(stop.signal)
  stop.abort()
  await running
  expect(await answer).toMatchObject({ cancelled: [] })
})
