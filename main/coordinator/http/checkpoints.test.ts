import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Lease, MAX_CHECKPOINT_BYTES } from '../../../shared/contract/job.ts'
import { signRequest } from '../../kernel/http-signature.ts'
import type { Signer } from '../../kernel/signing.ts'
import { type TestNode, REQUESTER } from '../core.fake.ts'
import { type TestServer, sendSigned, startTestServer } from './http.fake.ts'

const SAVED = Buffer.from('what the job has saved')
let server: TestServer
let node: TestNode
let lease: Lease
beforeEach(async () => {
  server = await startTestServer()
  node = await server.core.enrol()
  lease = await server.core.lease(node, 'job-1', { checkpoints: true })
})
afterEach(() => server[Symbol.asyncDispose]())

let nonces = 0
const pathOf = ({ leaseId, token }: Pick<Lease, 'leaseId' | 'token'>) => `/v1/leases/${leaseId}/checkpoint?token=${token}`

interface Upload {
  readonly signer?: Signer
  readonly path?: string
  /** What is signed, if it is not what is sent. */
  readonly signed?: Buffer
  readonly sent?: Buffer
  readonly headers?: Readonly<Record<string, string>>
}

async function upload({ signer = node.signer, path = pathOf(lease), sent = SAVED, signed = sent, headers = {} }: Upload = {}) {
  const request = { method: 'PUT', url: new URL(path, 'http://127.0.0.1'), body: signed } as const
  const proof = await signRequest(signer, request, { now: server.core.clock.now(), nonce: `nonce-of-checkpoint-${String(nonces++).padStart(8, '0')}` })
  const type = { 'content-type': 'application/octet-stream' }
  return server.app.inject({ method: 'PUT', url: path, headers: { ...proof, host: '127.0.0.1', ...type, ...headers }, payload: sent })
}

test('the node that holds the lease hands over and fetches, byte for byte', async () => {
  const kept = await upload()
  expect([kept.statusCode, kept.json()]).toEqual([200, expect.objectContaining({ bytes: SAVED.length, token: lease.token })])
  const fetched = await sendSigned(server, node.signer, { method: 'GET', path: pathOf(lease) })
  expect([fetched.statusCode, fetched.headers['content-length'], fetched.body]).toEqual([200, String(SAVED.length), SAVED.toString()])
})

test.each<[string, number, string, () => Promise<Upload>]>([
  ['announces more than is taken', 413, 'input.too-large', async () => ({ headers: { 'content-length': String(MAX_CHECKPOINT_BYTES + 1) } })],
  ['is not what was signed', 400, 'input.invalid', async () => ({ signed: Buffer.from('something else') })],
  ['is signed by another node', 409, 'lease.lost', async () => ({ signer: (await server.core.enrol()).signer })],
  ['names another lease', 409, 'lease.lost', async () => ({ path: pathOf({ leaseId: 'lease-x', token: 1 }) })],
  ['has an old token', 409, 'lease.lost', async () => ({ path: pathOf({ ...lease, token: lease.token + 1 }) })],
  ['has no token', 400, 'input.invalid', async () => ({ path: `/v1/leases/${lease.leaseId}/checkpoint` })],
  ['asks for more than it may', 400, 'input.invalid', async () => ({ path: `${pathOf(lease)}&jobId=job-2` })],
  ['is not an archive by its type', 400, 'input.invalid', async () => ({ headers: { 'content-type': 'text/plain' } })],
  [
    'comes after the job was cancelled',
    409,
    'lease.lost',
    async () => {
      await server.core.jobs.cancel(REQUESTER, 'job-1')
      return {}
    },
  ],
])('an upload that %s is a %i', async (_, status, code, prepare) => {
  const answer = await upload(await prepare())
  expect([answer.statusCode, answer.json().code]).toEqual([status, code])
  expect((await server.core.jobs.view(REQUESTER, 'job-1')).checkpoint).toBeNull()
  expect(server.failures).toEqual([])
})

test('nobody else reads it: not another node, not its requester, not the public, and not under the path of archives', async () => {
  await upload()
  const stranger = await server.core.enrol()
  expect((await sendSigned(server, stranger.signer, { method: 'GET', path: pathOf(lease) })).json().code).toBe('lease.lost')
  const { checkpoint } = await server.core.jobs.view(REQUESTER, 'job-1')
  expect((await sendSigned(server, node.signer, { method: 'GET', path: `/v1/blobs/sha256:${checkpoint?.sha256}` })).statusCode).toBe(404)
  for (const authorization of [{}, { authorization: `Bearer ${server.core.apiKey}` }])
    expect((await server.app.inject({ method: 'GET', url: pathOf(lease), headers: { host: '127.0.0.1', ...authorization } })).json().code).toBe('auth.required')
})
