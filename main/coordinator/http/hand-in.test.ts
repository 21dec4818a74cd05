/** How proofs come in over HTTP: kept before they are answered, answered the same again, and refused unread when there is no room. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { signEnvelope } from '../../../shared/domain/dsse.ts'
import { PROOF_BATCH_TYPE } from '../../../shared/domain/proof-batch.ts'
import { type TestNode } from '../core.fake.ts'
import { SECONDS, proofFor, submissionOf } from '../test-work.fake.ts'
import { type TestServer, sendSigned, startTestServer } from './http.fake.ts'
import { prefersAsync } from './prefer.ts'

let server: TestServer
let node: TestNode

beforeEach(async () => {
  server = await startTestServer()
  node = await server.core.enrol()
})
afterEach(() => server[Symbol.asyncDispose]())

async function proven() {
  const lease = await server.core.lease(node)
  await server.core.jobs.start({ nodeId: node.nodeId, leaseId: lease.leaseId, token: lease.token })
  await server.core.clock.advance(SECONDS * 1000)
  return submissionOf(lease, proofFor(lease, { nodeId: node.nodeId, now: server.core.clock.now() }), node.signer)
}

const post = (body: unknown, headers = {}) => sendSigned(server, node.signer, { method: 'POST', path: '/v1/proofs', body, headers })

test('one who prefers not to wait is answered 202 as soon as the proof is kept, and the same request gets its receipt later', async () => {
  const body = await proven()
  const early = await post(body, { prefer: 'respond-async, wait=10' })
  expect([early.statusCode, early.headers['preference-applied'], early.json()]).toEqual([
    202,
    'respond-async',
    { proofId: `proof-of-${body.leaseId}`, jobId: 'job-1', receiptId: null },
  ])
  const late = await post(body)
  expect([late.statusCode, late.headers['preference-applied']]).toEqual([200, undefined])
  expect(late.json()).toMatchObject({ jobId: 'job-1', receiptId: expect.any(String) })
})

test('several proofs under one signature are kept and answered like one', async () => {
  const { leaseId, token, envelope, output } = await proven()
  const body = { v: 1, nodeId: node.nodeId, items: [{ kind: 'proof', leaseId, token, envelope }] }
  const batch = { batch: await signEnvelope(PROOF_BATCH_TYPE, Buffer.from(JSON.stringify(body)), node.signer), outputs: [output] }
  const send = (headers = {}) => sendSigned(server, node.signer, { method: 'POST', path: '/v1/proofs/batch', body: batch, headers })
  const early = await send({ prefer: 'respond-async' })
  expect([early.statusCode, early.json()]).toEqual([202, { verdicts: [{ state: 'waiting', proofId: `proof-of-${leaseId}`, jobId: 'job-1' }] }])
  const [late, again] = [await send(), await send()]
  expect([late.statusCode, late.json()]).toMatchObject([200, { verdicts: [{ state: 'accepted', jobId: 'job-1', receiptId: expect.any(String) }] }])
  expect(again.rawPayload).toEqual(late.rawPayload)
})

test('the same proof gets the same answer, byte for byte', async () => {
  const body = await proven()
  const [first, again] = [await post(body), await post(body)]
  expect(first.statusCode).toBe(200)
  expect(again.rawPayload).toEqual(first.rawPayload)
})

test('where there is no room nothing is read, and whoever sent it is told when to come again', async () => {
  const body = await proven()
  const { door } = server.core.intake
  const inside: (() => void)[] = []
  for (let leave = door.enter(1); leave; leave = door.enter(1)) inside.push(leave)
  const refused = await post(body)
  expect([refused.statusCode, refused.headers['retry-after'], refused.json()]).toMatchObject([429, '2', { code: 'rate.limited' }])
  for (const leave of inside) leave()
  expect((await post(body)).statusCode).toBe(200)
  await expect.poll(() => door.underway()).toBe(0)
})

test.each([
  ['respond-async', true],
  ['Respond-Async', true],
  ['wait=5, respond-async; foo=bar', true],
  ['handling=lenient', false],
  ['respond-asynchronously', false],
  [undefined, false],
] as const)('“Prefer: %s” is understood', (prefer, isAsync) => {
  const request = { headers: prefer === undefined ? {} : { prefer } }
  expect(prefersAsync('submitProof', request)).toBe(isAsync)
  expect(prefersAsync('heartbeat', request)).toBe(false)
})
