/** Who may read what of the decision log. */
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DecisionSummary, DecisionView } from '../../../shared/contract/decision.ts'
import { choiceBy, sumPolicy } from '../audit/toy-policy.fake.ts'
import { OPERATOR } from '../core.fake.ts'
import { transact } from '../persistence/database.ts'
import { generateApiKey, grantApiKey } from '../registry/api-keys.ts'
import { type TestServer, startTestServer } from './http.fake.ts'

const OWN = { round: { terms: [1, 2] } }
const OTHER = { round: { terms: [3] } }

let server: TestServer
let operatorKey: string
let strangerKey: string

async function keyFor(requesterId: string): Promise<string> {
  const apiKey = generateApiKey(randomBytes)
  await grantApiKey(server.core.db, { requesterId, name: requesterId, apiKey, at: server.core.clock.now() })
  return apiKey
}

beforeEach(async () => {
  server = await startTestServer()
  operatorKey = await keyFor(OPERATOR)
  strangerKey = await keyFor('stranger')
  const { core } = server
  await core.submit('job-1')
  await transact(core.db, async (tx) => {
    await core.choose(tx, choiceBy(sumPolicy, OWN))
    await core.choose(tx, { ...choiceBy(sumPolicy, OTHER, { kind: 'incident', id: 'incident-1' }), also: [{ kind: 'node', id: 'n'.repeat(43) }] })
  })
})
afterEach(() => server[Symbol.asyncDispose]())

const ask = (path: string, apiKey: string) => server.app.inject({ method: 'GET', url: path, headers: { host: '127.0.0.1', authorization: `Bearer ${apiKey}` } })

async function get(path: string, apiKey: string): Promise<{ status: number; body: unknown }> {
  const answer = await ask(path, apiKey)
  return { status: answer.statusCode, body: answer.json<unknown>() }
}

interface Page {
  readonly items: DecisionSummary[]
  readonly next: string | null
}
const pageOf = async (path: string, apiKey: string) => (await ask(path, apiKey)).json<Page>()
const viewOf = async (seq: number, apiKey: string) => (await ask(`/v1/decisions/${seq}`, apiKey)).json<DecisionView>()
const listed = async (query: string, apiKey: string) => (await pageOf(`/v1/decisions${query}`, apiKey)).items.map(({ kind }) => kind)
const choiceSeq = async (about: string) => (await pageOf(`/v1/decisions?about=${about}&kind=toy`, operatorKey)).items[0]?.seq ?? 0

test('a requester sees what was decided about its own jobs, the operator everything, and a stranger nothing', async () => {
  expect(await listed('', server.core.apiKey)).toEqual(['toy', 'job.queued', 'test.reserve'])
  expect(await listed('', operatorKey)).toEqual(['toy', 'toy', 'job.queued', 'test.reserve'])
  expect(await listed('', strangerKey)).toEqual([])
  const { items } = await pageOf('/v1/decisions', server.core.apiKey)
  expect(items[0]).toMatchObject({ form: 'choice', policy: { name: 'toy-sum', version: '1' }, subjects: [{ kind: 'job', id: 'job-1' }], what: 'sum 3' })
})

test('one decision is there for those who may see it, and for others it does not exist', async () => {
  const [own, other] = [await choiceSeq('job:job-1'), await choiceSeq('incident:incident-1')]
  const view = await viewOf(own, server.core.apiKey)
  expect(view.record).toMatchObject({ seq: own, kind: 'toy', form: 'choice' })
  expect(view.inputs).toMatchObject([{ name: 'round', bytes: Buffer.byteLength('{"terms":[1,2]}') }])
  expect(await get(`/v1/decisions/${other}`, server.core.apiKey)).toMatchObject({ status: 404, body: { code: 'not-found' } })
  expect(await get(`/v1/decisions/${own}`, strangerKey)).toMatchObject({ status: 404, body: { code: 'not-found' } })
  expect((await get(`/v1/decisions/${other}`, operatorKey)).status).toBe(200)
})

test('what a decision was made on holds everybody’s jobs: it is read by the operator alone, and only as an input of that decision', async () => {
  const [own, other] = [await choiceSeq('job:job-1'), await choiceSeq('incident:incident-1')]
  const sha256 = (await viewOf(own, operatorKey)).inputs[0]?.sha256 ?? ''
  expect(await get(`/v1/decisions/${own}/inputs/${sha256}`, operatorKey)).toEqual({ status: 200, body: { sha256, text: '{"terms":[1,2]}' } })
  expect(await get(`/v1/decisions/${other}/inputs/${sha256}`, operatorKey)).toMatchObject({ status: 404 })
  for (const key of [server.core.apiKey, strangerKey]) {
    expect(await get(`/v1/decisions/${own}/inputs/${sha256}`, key)).toMatchObject({ status: 403, body: { code: 'auth.refused' } })
    expect(await get('/v1/decision-log', key)).toMatchObject({ status: 403, body: { code: 'auth.refused' } })
  }
})

test('decisions are found by what they are about, by kind and by time, page by page', async () => {
  expect(await listed('?about=incident:incident-1', operatorKey)).toEqual(['toy'])
  expect(await listed(`?about=node:${'n'.repeat(43)}`, operatorKey)).toEqual(['toy'])
  expect(await listed('?kind=job.queued', operatorKey)).toEqual(['job.queued'])
  expect(await listed('?since=2030-01-01T00:00:00.000Z', operatorKey)).toEqual([])
  expect(await listed('?until=2030-01-01T00:00:00.000Z', operatorKey)).toHaveLength(4)
  const seen: string[] = []
  for (let after = ''; ; ) {
    const { items, next } = await pageOf(`/v1/decisions?limit=3${after}`, operatorKey)
    seen.push(...items.map(({ seq }) => String(seq)))
    if (next === null) break
    after = `&after=${next}`
  }
  expect(seen).toEqual(['4', '3', '2', '1'])
})

test('the log is exported whole and in order', async () => {
  const first = await pageOf('/v1/decision-log?limit=3', operatorKey)
  expect([first.items.map(({ seq }) => seq), first.next]).toEqual([[1, 2, 3], '3'])
  expect(await pageOf('/v1/decision-log?after=3', operatorKey)).toMatchObject({ items: [{ seq: 4 }], next: null })
})

test.each([
  '?about=job:',
  '?about=secret:1',
  `?about=job:${'a'.repeat(65)}`,
  '?about=job:1%27--',
  '?kind=A',
  '?after=-1',
  '?after=1e9',
  '?limit=0',
  '?limit=201',
  '?since=yesterday',
  '?order=newest',
  '/0',
  '/1.5',
  '/99999999999999999999',
  '/one',
  '/1/inputs/0',
  `/1/inputs/${'A'.repeat(64)}`,
])('%s is refused at the border', async (path) => {
  expect(await get(`/v1/decisions${path}`, operatorKey)).toMatchObject({ status: 400, body: { code: 'input.invalid' } })
  expect(server.failures).toEqual([])
})
