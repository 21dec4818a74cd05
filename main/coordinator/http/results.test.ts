import { afterEach, beforeEach, expect, test } from 'vitest'
import { sha256Hex } from '../../kernel/signing.ts'
import { generateApiKey, grantApiKey } from '../registry/api-keys.ts'
import { OUTPUT, proofFor, submissionOf } from '../test-work.fake.ts'
import { type TestServer, startTestServer } from './http.fake.ts'

let server: TestServer
beforeEach(async () => {
  server = await startTestServer()
})
afterEach(() => server[Symbol.asyncDispose]())

const fetched = (jobId: string, apiKey = server.core.apiKey) =>
  server.app.inject({ method: 'GET', url: `/v1/jobs/${jobId}/result`, headers: { host: '127.0.0.1', authorization: `Bearer ${apiKey}` } })

async function complete(): Promise<void> {
  const { core } = server
  const node = await core.enrol()
  const lease = await core.lease(node)
  await core.clock.advance(60_000)
  await core.parts.proofs.submit(node.nodeId, await submissionOf(lease, proofFor(lease, { nodeId: node.nodeId, now: core.clock.now() }), node.signer))
}

test('what a completed job produced arrives as it is, with its length and digest', async () => {
  await complete()
  const { statusCode, headers, rawPayload } = await fetched('job-1')
  expect([statusCode, rawPayload]).toEqual([200, OUTPUT])
  expect(headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-length': String(OUTPUT.length),
    'repr-digest': `sha-256=:${Buffer.from(sha256Hex(OUTPUT), 'hex').toString('base64')}:`,
  })
})

test('a job without a result, one that is not there and one of somebody else are told apart from nobody', async () => {
  await server.core.submit('job-2')
  expect((await fetched('job-2')).json()).toMatchObject({ status: 404, detail: expect.stringMatching(/job-2 is queued; only a completed job/) })
  expect((await fetched('job-3')).statusCode).toBe(404)
  await complete()
  const apiKey = generateApiKey((bytes) => Buffer.alloc(bytes, 7))
  await grantApiKey(server.core.db, { requesterId: 'somebody', name: 'Somebody', apiKey, at: server.core.clock.now() })
  expect((await fetched('job-1', apiKey)).json()).toMatchObject({ status: 404, detail: 'You have no job job-1. To see those you have: windfall job list' })
  expect((await fetched('job-1', 'wf_nobody')).statusCode).toBe(403)
  expect(server.failures).toEqual([])
})
