import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import { connect } from '../../../shared/contract/define.ts'
import type { JobSpec } from '../../../shared/contract/job.ts'
import { enrolmentText } from '../../../shared/domain/enrolment.ts'
import { type OutgoingRequest, createHttpTransport } from '../../kernel/contract-http.ts'
import { signRequest } from '../../kernel/http-signature.ts'
import { type Signer, createSigner, generateKeyPem, sha256Hex } from '../../kernel/signing.ts'
import { OWNER } from '../account-roles.ts'
import { OPERATOR, bearerOf, enrol } from '../core.fake.ts'
import { SECONDS, proofFor, submissionOf, testCapabilities, testSpec } from '../test-work.fake.ts'
import { GENEROUS, type TestServer, sendSigned, startTestServer } from './http.fake.ts'
import { httpCalls } from './http-calls.ts'
import { isExpectedAuthority } from './authority.ts'

let server: TestServer
const signer = createSigner(generateKeyPem())
beforeEach(async () => {
  server = await startTestServer()
})
afterEach(() => server[Symbol.asyncDispose]())

const bearer = () => ({ authorization: `Bearer ${server.core.apiKey}`, host: '127.0.0.1' })
const post = (url: string, body: unknown, headers = {}) =>
  server.app.inject({ method: 'POST', url, headers: { host: '127.0.0.1', 'content-type': 'application/json', ...headers }, payload: JSON.stringify(body) })
const get = (url: string, headers = {}) => server.app.inject({ method: 'GET', url, headers: { host: '127.0.0.1', ...headers } })

test('the whole way of a job over HTTP: enrol, submit, lease, start, prove, fetch the output and the events', async () => {
  const { challenge } = (await post('/v1/enrolments', { publicJwk: signer.publicJwk })).json()
  const signature = Buffer.from(await signer.sign(enrolmentText(challenge, null))).toString('base64')
  expect(
    (await post('/v1/nodes', { publicJwk: signer.publicJwk, challenge, signature, capabilities: testCapabilities, payoutAddress: null })).json(),
  ).toMatchObject({ nodeId: signer.keyId })
  const asNode = async (path: string, body: unknown) => (await sendSigned(server, signer, { method: 'POST', path, body })).json()
  await asNode('/v1/presence', { ready: true, reasons: [], running: [] })
  expect((await post('/v1/jobs', { jobId: 'job-1', spec: testSpec(server.core.clock.now()) }, bearer())).json()).toMatchObject({
    jobId: 'job-1',
    state: 'queued',
  })
  const { lease } = await asNode('/v1/leases', { runtimes: ['docker'] })
  expect(await asNode(`/v1/leases/${lease.leaseId}/start`, { token: lease.token })).toEqual({})
  await server.core.clock.advance(SECONDS * 1000)
  const proof = proofFor(lease, { nodeId: signer.keyId, now: server.core.clock.now() })
  // The bundle of the test core is not a real one, so the answer of the event feed is checked by the core's own tests.
  expect(await asNode('/v1/proofs', await submissionOf(lease, proof, signer))).toMatchObject({ jobId: 'job-1' })
  expect((await get('/v1/jobs/job-1/output', bearer())).json()).toMatchObject({ output: Buffer.from('the result').toString('base64') })
  // The receipt names the output's digest to everybody; the output itself is the requester's.
  expect((await sendSigned(server, signer, { method: 'GET', path: `/v1/blobs/sha256:${proof.outputSha256}` })).statusCode).toBe(404)
  const nosy = { runtime: { name: 'wasm', image: `sha256:${proof.outputSha256}`, archive: `sha256:${proof.outputSha256}` } } as const
  expect((await post('/v1/jobs', { jobId: 'job-2', spec: testSpec(server.core.clock.now(), nosy) }, bearer())).statusCode).toBe(400)
  expect((await sendSigned(server, signer, { method: 'GET', path: '/v1/proofs/head' })).json()).toMatchObject({ seq: 1 })
  expect((await get('/v1/jobs?limit=1&state=completed', bearer())).json()).toMatchObject({ items: [{ jobId: 'job-1' }], next: null })
})

test('an output of 16 MiB fits, a larger request is refused', async () => {
  const node = await enrol(server.core, signer)
  const output = randomBytes(16 * 1_048_576)
  const limits = { wallSeconds: 600, memoryBytes: 64e6, outputBytes: 16 * 1_048_576, cpus: 1 }
  const lease = await server.core.lease(node, 'job-1', { limits, outputSha256: null } satisfies Partial<JobSpec>)
  await server.core.clock.advance(SECONDS * 1000)
  const proof = proofFor(lease, { nodeId: signer.keyId, now: server.core.clock.now(), changes: { outputSha256: sha256Hex(output) } })
  const body = { ...(await submissionOf(lease, proof, signer)), output: output.toString('base64') }
  expect((await sendSigned(server, signer, { method: 'POST', path: '/v1/proofs', body })).statusCode).toBe(200)
  const tooLarge = await sendSigned(server, signer, { method: 'POST', path: '/v1/proofs', body: { ...body, output: 'A'.repeat(25_200_000) } })
  expect(tooLarge.json()).toMatchObject({ status: 413, code: 'input.too-large' })
})

test('a signed request counts once, only with its own body, and only from an enrolled and trusted node', async () => {
  const path = '/v1/presence'
  const body = Buffer.from(JSON.stringify({ ready: true, reasons: [], running: [] }))
  const request = { method: 'POST', url: new URL(path, 'http://127.0.0.1'), body }
  const headersFor = async (nonce: string) => ({
    ...(await signRequest(signer, request, { now: server.core.clock.now(), nonce })),
    host: '127.0.0.1',
    'content-type': 'application/json',
  })
  const send = async (nonce: string, payload: Uint8Array = body) =>
    (await server.app.inject({ method: 'POST', url: path, headers: await headersFor(nonce), payload: Buffer.from(payload) })).json()
  expect(await send('unknown-node-nonce')).toMatchObject({ code: 'auth.refused' })
  await enrol(server.core, signer)
  expect(await send('a-fresh-nonce-0001')).toMatchObject({ lost: [], cancelled: [], lastEvent: 0 })
  expect(await send('a-fresh-nonce-0001')).toMatchObject({ code: 'auth.refused', detail: expect.stringContaining('once') })
  expect(await send('a-fresh-nonce-0002', Buffer.from('{"ready":false,"reasons":[],"running":[]}'))).toMatchObject({
    code: 'auth.refused',
    detail: expect.stringContaining('body'),
  })
  await server.core.standings.quarantine({ nodeId: signer.keyId, by: OPERATOR, reason: 'forged proofs' })
  expect(await send('a-fresh-nonce-0003')).toMatchObject({ code: 'auth.refused', detail: expect.stringContaining('forged proofs') })
})

test('the client that agents and the command line use talks to a listening server', async () => {
  const { core, app } = server
  const baseUrl = await app.listen({ port: 0, host: '127.0.0.1' })
  await enrol(core, signer)
  let nonces = 0
  const sign = (request: OutgoingRequest) => signRequest(signer, request, { now: core.clock.now(), nonce: `client-nonce-${String(nonces++).padStart(6, '0')}` })
  const agent = connect(coordinatorContract, createHttpTransport(coordinatorContract, { baseUrl, authorize: sign }))
  const requester = connect(coordinatorContract, createHttpTransport(coordinatorContract, { baseUrl, authorize: async () => bearer() }))
  expect(await agent.call('heartbeat', { ready: true, reasons: [], running: [] })).toMatchObject({ lost: [], lastEvent: 0 })
  expect(await agent.call('nodeEvents', { after: 0, limit: 10 })).toEqual({ events: [], next: 0 })
  await requester.call('submitJob', { jobId: 'job-1', spec: testSpec(core.clock.now()) })
  expect((await requester.call('listJobs', { state: null, after: null, limit: 10 })).items).toHaveLength(1)
  const { lease } = await agent.call('requestLease', { runtimes: ['docker'] })
  await agent.call('failAttempt', { leaseId: lease?.leaseId ?? '', token: 1, reason: 'runtime.failed', message: 'exit 3', exitCode: 3, retry: false })
  expect(await requester.call('getJob', { jobId: 'job-1' })).toMatchObject({ state: 'failed', reason: 'runtime.failed' })
  await expect(requester.call('cancelJob', { jobId: 'job-1' })).rejects.toMatchObject({ code: 'job.not-cancellable' })
})

test('a module is uploaded by a requester, checked by its digest, and fetched by the node that holds its job, and by no other', async () => {
  const node = await enrol(server.core, signer)
  const module = randomBytes(300_000)
  const url = `/v1/blobs/sha256:${sha256Hex(module)}`
  const put = (payload: Buffer, headers: Record<string, string>) =>
    server.app.inject({ method: 'PUT', url, headers: { 'content-type': 'application/octet-stream', host: '127.0.0.1', ...headers }, payload })
  expect((await put(module, {})).statusCode).toBe(401)
  expect((await put(randomBytes(10), bearer())).json()).toMatchObject({ code: 'input.invalid' })
  expect((await put(module, bearer())).statusCode).toBe(200)
  expect((await get(url)).statusCode).toBe(401)
  const fetch = (by: Signer, digest = sha256Hex(module)) => sendSigned(server, by, { method: 'GET', path: `/v1/blobs/sha256:${digest}` })
  expect((await fetch(signer)).json()).toMatchObject({ code: 'not-found' })
  const digest = `sha256:${sha256Hex(module)}`
  await server.core.lease(node, 'job-1', { runtime: { name: 'docker', image: digest, archive: digest, reference: null } })
  expect((await fetch(signer)).rawPayload.equals(module)).toBe(true)
  const stranger = createSigner(generateKeyPem())
  await enrol(server.core, stranger)
  expect((await fetch(stranger)).json()).toMatchObject({ code: 'not-found' })
  expect((await fetch(signer, '0'.repeat(64))).json()).toMatchObject({ code: 'not-found' })
  expect((await sendSigned(server, signer, { method: 'GET', path: '/v1/blobs/..%2F..%2Fetc' })).json()).toMatchObject({ code: 'input.invalid' })
})

test('a local coordinator answers only under its local names, so a web page cannot rebind its own name to it', async () => {
  expect((await get('/v1/health', { host: 'evil.example' })).json()).toMatchObject({ status: 403 })
  expect((await get('/v1/health', { host: 'localhost:7465' })).statusCode).toBe(200)
  expect(isExpectedAuthority('0.0.0.0', 'coordinator.example')).toBe(true)
})

test('who asks too often is told when to come back', async () => {
  await using strict = await startTestServer({ ...GENEROUS, network: { perSecond: 1, burst: 3 } })
  const statuses: number[] = []
  for (let i = 0; i < 5; i++) statuses.push((await strict.app.inject('/v1/health')).statusCode)
  expect(statuses).toEqual([200, 200, 200, 429, 429])
  const refused = await strict.app.inject('/v1/health')
  expect([refused.headers['retry-after'], refused.json().code]).toEqual(['1', 'rate.limited'])
  await strict.core.clock.advance(1_000)
  expect((await strict.app.inject('/v1/health')).statusCode).toBe(200)
})

const hostile = fc.oneof(
  fc.json(),
  fc.string(),
  fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes)),
  fc.constant('{"__proto__":{"jobId":"x"}}'),
)

test('whatever is sent, unauthenticated, is answered with a problem, never with a 2xx or a 5xx', async () => {
  const calls = httpCalls().filter(([, , http]) => http.access !== 'public')
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...calls),
      hostile,
      fc.dictionary(fc.constantFrom('authorization', 'signature', 'signature-input', 'content-digest'), fc.string()),
      async ([, , http], payload, headers) => {
        const clean = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replaceAll(/[^\x20-\x7e]/g, '')]))
        const url = http.path.replaceAll(/\{\w+\}/g, 'x')
        const response = await server.app.inject({
          method: http.method,
          url,
          headers: { 'content-type': 'application/json', host: '127.0.0.1', ...clean },
          ...(http.method === 'POST' ? { payload } : {}),
        })
        expect([401, 403]).toContain(response.statusCode)
        expect(response.headers['content-type']).toContain('application/problem+json')
      },
    ),
    { numRuns: 400 },
  )
})

/** There is no chain here. */
const ASKS_CHAIN = new Set(['/v1/payouts/pause', '/v1/payouts/resume', '/v1/payouts/rebuild'])

test('HTTP and contract agree on every input: what the contract refuses is a 400, and nothing is ever a 5xx', async () => {
  const now = server.core.clock.now()
  const valid = { jobId: 'job-1', spec: testSpec(now) }
  const mutated = fc
    .tuple(fc.constantFrom('jobId', 'spec', '__proto__', 'constructor', 'extra'), fc.jsonValue())
    .map(([key, value]) => `${JSON.stringify(valid).slice(0, -1)},${JSON.stringify(key)}:${JSON.stringify(value)}}`)
  const calls = httpCalls().filter(
    ([, , http]) => http.method === 'POST' && !http.path.includes('{') && !http.access.endsWith('node') && !ASKS_CHAIN.has(http.path),
  )
  const owner = await bearerOf(server.core, OWNER)
  const payloads = fc.oneof(hostile, mutated, fc.constant(JSON.stringify(valid)), fc.constant('null'), fc.constant('[]'))
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...calls), payloads, async ([, call, http], payload) => {
      const response = await server.app.inject({ method: 'POST', url: http.path, headers: { 'content-type': 'application/json', ...owner }, payload })
      const text = Buffer.from(payload).toString('utf8')
      const accepted = text === '' ? call.input.safeParse({}).success : isAccepted(call.input, text)
      expect(response.statusCode, response.body).toBeLessThan(500)
      expect(response.json()).toBeTypeOf('object')
      if (!accepted) expect(response.statusCode).toBe(400)
      else if (response.statusCode === 400) expect(response.json().detail).not.toContain('The input is not valid')
    }),
    { numRuns: 400 },
  )
  expect(server.failures).toEqual([])
})

function isAccepted(schema: { safeParse: (value: unknown) => { success: boolean } }, text: string): boolean {
  try {
    return schema.safeParse(JSON.parse(text)).success
  } catch {
    return false
  }
}

test('money that the books cannot count is the mistake of whoever sends it', async () => {
  const limit = 2n ** 63n
  for (const amount of [limit, 10n ** 19n - 1n]) {
    const price = { microUsdPerHour: '1', maxMicroUsd: String(amount) }
    expect((await post('/v1/jobs', { jobId: 'job-1', spec: { ...testSpec(server.core.clock.now()), price } }, bearer())).statusCode).toBe(400)
  }
  const price = { microUsdPerHour: String(limit - 1n), maxMicroUsd: String(limit - 1n) }
  expect((await post('/v1/jobs', { jobId: 'job-1', spec: { ...testSpec(server.core.clock.now()), price } }, bearer())).statusCode).toBe(200)
})

const askConsistency = (query: string) => server.app.inject({ method: 'GET', url: `/v1/log/consistency${query}` })

test('anybody may ask whether the log of one size is the beginning of another', async () => {
  for (const wrong of ['?from=3&to=12', '', '?from=3', '?from=0&to=3', '?from=1.5&to=3', '?from=a&to=b'])
    expect((await askConsistency(wrong)).statusCode, wrong).toBe(400)
})

test('strange methods, paths, queries and media types are problems too', async () => {
  const strange = [
    server.app.inject({ method: 'DELETE', url: '/v1/jobs', headers: bearer() }),
    server.app.inject({ method: 'GET', url: '/v1/%zz', headers: bearer() }),
    server.app.inject({ method: 'GET', url: `/v1/jobs/${'a'.repeat(500)}`, headers: bearer() }),
    server.app.inject({ method: 'GET', url: '/v1/jobs?limit=abc', headers: bearer() }),
    server.app.inject({ method: 'GET', url: '/v1/jobs?limit=1&limit=2', headers: bearer() }),
    server.app.inject({ method: 'GET', url: '/v1/jobs?surprise=1', headers: bearer() }),
    server.app.inject({ method: 'POST', url: '/v1/jobs', headers: { ...bearer(), 'content-type': 'text/xml' }, payload: '<x/>' }),
    server.app.inject({ method: 'POST', url: '/v1/jobs', headers: { ...bearer(), 'content-type': 'application/json' }, payload: '{'.padEnd(70_000, ' ') }),
    server.app.inject({ method: 'GET', url: '/v1/grid/GB-13', headers: bearer() }),
    server.app.inject({ method: 'GET', url: '/v1/receipts/none', headers: bearer() }),
  ]
  for (const response of await Promise.all(strange)) {
    expect(response.statusCode).toBeGreaterThanOrEqual(400)
    expect(response.statusCode).toBeLessThan(500)
    expect(response.headers['content-type']).toContain('application/problem+json')
    expect(response.json()).toMatchObject({ type: expect.stringContaining('/problems#'), status: response.statusCode })
  }
})
