import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, sendSigned, startTestServer } from '../http/http.fake.ts'
import { OPERATOR, REQUESTER } from '../core.fake.ts'
import { generateApiKey, grantApiKey } from '../registry/api-keys.ts'
import { SECONDS, proofFor, submissionOf } from '../test-work.fake.ts'
import { createCatalogue, metricsOf } from './catalogue.ts'
import type { LabelValues } from './metric.ts'

const KEY = generateApiKey(randomBytes)
/** The only labels that there are: none of them can say who somebody is. */
const LABELS = ['route', 'method', 'status', 'code', 'state', 'stage', 'provider', 'outcome', 'shard', 'quantile', 'version', 'le']
/** Base units; what has none is a number of things, an index or a yes. */
const UNITS = ['_seconds', '_bytes', '_joules', '_lamports', '_micro_usd']
const UNITLESS = [
  'windfall_build_info windfall_ready windfall_draining windfall_shard_held windfall_shard_epoch windfall_ledger_balanced windfall_ledger_findings',
  'windfall_payouts_paused windfall_payout_batches windfall_hot_wallet_refill_needed windfall_jobs windfall_nodes windfall_nodes_online',
  'windfall_http_requests_in_flight windfall_agent_sockets windfall_intake_messages windfall_intake_underway windfall_receipts_unanchored process_open_fds',
]
  .join(' ')
  .split(' ')

let server: TestServer
let text: string
const ids: string[] = []

const get = (url: string, key: string | null = null) =>
  server.app.inject({ url, headers: { host: '127.0.0.1', ...(key === null ? {} : { authorization: `Bearer ${key}` }) } })

/** A job from its submission to a proof, one that is refused, and somebody who knocks at doors. */
beforeAll(async () => {
  server = await startTestServer()
  const { core } = server
  await grantApiKey(core.db, { requesterId: OPERATOR, name: 'Operator', apiKey: KEY, at: core.clock.now() })
  const node = await core.enrol()
  const lease = await core.lease(node)
  await core.clock.advance(SECONDS * 1_000)
  const proof = proofFor(lease, { nodeId: node.nodeId, now: core.clock.now() })
  const good = await submissionOf(lease, proof, node.signer)
  const bad = { ...good, token: good.token + 1 }
  for (const body of [bad, good]) await sendSigned(server, node.signer, { method: 'POST', path: '/v1/proofs', body })
  await get(`/v1/jobs/${lease.jobId}`, core.apiKey)
  await get(`/v1/receipts/${node.nodeId}`)
  for (const path of ['/nowhere', `/${node.nodeId}`, '/v1/jobs/x/../../etc', '/%zz']) await get(path)
  ids.push(node.nodeId, lease.jobId, lease.leaseId, lease.attemptId, REQUESTER, OPERATOR, core.apiKey, KEY)
  await core.db.insertInto('payout_pause').values({ id: 1, reason: 'a test', paused_by: OPERATOR, since: core.clock.now() }).execute()
  text = (await get('/metrics', KEY)).body
})
afterAll(() => server[Symbol.asyncDispose]())

const valueOf = (series: string): number | undefined => {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}

test('metrics are for those who may read them', async () => {
  expect((await get('/metrics')).statusCode).toBe(401)
  expect((await get('/metrics', server.core.apiKey)).statusCode).toBe(403)
  const { statusCode, headers } = await get('/metrics', KEY)
  expect([statusCode, headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
})

test('what happened is counted', () => {
  expect(valueOf('windfall_proofs_accepted_total')).toBe(1)
  expect(valueOf('windfall_proofs_refused_total{code="proof.lease"}')).toBe(1)
  expect(valueOf('windfall_intake_ack_duration_seconds_count')).toBe(2)
  expect(valueOf('windfall_leases_given_total')).toBe(1)
  expect(valueOf('windfall_dispatch_delay_seconds_count')).toBe(1)
  expect(Number(valueOf('windfall_nodes{state="active"}')) + Number(valueOf('windfall_nodes{state="probation"}'))).toBe(1)
  expect(valueOf('windfall_http_requests_total{route="/v1/proofs",method="POST",status="2xx"}')).toBe(1)
  expect(valueOf('windfall_http_requests_total{route="/v1/proofs",method="POST",status="4xx"}')).toBe(1)
  expect(valueOf('windfall_http_requests_total{route="/v1/jobs/:jobId",method="GET",status="2xx"}')).toBe(1)
  expect(valueOf('windfall_http_requests_total{route="other",method="GET",status="4xx"}')).toBeGreaterThanOrEqual(2)
  expect(valueOf('windfall_database_write_duration_seconds_count')).toBeGreaterThan(3)
  expect(valueOf('windfall_ready')).toBe(1)
  expect(valueOf('windfall_payouts_paused')).toBe(1)
  expect(valueOf('windfall_metrics_failures_total')).toBe(0)
  expect(valueOf('process_resident_memory_bytes')).toBeGreaterThan(1e6)
})

test('every metric is named by convention, explained, in base units, and told with labels that are on the list', () => {
  const metrics = metricsOf(createCatalogue())
  expect(new Set(metrics.map(({ name }) => name)).size).toBe(metrics.length)
  for (const { name, type, help, labels } of metrics) {
    expect(name).toMatch(/^(?:windfall|process)(?:_[a-z]+)+$/)
    expect(name.endsWith('_total'), name).toBe(type === 'counter')
    expect(help, name).toMatch(/^[A-Z0-9][^\n\\]{8,150}\.$/)
    const bare = name.replace(/_total$/, '')
    if (type !== 'counter') expect(UNITS.some((unit) => bare.endsWith(unit)) || UNITLESS.includes(bare), name).toBe(true)
    expect(name).not.toMatch(/_(?:ms|milliseconds|minutes|kb|mb|wh|kwh)(?:_|$)/)
    for (const [label, values] of Object.entries<LabelValues>(labels)) {
      expect(LABELS).toContain(label)
      expect(typeof values === 'number' ? values : values.length).toBeLessThanOrEqual(400)
    }
  }
})

test('what is told is what the catalogue says, line by line, and nothing that came from outside', () => {
  const known = new Map(metricsOf(createCatalogue()).map(({ name, labels }) => [name, Object.keys(labels)]))
  const lines = text.trimEnd().split('\n')
  for (const line of lines.filter((one) => !one.startsWith('#'))) {
    const [, sample = '', labelled = '', value] = /^([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (\S+)$/.exec(line) ?? []
    const name = known.has(sample) ? sample : sample.replace(/_(?:bucket|sum|count)$/, '')
    expect(Number.isFinite(Number(value)), line).toBe(true)
    expect(known.get(name), line).toEqual([...labelled.matchAll(/([a-z]+)="/g)].map(([, label]) => label).filter((label) => label !== 'le'))
  }
  for (const id of ids) expect(text).not.toContain(id)
  expect(text).not.toMatch(/nowhere|etc|%zz/)
  expect(lines.filter((line) => line.startsWith('# TYPE')).length).toBe(known.size)
  // Prometheus is built for far more; a coordinator with a thousand calls a second tells no more than this.
  expect(lines.length).toBeLessThan(1_500)
})
