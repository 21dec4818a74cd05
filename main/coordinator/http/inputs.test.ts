import { Readable } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JobSpec, Lease } from '../../../shared/contract/job.ts'
import { MAX_INPUT_BYTES } from '../../../shared/contract/job-input.ts'
import type { After } from '../../../shared/contract/job-links.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import { REQUESTER, type TestNode } from '../core.fake.ts'
import { OUTPUT, proofFor, submissionOf, testSpec } from '../test-work.fake.ts'
import { generateApiKey, grantApiKey } from '../registry/api-keys.ts'
import { type TestServer, sendSigned, startTestServer } from './http.fake.ts'

const SCENE = Buffer.from('what there is to render')
const NAME = `sha256:${sha256Hex(SCENE)}`

let server: TestServer
let node: TestNode
beforeEach(async () => {
  server = await startTestServer()
  node = await server.core.enrol()
  await server.core.blobs.write(Readable.from([SCENE]), { maxBytes: 1_000, expected: NAME })
})
afterEach(() => server[Symbol.asyncDispose]())

type Inputs = JobSpec['inputs']

const submit = (jobId: string, inputs: Inputs, after: After = [], requesterId = REQUESTER) =>
  server.core.jobs.submit({ requesterId, jobId, spec: testSpec(server.core.clock.now(), { inputs }), after })
const pathOf = ({ leaseId, token }: Pick<Lease, 'leaseId' | 'token'>, index: number | string) => `/v1/leases/${leaseId}/inputs/${index}?token=${token}`
const fetched = (path: string, signer = node.signer) => sendSigned(server, signer, { method: 'GET', path })

const afterFirst = (when: 'completed' | 'ended'): After => [{ jobId: 'first', when }]

async function complete(jobId: string): Promise<void> {
  const { core } = server
  const lease = await core.lease(node, jobId)
  await core.clock.advance(60_000)
  await core.parts.proofs.submit(node.nodeId, await submissionOf(lease, proofFor(lease, { nodeId: node.nodeId, now: core.clock.now() }), node.signer))
}

test('a job begins with what was uploaded and with what an earlier job produced, each as its digest says', async () => {
  await complete('first')
  await node.ready()
  await submit(
    'second',
    [
      { path: 'scene/main.txt', digest: NAME },
      { path: 'before', outputOf: 'first' },
    ],
    [{ jobId: 'first', when: 'completed' }],
  )
  const lease = await server.core.jobs.request(node.nodeId, ['docker'])
  if (!lease) throw new Error('the job was not leased')
  for (const [index, content] of [SCENE, OUTPUT].entries()) {
    const answer = await fetched(pathOf(lease, index))
    expect([answer.statusCode, answer.rawPayload]).toEqual([200, content])
    expect(answer.headers).toMatchObject({
      'content-length': String(content.length),
      'repr-digest': `sha-256=:${Buffer.from(sha256Hex(content), 'hex').toString('base64')}:`,
    })
  }
  expect((await fetched(pathOf(lease, 2))).json()).toMatchObject({ status: 404, detail: 'Job second has no input 2.' })
  await server.core.outputs.blobs.remove(`sha256:${sha256Hex(OUTPUT)}`, Number.POSITIVE_INFINITY)
  expect((await fetched(pathOf(lease, 1))).json()).toMatchObject({ status: 404, detail: expect.stringContaining('job first, which is no longer kept') })
  expect(server.failures).toEqual([])
})

test('nobody else is given them, and no longer than the lease lasts', async () => {
  const lease = await server.core.lease(node, 'job-1', { inputs: [{ path: 'scene', digest: NAME }] })
  const other = await server.core.enrol()
  expect((await fetched(pathOf(lease, 0), other.signer)).json()).toMatchObject({ status: 409, code: 'lease.lost' })
  expect((await fetched(pathOf({ ...lease, token: lease.token + 1 }, 0))).json()).toMatchObject({ code: 'lease.lost' })
  expect((await fetched(pathOf(lease, '-1'))).json()).toMatchObject({ status: 400 })
  expect((await server.app.inject({ method: 'GET', url: pathOf(lease, 0), headers: { host: '127.0.0.1' } })).statusCode).toBe(401)
  await server.core.jobs.cancel(REQUESTER, 'job-1')
  expect((await fetched(pathOf(lease, 0))).json()).toMatchObject({ code: 'lease.lost' })
})

test('what cannot be there when the job begins is refused at once', async () => {
  await expect(submit('a', [{ path: 'x', digest: `sha256:${'0'.repeat(64)}` }])).rejects.toMatchObject({
    code: 'input.invalid',
    message: expect.stringContaining('/v1/blobs/'),
  })
  await server.core.submit('first')
  for (const links of [[], afterFirst('ended')])
    await expect(submit('b', [{ path: 'x', outputOf: 'first' }], links)).rejects.toMatchObject({ message: expect.stringContaining('“after”') })
  expect(await submit('b', [{ path: 'x', outputOf: 'first' }], afterFirst('completed'))).toMatchObject({ reason: 'waiting.after' })
})

test('what an array produced is an input like any other, and somebody else’s never is', async () => {
  const spec = testSpec(server.core.clock.now())
  await server.core.jobs.arrays.submit(REQUESTER, { arrayId: 'map', spec, range: { from: 0, to: 1 } })
  expect(await submit('reduce', [{ path: 'x', outputOf: 'map-1' }], [{ arrayId: 'map', when: 'completed' }])).toMatchObject({ reason: 'waiting.after' })
  const apiKey = generateApiKey((bytes) => Buffer.alloc(bytes, 7))
  await grantApiKey(server.core.db, { requesterId: 'somebody', name: 'Somebody', apiKey, at: server.core.clock.now() })
  await expect(submit('other', [{ path: 'x', outputOf: 'map-1' }], [{ arrayId: 'map', when: 'completed' }], 'somebody')).rejects.toMatchObject({
    code: 'not-found',
  })
})

test('all inputs together have a limit', async () => {
  const large = Buffer.alloc(MAX_INPUT_BYTES / 2 + 1, 7)
  const digest = `sha256:${sha256Hex(large)}`
  await server.core.blobs.write(Readable.from([large]), { maxBytes: large.length, expected: digest })
  const twice = ['a', 'b'].map((path) => ({ path, digest }))
  await expect(submit('a', twice)).rejects.toMatchObject({ code: 'input.too-large' })
  expect(await submit('a', twice.slice(1))).toMatchObject({ state: 'queued' })
})
