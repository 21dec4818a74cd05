/** What belongs to an account is there for nobody else: whoever names it is answered as if it were not there. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Permission, grantsOf } from '../../../shared/domain/permissions.ts'
import { createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { OPERATOR, REQUESTER, bearerOf, enrol } from '../core.fake.ts'
import { proofFor, submissionOf, testSpec } from '../test-work.fake.ts'
import type { z } from 'zod'
import type { Call } from '../../../shared/contract/define.ts'
import { httpCalls } from './http-calls.ts'
import { type TestServer, startTestServer } from './http.fake.ts'

type Headers = Readonly<Record<string, string>>

let server: TestServer
let owner: Headers
let stranger: Headers
/** By what everything that the requester has is named in a path, and what is named likewise and is not there. */
const theirs = new Map<string, string>()
const missing = new Map<string, string>()

const ask = (method: string, url: string, headers: Headers, body: object = {}) =>
  server.app.inject({
    method: method as 'GET' | 'POST' | 'PUT',
    url,
    headers: { host: '127.0.0.1', ...headers, ...(method === 'GET' ? {} : { 'content-type': 'application/json' }) },
    ...(method === 'GET' ? {} : { payload: JSON.stringify(body) }),
  })

async function asked(method: string, url: string, body: object = {}) {
  const answer = await ask(method, url, owner, body)
  expect(answer, `${url} ${answer.body}`).toMatchObject({ statusCode: 200 })
  return answer.json()
}

const note = (name: string, id: string, other = `${id}-missing`): void => {
  theirs.set(name, id)
  missing.set(name, other)
}

beforeAll(async () => {
  server = await startTestServer()
  const { core } = server
  owner = { authorization: `Bearer ${core.apiKey}` }
  stranger = await bearerOf(core, 'stranger')
  await bearerOf(core, OPERATOR)
  const signer = createSigner(generateKeyPem())
  const node = await enrol(core, signer)
  const lease = await core.lease(node)
  await core.clock.advance(60_000)
  await core.parts.proofs.submit(node.nodeId, await submissionOf(lease, proofFor(lease, { nodeId: node.nodeId, now: core.clock.now() }), signer))
  const spec = testSpec(core.clock.now())
  const { earliestStart: _, deadline: __, ...ofTemplate } = spec
  await asked('POST', '/v1/templates', { name: 'template-1', spec: ofTemplate, deadlineSeconds: 60 })
  await asked('POST', '/v1/arrays', { arrayId: 'array-1', spec, range: { from: 0, to: 1 } })
  await asked('POST', '/v1/account/deposits', { depositId: 'deposit-1', microUsd: '5000000', asset: 'sol' })
  await asked('POST', '/v1/webhooks', { webhookId: 'webhook-1', url: 'https://a.example.com/', kinds: ['job.completed'] })
  note('deliveryId', (await asked('POST', '/v1/webhooks/webhook-1/test')).deliveryId)
  note('prefix', (await asked('POST', '/v1/api-keys', { label: 'farm' })).key.prefix, 'zzzzzzzz')
  note('proofId', (await asked('GET', '/v1/proofs')).items[0].proofId)
  note('seq', String((await asked('GET', '/v1/decisions')).items[0].seq), '999999')
  note('person', `requester:${REQUESTER}`, 'requester:nobody')
  note('jobId', 'job-1')
  note('arrayId', 'array-1')
  note('name', 'template-1')
  note('depositId', 'deposit-1')
  note('webhookId', 'webhook-1')
  // Of a member, which a key is not.
  note('sessionId', 'session-1')
})
afterAll(() => server[Symbol.asyncDispose]())

const EVERYBODYS = grantsOf(['requester'])
const isOwn = (access: string): boolean => EVERYBODYS[access as Permission] === 'own'

const SIGNED = { signature: '1'.repeat(88), message: 'AA==' }
const BODIES: Readonly<Record<string, object>> = { '/v1/account/vaults/:jobId/sign': SIGNED, '/v1/jobs/:jobId/requeue': { newJobId: 'job-again' } }
/** Content is found by its hash alone. */
const BY_CONTENT = '/v1/blobs/:digest'

test('whoever names what belongs to somebody else is told the same as of what is not there', async () => {
  const routes = server.app.routeAccess.filter(({ url, access }) => url.includes('/:') && url !== BY_CONTENT && isOwn(access))
  expect(routes.length).toBeGreaterThan(30)
  const wrong: unknown[] = []
  for (const { method, url } of routes) {
    const names = [...url.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
    const askFor = async (ids: ReadonlyMap<string, string>) => {
      const path = names.reduce((left, name) => left.replace(`:${name}`, ids.get(name) ?? 'NOT NOTED'), url)
      const { statusCode, body } = await ask(method, path, stranger, BODIES[url] ?? {})
      return { statusCode, body: names.reduce((left, name) => left.replaceAll(ids.get(name) ?? name, name), body) }
    }
    const [real, none] = [await askFor(theirs), await askFor(missing)]
    const isNothing = real.statusCode === 403 || real.statusCode === 404 || real.body === '{}' || method === 'HEAD'
    if (!isNothing || real.statusCode !== none.statusCode || real.body !== none.body) wrong.push([method, url, real, none])
  }
  expect(wrong).toEqual([])
  // None of it did anything.
  for (const url of ['/v1/jobs/job-1', '/v1/arrays/array-1', '/v1/templates/template-1', '/v1/webhooks/webhook-1']) await asked('GET', url)
  expect((await asked('GET', '/v1/arrays/array-1')).states).toEqual({ queued: 2 })
})

const QUERIES: Readonly<Record<string, string>> = { '/v1/ledger/statement': '?month=2026-03', '/v1/ledger/entries': '?about=job:job-1' }
const memberOfSession = async () => ({ memberId: 'member-1', role: 'viewer', account: null, sessionPrefix: 'session-1' })

test('no list holds anything of others, also for a person who has no account', async () => {
  Object.assign(server.core.access, { memberOfSession })
  const told = [...theirs.values(), REQUESTER].filter((id) => !['seq', 'sessionId'].some((name) => theirs.get(name) === id))
  const lists = server.app.routeAccess.filter(({ method, url, access }) => method === 'GET' && !url.includes(':') && isOwn(access))
  expect(lists.length).toBeGreaterThan(15)
  for (const { url } of lists)
    for (const who of [stranger, { authorization: 'Bearer wfs_member' }]) {
      const { statusCode, body } = await ask('GET', `${url}${QUERIES[url] ?? ''}`, who)
      expect([url, statusCode < 500, told.filter((id) => body.includes(id))]).toEqual([url, true, []])
      if (who !== stranger && statusCode === 200 && url === '/v1/ledger/entries') expect(JSON.parse(body)).toEqual({ transactions: [] })
    }
})

/** All but a number, which may stand anywhere. */
const isName = ([name]: readonly [string, string]): boolean => name !== 'seq'

/** What one asks by, in a call of the contract. */
const filtersOf = (call: Call): readonly string[] => Object.keys((call.input as z.ZodObject).shape ?? {})

test('whatever a list is narrowed by, and by whichever name of others, it holds nothing of them', async () => {
  const others = [...theirs]
    .filter(isName)
    .map(([, id]) => id)
    .concat(REQUESTER)
  const names = [...others, 'job:job-1', `requester:${REQUESTER}`, `requester:${REQUESTER}:prepaid`, 'job:job-1:reserved', 'job', 'true', 'a']
  const told: unknown[] = []
  let answered = 0
  for (const [, call, { method, path, access }] of httpCalls()) {
    if (method !== 'GET' || path.includes('{') || !isOwn(access)) continue
    for (const filter of filtersOf(call))
      for (const name of names) {
        const { statusCode, body } = await ask('GET', `${path}?${filter}=${encodeURIComponent(name)}`, stranger)
        if (statusCode === 200) answered += 1
        if (statusCode >= 500 || (statusCode === 200 && others.some((id) => body.includes(`"${id}"`)))) told.push([path, filter, name, body])
      }
  }
  expect(told).toEqual([])
  expect(answered).toBeGreaterThan(50)
})

test('where a page goes on does not say whether somebody else has something of that name', async () => {
  for (const [, call, { method, path, access }] of httpCalls()) {
    if (method !== 'GET' || path.includes('{') || !isOwn(access) || !filtersOf(call).includes('after')) continue
    for (const [name, id] of [...theirs].filter(isName)) {
      const asked = async (after: string) => {
        const { statusCode, body } = await ask('GET', `${path}?after=${encodeURIComponent(after)}`, stranger)
        return { path, statusCode, body: body.replaceAll(after, name) }
      }
      expect(await asked(id)).toEqual(await asked(missing.get(name) ?? ''))
    }
  }
})
