import { afterAll, beforeAll, expect, test } from 'vitest'
import { ENERGY_PROOF_TYPE } from '../../shared/domain/energy-proof.ts'
import { payloadOf, signEnvelope } from '../../shared/domain/dsse.ts'
import { testNode, testProof, testReceiptKey, toBytes } from '../../shared/domain/receipt-bundle.fake.ts'
import { EVIDENCE_TYPE, METER_CLASS, type SettlementEvidence } from '../../shared/domain/settlement-evidence.ts'
import { verifyEvidence } from '../../shared/domain/verify-evidence.ts'
import type { Envelope } from '../../shared/contract/wire.ts'
import { sha256Hex } from '../kernel/signing.ts'
import { nodeVerifyPort } from '../kernel/verify-port.ts'
import { OPERATOR, type TestNode } from './core.fake.ts'
import { type TestServer, startTestServer } from './http/http.fake.ts'
import { inputFor, issueOne, world } from './receipts/issuing.fake.ts'
import type { Issued } from './receipts/issue.ts'
import { grantApiKey } from './registry/api-keys.ts'

const OPERATORS_KEY = `wf_00000000_${'k'.repeat(43)}`
const DAY_MS = 86_400_000

let server: TestServer
let node: TestNode
const issued: Issued[] = []

/** A quarter of an hour at 200 W across 10:00, on each of the ten days before 1 March 2026, a Sunday, and on that day itself. */
beforeAll(async () => {
  server = await startTestServer()
  const { db, clock } = server.core
  await grantApiKey(db, { requesterId: OPERATOR, name: 'Operator', apiKey: OPERATORS_KEY, at: clock.now() })
  node = await server.core.enrol()
  const { issuer } = world(db)
  for (const back of [36, 35, 29, 28, 22, 21, 15, 14, 8, 7, 1, 0]) {
    const input = await inputFor(back)
    const at = (time: string) => new Date(Date.parse(`2026-03-01T${time}:00.000Z`) - back * DAY_MS).toISOString()
    const intervals = [
      { from: at('09:50'), to: at('10:00'), joules: 120_000, coverage: 1 },
      { from: at('10:00'), to: at('10:05'), joules: 60_000, coverage: 1 },
    ]
    const changes = {
      proofId: `proof-${back}`,
      jobId: `job-${back}`,
      nodeId: node.nodeId,
      startedAt: at('09:50'),
      endedAt: at('10:05'),
      durationMs: 900_000,
      intervals,
    }
    const proof = testProof(changes)
    const envelope = await signEnvelope(ENERGY_PROOF_TYPE, toBytes(proof), testNode)
    issued.push(await issueOne(db, issuer, { ...input, proofs: [{ proof, envelope, bodySha256: sha256Hex(toBytes(proof)) }] }))
  }
})
afterAll(() => server[Symbol.asyncDispose]())

const ask = (method: 'GET' | 'POST', path: string, { apiKey = OPERATORS_KEY, body }: { apiKey?: string; body?: object } = {}) =>
  server.app.inject({
    method,
    url: `/v1/nodes/${node.nodeId}/${path}`,
    headers: { host: '127.0.0.1', authorization: `Bearer ${apiKey}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { payload: JSON.stringify(body) } : {}),
  })
const evidenceOf = async (date: string) => (await ask('GET', `evidence?date=${date}`)).json<Envelope>()
const readOf = (envelope: Envelope) => payloadOf(envelope) as SettlementEvidence
const check = (envelope: Envelope) => verifyEvidence(envelope, { crypto: nodeVerifyPort, pinnedKeys: [testReceiptKey.keyId] })

test('the evidence of a day is what its receipts say, against the days before it', async () => {
  const envelope = await evidenceOf('2026-02-28')
  expect((await check(envelope)).problems).toEqual([])
  const { periods, meter, site, eventDay, comparableDays, zone } = readOf(envelope)
  expect([zone, meter.class, eventDay, site.mpan, site.saidBy]).toEqual(['GB-13', METER_CLASS, false, null, null])
  // The first of them was the first day on which the site was metered, and does not count.
  expect(comparableDays).toEqual(['2026-02-22', '2026-02-21', '2026-02-15', '2026-02-14', '2026-02-08', '2026-02-07', '2026-02-01', '2026-01-31', '2026-01-25'])
  expect(periods).toHaveLength(48)
  expect(periods[19]).toMatchObject({
    period: 20,
    from: '2026-02-28T09:30:00.000Z',
    meteredKWh: 120_000 / 3.6e6,
    baselineKWh: expect.closeTo(120_000 / 3.6e6, 12),
  })
  expect(periods[19]?.deviationKWh).toBeCloseTo(0, 12)
  expect(periods[0]).toMatchObject({ meteredKWh: 0, baselineKWh: 0, deviationKWh: 0, receipts: [] })
  const mine = issued[10] as Issued
  expect(periods[20]?.receipts).toEqual([
    {
      receiptId: mine.receiptId,
      logIndex: mine.summary.leafIndex,
      receiptSha256: sha256Hex(Buffer.from(mine.bundle.receipt.payload, 'base64')),
      joules: 60_000,
      overheadFactor: 1,
      method: 'counter',
      uncertaintyPct: 5.2,
      proofSha256: [sha256Hex(Buffer.from(mine.bundle.proofs[0]?.payload ?? '', 'base64'))],
    },
  ])
})

test('a first day has no baseline, a day that goes on is not compared yet, and one to come is refused', async () => {
  const [first, today] = [await evidenceOf('2026-01-24'), await evidenceOf('2026-03-01')]
  for (const { baselineKWh, deviationKWh, noBaseline } of readOf(first).periods)
    expect([baselineKWh, deviationKWh, noBaseline]).toEqual([null, null, 'only 0 comparable days, and 5 are needed'])
  expect(
    readOf(today)
      .periods.map(({ meteredMisses }) => meteredMisses !== null)
      .lastIndexOf(false),
  ).toBe(23)
  for (const envelope of [first, today]) expect((await check(envelope)).problems).toEqual([])
  expect((await ask('GET', 'evidence?date=2026-03-02')).json()).toMatchObject({ code: 'input.invalid' })
})

const twentieth = (draft: SettlementEvidence) => draft.periods[19] as SettlementEvidence['periods'][number]

test('any figure that is changed is found, by whoever signs it', async () => {
  const evidence = readOf(await evidenceOf('2026-02-28'))
  const changed = (change: (draft: SettlementEvidence) => void) => {
    const draft = structuredClone(evidence)
    change(draft)
    return signEnvelope(EVIDENCE_TYPE, toBytes(draft), testReceiptKey)
  }
  const problems = async (change: (draft: SettlementEvidence) => void) => (await check(await changed(change))).problems
  expect(await problems(() => {})).toEqual([])
  expect(await problems((draft) => (twentieth(draft).meteredKWh += 0.001))).toEqual([
    'period 20 does not meter what its receipts say',
    'period 20 has another deviation than baseline − metered',
  ])
  expect(await problems((draft) => (twentieth(draft).baselineKWh = 1))).toContain('period 20 has another baseline than its history gives')
  expect(await problems((draft) => (twentieth(draft).baselineKWh = null))).toContain('period 20 has another baseline than its history gives')
  expect(await problems((draft) => (twentieth(draft).deviationKWh = null))).toEqual(['period 20 has another deviation than baseline − metered'])
  expect(await problems((draft) => (twentieth(draft).from = '2026-02-28T10:30:00.000Z'))).toEqual(['period 20 is not at the time of its number'])
  expect(await problems((draft) => twentieth(draft).history.pop())).toContain('period 20 does not have a history of every comparable day')
  expect(await problems((draft) => draft.periods.pop())).toEqual(['2026-02-28 has 48 settlement periods, and these are others'])
  expect(await problems((draft) => (draft.comparableDays = draft.comparableDays.toReversed()))).toEqual([
    'its comparable days are not days before it, newest first',
  ])
  expect(await problems((draft) => draft.comparableDays.splice(8, 1, '2025-12-28'))).toEqual(['its comparable days are not of its kind'])
  expect(await problems((draft) => draft.comparableDays.splice(0, 1, '2026-02-27'))).toEqual(['its comparable days are not of its kind'])
  expect(
    await problems((draft) => {
      const { receipts } = twentieth(draft)
      const [half] = receipts.map((one) => ({ ...one, joules: one.joules / 2 }))
      receipts.splice(0, 1, half as (typeof receipts)[number], half as (typeof receipts)[number])
    }),
  ).toEqual(['period 20 counts a receipt twice'])
  expect(
    await problems((draft) => Object.assign(twentieth(draft), { history: [], baselineKWh: null, deviationKWh: null, noBaseline: 'none was wanted' })),
  ).toEqual(['period 20 does not have a history of every comparable day'])
  const twice = new TextEncoder().encode(JSON.stringify(evidence).replace('"eventDay":false', '"eventDay":true,"eventDay":false'))
  expect((await check(await signEnvelope(EVIDENCE_TYPE, twice, testReceiptKey))).problems).toEqual(['it is no settlement evidence'])
  const signed = await evidenceOf('2026-02-28')
  const forged = { ...signed, payload: Buffer.from(toBytes({ ...evidence, eventDay: true })).toString('base64') }
  expect((await check(forged)).problems).toEqual(['its signature does not hold'])
  expect((await verifyEvidence(signed, { crypto: nodeVerifyPort, pinnedKeys: [testNode.keyId] })).problems).toEqual([
    `it is signed by ${testReceiptKey.keyId}, which is not the key you trust`,
  ])
})

test('a run that is not proven stands in the way, and says when it was sent there and by which decision', async () => {
  const { core } = server
  const lease = await core.lease(node, 'job-now')
  await core.jobs.start({ nodeId: node.nodeId, leaseId: lease.leaseId, token: lease.token })
  const { periods } = readOf(await evidenceOf('2026-03-01'))
  const now = periods[24]
  expect(now).toMatchObject({ meteredMisses: 'the period is not over', deviationKWh: null })
  expect(now?.dispatch).toMatchObject([{ kind: 'run', jobId: 'job-now', attemptId: lease.attemptId, noticeAt: '2026-03-01T12:10:00.000Z', stopAt: null }])
  const decision = await core.db
    .selectFrom('decision')
    .select(['seq', 'hash', 'kind'])
    .where('hash', '=', now?.dispatch[0]?.decision?.hash ?? '')
    .executeTakeFirst()
  expect(decision).toMatchObject({ seq: now?.dispatch[0]?.decision?.seq, kind: expect.stringMatching(/^(?:match|plan)$/) })
})

test('what the operator knows of a site goes into the evidence; only the operator asks and says', async () => {
  const known = { gspGroup: '_C', mpan: '1234567890123', referencePrice: { gbpPerMWh: 81.5, version: '2026-02' } }
  expect((await ask('POST', 'site', { body: known })).json()).toMatchObject({ ...known, bmUnit: null, saidBy: OPERATOR })
  expect((await ask('POST', 'site', { body: { gspGroup: null } })).json()).toMatchObject({ ...known, gspGroup: null })
  expect(readOf(await evidenceOf('2026-02-28')).site).toMatchObject({ mpan: known.mpan, referencePrice: known.referencePrice, supplierId: null })
  expect(await server.core.decided('site.described')).toHaveLength(2)
  expect((await ask('POST', 'site', { body: { gspGroup: 'C' } })).json()).toMatchObject({ code: 'input.invalid' })
  for (const path of ['site', 'evidence?date=2026-02-28'])
    expect((await ask('GET', path, { apiKey: server.core.apiKey })).json()).toMatchObject({ code: 'auth.refused' })
})
