import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type TestNode } from '../core.fake.ts'
import { SECONDS, proofFor, submissionOf } from '../test-work.fake.ts'
import { type TestServer, sendSigned, startTestServer } from '../http/http.fake.ts'
import { claimsOf, logOf, sampleLines } from './challenge.fixture.ts'

let server: TestServer
let node: TestNode
let proofId: string
let log: Uint8Array

beforeEach(async () => {
  server = await startTestServer()
  const { core } = server
  node = await core.enrol()
  const lease = await core.lease(node)
  await core.clock.advance(SECONDS * 1_000)
  await node.ready([{ leaseId: lease.leaseId, token: lease.token, state: 'running' }])
  const run = { nodeId: node.nodeId, attemptId: lease.attemptId, endedAt: core.clock.now(), seconds: SECONDS }
  log = logOf(sampleLines(run))
  const proof = proofFor(lease, { nodeId: node.nodeId, now: core.clock.now(), changes: claimsOf(log) })
  ;({ proofId } = await core.parts.proofs.submit(node.nodeId, await submissionOf(lease, proof, node.signer)))
})
afterEach(() => server[Symbol.asyncDispose]())

const asRequester = (method: 'GET' | 'POST', path: string) =>
  server.app.inject({
    method,
    url: path,
    headers: { authorization: `Bearer ${server.core.apiKey}`, host: '127.0.0.1', ...(method === 'POST' ? { 'content-type': 'application/json' } : {}) },
    ...(method === 'POST' ? { payload: '{}' } : {}),
  })

const ask = async () => (await asRequester('POST', `/v1/proofs/${proofId}/challenge`)).json<{ challengeId: string; state: string }>()
const answer = (challengeId: string, body: unknown, signer = node.signer) =>
  sendSigned(server, signer, { method: 'POST', path: `/v1/challenges/${challengeId}`, body })
const packed = (bytes: Uint8Array) => gzipSync(bytes).toString('base64')

test('a proof is listed, shown, challenged and confirmed by plain requests', async () => {
  expect((await asRequester('GET', '/v1/proofs')).json()).toMatchObject({ items: [{ proofId, challenge: null }], next: null })
  const { challengeId, state } = await ask()
  expect(state).toBe('asked')
  const answered = await answer(challengeId, { log: packed(log), reason: null })
  expect([answered.statusCode, answered.json()]).toMatchObject([200, { state: 'valid' }])
  expect((await asRequester('GET', `/v1/proofs/${proofId}`)).json()).toMatchObject({ proofId, challenge: 'valid', challenges: [{ challengeId }] })
  expect((await asRequester('GET', `/v1/proofs/${proofId}/challenge`)).json()).toMatchObject({ challenges: [{ challengeId, state: 'valid' }] })
})

test('nobody asks without a key, nobody answers without the device key of the node that was asked', async () => {
  const { challengeId } = await ask()
  expect((await server.app.inject({ method: 'POST', url: `/v1/proofs/${proofId}/challenge`, headers: { host: '127.0.0.1' } })).statusCode).toBe(401)
  expect((await sendSigned(server, node.signer, { method: 'POST', path: `/v1/proofs/${proofId}/challenge`, body: {} })).statusCode).toBe(401)
  expect((await server.app.inject({ method: 'POST', url: `/v1/challenges/${challengeId}`, headers: { host: '127.0.0.1' } })).statusCode).toBe(401)
  const stranger = await server.core.enrol()
  expect((await answer(challengeId, { log: packed(log), reason: null }, stranger.signer)).statusCode).toBe(404)
})

test.each([
  ['neither a log nor a reason', { log: null, reason: null }, 400],
  ['both', { log: '', reason: 'gone' }, 400],
  ['no base64', { log: '%%%%', reason: null }, 400],
  ['no gzip', { log: Buffer.from('not gzip').toString('base64'), reason: null }, 400],
  ['a bomb', { log: packed(Buffer.alloc(150 * 1_048_576)), reason: null }, 413],
  ['more than any log', { log: 'A'.repeat(33_600_000), reason: null }, 413],
  ['more than it was asked for', { log: null, reason: 'gone', extra: 1 }, 400],
])('an answer that is none is refused and leaves the challenge open: %s', async (_, body, status) => {
  const { challengeId } = await ask()
  expect((await answer(challengeId, body)).statusCode).toBe(status)
  expect((await ask()).state).toBe('asked')
  expect((await answer(challengeId, { log: packed(log), reason: null })).json()).toMatchObject({ state: 'valid' })
  expect(server.failures).toEqual([])
})
