/** A coordinator with a little of everything in it, and the four who ask it. */
import { randomBytes } from 'node:crypto'
import { signRequest } from '../../../kernel/http-signature.ts'
import { type Signer, createSigner, generateKeyPem } from '../../../kernel/signing.ts'
import { REQUESTER } from '../../core.fake.ts'
import { generateApiKey, grantApiKey } from '../../registry/api-keys.ts'
import { type TestServer, startTestServer } from '../http.fake.ts'
import type { Actor, FuzzRequest } from './requests.fixture.ts'

export interface FuzzWorld extends AsyncDisposable {
  readonly server: TestServer
  readonly node: Signer
  readonly known: Readonly<Record<string, readonly string[]>>
  readonly send: (request: FuzzRequest) => Promise<FuzzAnswer>
}

export interface FuzzAnswer {
  readonly status: number
  readonly type: string
  readonly text: string
}

export async function startFuzzWorld(): Promise<FuzzWorld> {
  const server = await startTestServer()
  const { core } = server
  const signer = createSigner(generateKeyPem())
  const node = await core.enrol(signer)
  await node.ready()
  const ownerKey = generateApiKey(randomBytes)
  await grantApiKey(core.db, { requesterId: 'owner', name: 'Owner', apiKey: ownerKey, at: core.clock.now() })
  const lease = await core.lease(node, 'job-1')
  await core.submit('job-2')
  const { attemptId, leaseId } = lease
  const known = {
    jobId: ['job-1', 'job-2'],
    job: ['job-1'],
    nodeId: [signer.keyId],
    node: [signer.keyId],
    leaseId: [leaseId],
    attemptId: [attemptId],
    receiptId: ['receipt-1'],
    requesterId: [REQUESTER, 'owner'],
    zone: ['GB-13', 'GB', 'DE'],
    digest: [`sha256:${'c'.repeat(64)}`],
    seq: ['1', '2'],
    kind: ['average', 'price'],
    index: ['0'],
  }
  const keys: Readonly<Partial<Record<Actor, string>>> = { requester: core.apiKey, owner: ownerKey }
  const headersOf = createHeaders(server, signer, keys)
  return {
    server,
    node: signer,
    known,
    async send(request) {
      const { method, target, body, contentType } = request
      const type = body !== null && contentType !== '' ? { 'content-type': contentType } : {}
      const headers = { host: '127.0.0.1', ...type, ...(await headersOf(request)) }
      const answer = await server.app.inject({ method, url: target, headers, ...(body === null ? {} : { payload: body }) })
      return { status: answer.statusCode, type: answer.headers['content-type'] ?? '', text: answer.body }
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

function createHeaders({ core }: TestServer, signer: Signer, keys: Readonly<Partial<Record<Actor, string>>>) {
  let nonces = 0
  return async ({ actor, method, target, body }: FuzzRequest): Promise<Readonly<Record<string, string>>> => {
    const key = keys[actor]
    if (key !== undefined) return { authorization: `Bearer ${key}` }
    if (actor === 'nobody') return {}
    const url = new URL(target, 'http://127.0.0.1')
    return signRequest(signer, { method, url, body }, { now: core.clock.now(), nonce: `nonce-of-fuzz-${String(nonces++).padStart(8, '0')}` })
  }
}
