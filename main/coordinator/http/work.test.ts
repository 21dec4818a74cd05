/** Who sees and moves whose jobs. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { OPERATOR, bearerOf } from '../core.fake.ts'
import { type TestServer, startTestServer } from './http.fake.ts'

let server: TestServer
let headers: Readonly<Record<'owner' | 'stranger' | 'operator', { readonly authorization: string }>>
beforeEach(async () => {
  server = await startTestServer()
  const { core } = server
  headers = { owner: { authorization: `Bearer ${core.apiKey}` }, stranger: await bearerOf(core, 'stranger'), operator: await bearerOf(core, OPERATOR) }
  await core.submit('job-1', { name: 'Secret film', env: { TOKEN: 'hunter2' } })
})
afterEach(() => server[Symbol.asyncDispose]())

async function ask(who: keyof typeof headers, url: string, body?: object) {
  const request = { url, headers: { host: '127.0.0.1', ...headers[who], ...(body ? { 'content-type': 'application/json' } : {}) } }
  const answer = await server.app.inject(body ? { ...request, method: 'POST', payload: JSON.stringify(body) } : { ...request, method: 'GET' })
  return { status: answer.statusCode, body: answer.json<{ items: { jobId: string }[] }>(), text: answer.body }
}

test('a requester sees their own jobs, an operator everybody’s, and nobody what those of others are made of', async () => {
  expect((await ask('owner', '/v1/job-states')).body.items).toMatchObject([{ jobId: 'job-1', name: 'Secret film', state: 'queued' }])
  expect((await ask('stranger', '/v1/job-states')).body).toEqual({ items: [], next: null })
  expect((await ask('stranger', '/v1/job-states?requester=requester-1')).status).toBe(403)
  expect((await ask('stranger', '/v1/job-states/job-1')).status).toBe(404)
  const seen = [await ask('operator', '/v1/job-states?requester=requester-1&state=queued,running&search=film'), await ask('operator', '/v1/job-states/job-1')]
  expect(seen.map(({ status }) => status)).toEqual([200, 200])
  expect(seen.filter(({ text }) => text.includes('hunter2'))).toEqual([])
  expect((await ask('stranger', '/v1/job-summary')).body).toMatchObject({ of: 'own', states: { queued: 0 } })
  expect((await ask('operator', '/v1/job-summary')).body).toMatchObject({ of: 'all', states: { queued: 1 } })
})

test('what is no state is refused with the words that there are', async () => {
  expect(await ask('owner', '/v1/job-states?state=queued,lost')).toMatchObject({
    status: 400,
    body: { detail: expect.stringContaining('separated by commas') },
  })
})

test('an operator does over what belongs to somebody else, which is in the log of acts; a requester only their own, which is in none', async () => {
  await ask('owner', '/v1/jobs/job-1/cancel', {})
  const order = { newJobId: 'job-2', reason: 'the grid was down' }
  expect((await ask('stranger', '/v1/job-states/job-1/requeue', order)).status).toBe(403)
  expect(await ask('operator', '/v1/job-states/job-1/requeue', order)).toMatchObject({
    status: 200,
    body: { jobId: 'job-2', againOf: 'job-1', requesterId: 'requester-1' },
  })
  await ask('owner', '/v1/jobs/job-2/cancel', {})
  expect(await ask('owner', '/v1/jobs/job-2/requeue', { newJobId: 'job-3' })).toMatchObject({ status: 200, body: { jobId: 'job-3' } })
  const acts = (await ask('operator', '/v1/acts?outcome=done')).body.items as unknown as { call: string }[]
  expect(acts.map(({ call }) => call)).toEqual(['requeueWork'])
})

test('zones are for everybody, machines in them for whoever sees the fleet', async () => {
  const [own, all] = [await ask('stranger', '/v1/zone-overview'), await ask('operator', '/v1/zone-overview?all=true')]
  expect([own.status, all.status]).toEqual([200, 200])
  expect(own.text).not.toContain('"online"')
  expect((await ask('operator', '/v1/fleet-summary')).body).toMatchObject({ nodes: 0, presence: { online: 0 } })
  expect((await ask('stranger', '/v1/fleet-summary')).status).toBe(403)
  expect((await ask('operator', '/v1/profitability?by=kind')).body).toMatchObject({ by: 'kind', total: { jobs: 0 }, rateReason: null })
  expect((await ask('stranger', '/v1/profitability')).status).toBe(403)
  expect((await ask('owner', '/v1/whoami')).body).toMatchObject({ kind: 'key', expiresAt: null, may: { 'work.read': 'own' } })
})
