/**
 * Each coordinator remembers the nonces that it has seen itself. What was signed for one of several over the same database may so arrive at another one
 * once more: what a node asks leaves nothing behind the second time that it did not leave the first.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Lease } from '../../../shared/contract/job.ts'
import type { TestNode } from '../core.fake.ts'
import { SECONDS, proofFor, submissionOf } from '../test-work.fake.ts'
import { type TestServer, sendSigned, startTestServer } from './http.fake.ts'

let server: TestServer
let node: TestNode
beforeAll(async () => {
  server = await startTestServer()
  node = await server.core.enrol()
})
afterAll(() => server[Symbol.asyncDispose]())

/** Everything that the coordinator knows. */
async function everything(): Promise<string> {
  const { db } = server.core
  const tables = await db.introspection.getTables()
  const contents = await Promise.all(
    tables.map(async ({ name }) => [
      name,
      await db
        .selectFrom(name as 'job')
        .selectAll()
        .execute(),
    ]),
  )
  return JSON.stringify(contents, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
}

/** Sends a request as the coordinator that has not seen its nonce sees it: once more, as it was. */
async function replay(path: string, body: unknown): Promise<{ lease: Lease }> {
  const send = () => sendSigned(server, node.signer, { method: 'POST', path, body })
  const first = await send()
  expect(first.statusCode, first.body).toBe(200)
  const after = await everything()
  const second = await send()
  expect(second.statusCode, path).toBeLessThan(500)
  expect(await everything(), path).toBe(after)
  return first.json()
}

test('a node that is replayed at another coordinator works, proves and gives back once', async () => {
  const { core } = server
  await replay('/v1/presence', { ready: true, reasons: [], running: [] })
  await core.submit('job-1')
  const { lease } = await replay('/v1/leases', { runtimes: ['docker'] })
  await replay(`/v1/leases/${lease.leaseId}/start`, { token: lease.token })
  await core.clock.advance(SECONDS * 1_000)
  await replay('/v1/proofs', await submissionOf(lease, proofFor(lease, { nodeId: node.nodeId, now: core.clock.now() }), node.signer))
  const failed = await core.lease(node, 'job-2')
  await replay(`/v1/leases/${failed.leaseId}/fail`, { token: failed.token, reason: 'job.exit-code', message: 'It ended with 1.', exitCode: 1, retry: false })
})
