import { createLocalJWKSet, jwtVerify } from 'jose'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allRows } from '../../shared/domain/viewer.fake.ts'
import { emissionsOf } from '../../shared/domain/carbon.ts'
import type { CarbonReceipt, ReceiptBundle } from '../../shared/domain/carbon-receipt.ts'
import { readCsv } from '../../shared/domain/csv.fake.ts'
import { signEnvelope } from '../../shared/domain/dsse.ts'
import { encodeUtf8 } from '../../shared/domain/encoding.ts'
import { ENERGY_PROOF_TYPE } from '../../shared/domain/energy-proof.ts'
import { serializeBundle } from '../../shared/domain/open-bundle.ts'
import { testGrid, testNode, testProof, testReceiptKey, toBytes } from '../../shared/domain/receipt-bundle.fake.ts'
import { createSigner, generateKeyPem, sha256Hex } from '../kernel/signing.ts'
import { createExporting } from './exporting.ts'
import { type TestServer, startTestServer } from './http/http.fake.ts'
import { check, inputFor, issueOne, world } from './receipts/issuing.fake.ts'
import type { Issued } from './receipts/issue.ts'
import { statementOf } from './receipts/browse.ts'
import { grantApiKey } from './registry/api-keys.ts'

const OPERATORS_KEY = `wf_00000000_${'k'.repeat(43)}`
const OTHER_NODE = `-${'n'.repeat(42)}`

let server: TestServer
const issued: Issued[] = []

/** Three receipts of two requesters' jobs on two machines; the last one’s job is of nobody that is known any more. */
beforeAll(async () => {
  server = await startTestServer()
  const { db, clock } = server.core
  await grantApiKey(db, { requesterId: 'operator', name: 'Operator', apiKey: OPERATORS_KEY, at: clock.now() })
  const { issuer, heads } = world(db)
  for (const [n, changes] of [
    { modelId: 'whisper@3', zone: 'GB-13', nodeId: testNode.keyId, origin: 'live' as const },
    { modelId: '=cmd|x', zone: 'DE', nodeId: OTHER_NODE, origin: 'modelled' as const },
    { modelId: null, zone: 'GB', nodeId: testNode.keyId, origin: 'recorded' as const },
  ].entries()) {
    const input = await inputFor(n + 1)
    if (n < 2) await server.core.submit(`job-${n + 1}`)
    const proof = testProof({ proofId: `proof-${n + 1}`, jobId: `job-${n + 1}`, nodeId: changes.nodeId })
    const envelope = await signEnvelope(ENERGY_PROOF_TYPE, toBytes(proof), testNode)
    issued.push(
      await issueOne(db, issuer, {
        ...input,
        job: { ...input.job, modelId: changes.modelId, zone: changes.zone },
        proofs: [{ proof, envelope, bodySha256: sha256Hex(toBytes(proof)) }],
        intensityAt: () => ({ ...testGrid(80 + n), origin: changes.origin }),
      }),
    )
  }
  await heads.now(db)
})
afterAll(() => server[Symbol.asyncDispose]())

const get = (url: string, apiKey: string | null = server.core.apiKey) =>
  server.app.inject({ method: 'GET', url, headers: { host: '127.0.0.1', ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }) } })
const json = async <T>(url: string, apiKey?: string) => (await get(url, apiKey)).json<T>()
const receiptIds = async (query: string, apiKey?: string) =>
  (await json<{ items: { receiptId: string }[] }>(`/v1/receipts?${query}`, apiKey)).items.map(({ receiptId }) => receiptId)
const at = (index: number): Issued => issued[index] as Issued
const bodyOf = (one: Issued) => Buffer.from(one.bundle.receipt.payload, 'base64')

describe('finding receipts', () => {
  test('a requester finds what its jobs led to, an operator everything, nobody what is somebody else’s', async () => {
    const own = [at(1).receiptId, at(0).receiptId]
    expect(await receiptIds('')).toEqual(own)
    expect(await receiptIds('', OPERATORS_KEY)).toEqual([at(2).receiptId, ...own])
    expect(await receiptIds('requester=requester-1', OPERATORS_KEY)).toEqual(own)
    expect((await get('/v1/receipts?requester=operator')).json()).toMatchObject({ code: 'auth.refused' })
    expect(await receiptIds(`receipt=${at(2).receiptId}`)).toEqual([])
  })

  test.each([
    ['job', () => 'job=job-1', [0]],
    ['node', () => `node=${OTHER_NODE}`, [1]],
    ['model', () => `model=${encodeURIComponent('=cmd|x')}`, [1]],
    ['zone and the ones inside it', () => 'zone=GB', [2, 0]],
    ['receipt', () => `receipt=${at(2).receiptId}`, [2]],
    ['hash of the receipt', () => `hash=${sha256Hex(bodyOf(at(1)))}`, [1]],
    ['hash of the output', () => `hash=${'d'.repeat(64)}`, [2, 1, 0]],
    ['hash of nothing', () => `hash=${'0'.repeat(64)}`, []],
    ['time of the work', () => 'since=2026-11-21T14:29:00.000Z&until=2026-11-21T14:30:00.000Z', [2, 1, 0]],
    ['time before the work', () => 'until=2026-11-21T13:50:00.000Z', []],
    ['time after the work', () => 'since=2026-11-21T14:30:00.000Z', []],
  ])('by %s', async (_, query, found) => {
    expect(await receiptIds(query(), OPERATORS_KEY)).toEqual(found.map((index) => at(index).receiptId))
  })

  test('by the hash of a proof', async () => {
    const sha256 = 'a1'.repeat(32)
    const node = await server.core.enrol()
    const { jobId, attemptId, leaseId } = await server.core.lease(node, 'job-9')
    await sql`
      INSERT INTO proof (id, node_id, seq, body_sha256, job_id, attempt_id, lease_id, receipt_id, envelope, accepted_at)
      VALUES ('p', ${node.nodeId}, 1, ${sha256}, ${jobId}, ${attemptId}, ${leaseId}, ${at(1).receiptId}, '{}', 1)`.execute(server.core.db)
    expect(await receiptIds(`hash=${sha256}`, OPERATORS_KEY)).toEqual([at(1).receiptId])
  })

  test('a page at a time, and a stretch has to have a length', async () => {
    const first = await json<{ items: unknown[]; next: string }>('/v1/receipts?limit=2', OPERATORS_KEY)
    expect(first.items).toHaveLength(2)
    expect(await receiptIds(`limit=2&after=${first.next}`, OPERATORS_KEY)).toEqual([at(0).receiptId])
    expect((await get('/v1/receipts?after=x')).statusCode).toBe(400)
    expect((await get('/v1/receipts?since=2026-11-21T14:30:00.000Z&until=2026-11-21T14:30:00.000Z')).statusCode).toBe(400)
  })
})

const credential = async (index: number) => (await get(`/v1/receipts/${at(index).receiptId}/credential`, null)).body

describe('credentials', () => {
  test('another library finds them valid with the published keys, and they say what the receipt says', async () => {
    const served = await get('/.well-known/jwks.json', null)
    expect(served.headers).toMatchObject({ 'cache-control': 'public, max-age=3600', 'content-type': 'application/jwk-set+json; charset=utf-8' })
    const answer = await get(`/v1/receipts/${at(0).receiptId}/credential`, null)
    expect(answer.headers['content-type']).toBe('application/vc+jwt')
    const { payload, protectedHeader } = await jwtVerify(answer.body, createLocalJWKSet(served.json()), { typ: 'vc+jwt', algorithms: ['EdDSA'] })
    expect(protectedHeader).toEqual({ alg: 'EdDSA', kid: testReceiptKey.keyId, typ: 'vc+jwt', cty: 'vc' })
    const { predicate, subject } = JSON.parse(bodyOf(at(0)).toString()) as CarbonReceipt
    expect(payload).toMatchObject({
      '@context': ['https://www.w3.org/ns/credentials/v2', expect.anything()],
      type: ['VerifiableCredential', 'CarbonReceiptCredential'],
      issuer: expect.stringMatching(/^urn:windfall:coordinator:/),
      validFrom: predicate.issuedAt,
      credentialSubject: { receipt: predicate, output: subject[0].digest, image: subject[1].digest },
      evidence: [{ leafIndex: 0, receiptSha256: sha256Hex(bodyOf(at(0))) }],
    })
    expect((payload['credentialSubject'] as { receipt: unknown }).receipt).toEqual(predicate)
    expect(answer.body).not.toMatch(/avoided|offset|certificate of/i)
    expect(payload).not.toHaveProperty('vc')
  })

  test('one changed byte anywhere is found', async () => {
    const keys = createLocalJWKSet(await json('/.well-known/jwks.json'))
    const text = await credential(0)
    for (let n = 1; n < text.length; n += 97) {
      const changed = text[n] === 'A' ? 'B' : 'A'
      await expect(jwtVerify(text.slice(0, n) + changed + text.slice(n + 1), keys), `at ${n}`).rejects.toThrow()
    }
  })

  test('what an earlier key signed stays valid after another one has taken over', async () => {
    const { db, clock } = server.core
    const next = createSigner(generateKeyPem())
    const text = await credential(0)
    const deps = { db, clock, signer: next, logId: 'log', publicUrl: 'https://windfall.example/somewhere' }
    const after = await createExporting(deps)
    const keys = createLocalJWKSet((await after.keySet()) as Parameters<typeof createLocalJWKSet>[0])
    await expect(jwtVerify(text, keys)).resolves.toBeDefined()
    const { payload, protectedHeader } = await jwtVerify(await after.credential(at(0).receiptId), keys)
    expect([payload.iss, payload['issuer'], protectedHeader.kid]).toEqual([undefined, 'https://windfall.example', next.keyId])
  })

  test('of a receipt that does not exist there is none', async () => {
    expect((await get('/v1/receipts/nothing/credential', null)).json()).toMatchObject({ code: 'not-found' })
  })
})

const HEADER =
  'period_from_utc,period_to_utc,zone,node_id,job_id,energy_kwh,emissions_g,intensity_g_per_kwh,kind,basis,source,source_issued_at_utc,origin,estimated,meter_method,uncertainty_pct,overhead_factor,model_id,requester_id,receipt_id,receipt_sha256,log_index,market_based_g'

describe('exports', () => {
  test('CSV has a row for each interval, and its sums are those of the receipts', async () => {
    const answer = await get('/v1/receipt-export?format=csv', OPERATORS_KEY)
    expect(answer.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': 'attachment; filename="receipts.csv"',
    })
    const [head, ...rows] = readCsv(answer.body)
    expect(head?.join(',')).toBe(HEADER)
    expect(rows.map((row) => row.length)).toEqual(Array.from({ length: 6 }, () => 23))
    for (const { bundle, receiptId } of issued) {
      const { predicate } = statementOf({ envelope: bundle.receipt })
      const mine = rows.filter((row) => row[19] === receiptId)
      expect(mine.map((row) => row.slice(0, 2))).toEqual(predicate.intervals.map(({ from, to }) => [from, to]))
      expect(mine.reduce((sum, row) => sum + Number(row[5]), 0)).toBeCloseTo(predicate.energyWh / 1_000, 12)
      expect(mine.reduce((sum, row) => sum + Number(row[6]), 0)).toBeCloseTo(emissionsOf(predicate.intervals), 12)
    }
    const dangerous = rows.find((row) => row[19] === at(1).receiptId)
    expect([dangerous?.[3], dangerous?.[17], dangerous?.[22]]).toEqual([`'${OTHER_NODE}`, "'=cmd|x", ''])
  })

  test('only the half-hours of the stretch, and only what one may see', async () => {
    const half = await get('/v1/receipt-export?since=2026-11-21T14:00:00.000Z&until=2026-11-21T14:30:00.000Z')
    const [, ...rows] = readCsv(half.body)
    expect(rows.map((row) => [row[0], row[19]])).toEqual([
      ['2026-11-21T14:00:00.000Z', at(0).receiptId],
      ['2026-11-21T14:00:00.000Z', at(1).receiptId],
    ])
    expect((await get('/v1/receipt-export?requester=operator')).statusCode).toBe(403)
    expect((await get('/v1/receipt-export', null)).statusCode).toBe(401)
  })

  test('JSON Lines are the bundles, credentials are the credentials', async () => {
    const lines = (await get('/v1/receipt-export?format=jsonl', OPERATORS_KEY)).body.split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { receipt: unknown }).receipt)).toEqual(issued.map(({ bundle }) => bundle.receipt))
    for (const line of lines) {
      const bundle = JSON.parse(line) as ReceiptBundle
      expect(serializeBundle(bundle).toString()).toBe(encodeUtf8(line).toString())
      // The key of the other machine is not the one that signed for it here.
      expect(await check(bundle)).toMatchObject({ valid: bundle.inclusion.leafIndex !== 1 })
    }
    const texts = (await get('/v1/receipt-export?format=vc&zone=DE', OPERATORS_KEY)).body
    expect(texts).toBe(await credential(1))
  })
})

describe('emissions', () => {
  interface Answer {
    readonly total: Record<string, unknown>
    readonly items: readonly { readonly key: string | null; readonly zone: string | null; readonly [name: string]: unknown }[]
    readonly next: string | null
  }
  const emissions = (query: string, apiKey = OPERATORS_KEY) => json<Answer>(`/v1/emissions?${query}`, apiKey)

  test('per model: energy, grams, per job and per GPU hour, by how the grid is known', async () => {
    const { total, items } = await emissions('by=model')
    expect(items.map(({ key }) => key)).toEqual([null, '=cmd|x', 'whisper@3'])
    const kWh = at(0).summary.energyWh / 1_000
    const grams = at(0).summary.emissionsG
    expect(items[2]).toMatchObject({ receipts: 1, jobs: 1, energyKWh: kWh, emissionsG: grams, gPerJob: grams, marketBasedG: null, embodiedG: null })
    expect(items[2]).toMatchObject({ gpuHours: expect.closeTo(2 / 3, 9), gPerGpuHour: expect.closeTo(grams * 1.5, 9) })
    expect(items[2]?.['sci']).toEqual([{ value: expect.closeTo(grams * 1.5, 9), unit: 'gCO2e', r: 'gpu-hour' }])
    expect(items[2]?.['byOrigin']).toMatchObject({ live: { emissionsG: expect.closeTo(grams, 9) }, modelled: { energyKWh: 0 } })
    expect(total).toMatchObject({
      receipts: 3,
      jobs: 3,
      emissionsG: expect.closeTo(
        issued.reduce((sum, { summary }) => sum + summary.emissionsG, 0),
        9,
      ),
    })
  })

  test('per requester, node, zone, day and hour, a page at a time', async () => {
    expect((await emissions('by=requester')).items.map(({ key, receipts }) => [key, receipts])).toEqual([
      [null, 1],
      ['requester-1', 2],
    ])
    expect((await emissions('by=node')).items.map(({ key }) => key)).toEqual([OTHER_NODE, testNode.keyId].toSorted())
    expect((await emissions('by=zone')).items.map(({ key }) => key)).toEqual(['DE', 'GB', 'GB-13'])
    const day = 'since=2026-11-21T00:00:00.000Z&until=2026-11-22T00:00:00.000Z'
    expect((await emissions(`by=day&${day}`)).items.map(({ key, receipts }) => [key, receipts])).toEqual([['2026-11-21T00:00:00.000Z', 3]])
    const hours = await emissions(`by=hour&${day}&limit=4`)
    expect(hours.items.map(({ key, zone }) => `${key?.slice(11, 13)} ${zone}`)).toEqual(['13 DE', '13 GB', '13 GB-13', '14 DE'])
    const rest = await emissions(`by=hour&${day}&limit=4&after=${encodeURIComponent(hours.next ?? '')}`)
    expect(rest.items.map(({ zone }) => zone)).toEqual(['GB', 'GB-13'])
    expect((await get('/v1/emissions?by=hour', OPERATORS_KEY)).json()).toMatchObject({ code: 'input.invalid' })
  })

  test('nobody has two sums made at once, and the next one is made after it', async () => {
    const { db, clock } = server.core
    const exports = await createExporting({ db, clock, signer: testReceiptKey, logId: 'log', publicUrl: null })
    const ask = (by: string) => exports.emissions(allRows(by), { by: 'model', after: null, limit: 10 })
    const [first, second, other] = await Promise.allSettled([ask('one'), ask('one'), ask('other')])
    expect([first.status, other.status]).toEqual(['fulfilled', 'fulfilled'])
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'rate.limited' } })
    await expect(ask('one')).resolves.toMatchObject({ total: { receipts: 3 } })
  })

  test('a requester sees what its own jobs took', async () => {
    expect((await emissions('by=model', server.core.apiKey)).total).toMatchObject({ receipts: 2, jobs: 2 })
  })
})
