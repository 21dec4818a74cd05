/** What a job costs and who is paid for it that was cut into runs, with real money and real receipts. */
import { afterEach, expect, test } from 'vitest'
import { durationOf } from '../../shared/domain/build-receipt.ts'
import { rotationsOf } from '../../shared/domain/carbon-receipt.ts'
import { serializeBundle } from '../../shared/domain/open-bundle.ts'
import { priceOf, splitPrice } from '../../shared/domain/pay.ts'
import { predicateOf } from '../../shared/domain/receipt-summary.ts'
import { verifyReceipt } from '../../shared/domain/verify-receipt.ts'
import { microUsd } from '../../shared/units.ts'
import { createSigner, generateKeyPem, sha256Hex } from '../kernel/signing.ts'
import { nodeVerifyPort } from '../kernel/verify-port.ts'
import { REQUESTER, type TestNode } from './core.fake.ts'
import { OUTPUT } from './test-work.fake.ts'
import { accountOf } from './job-money.ts'
import { checkLedger } from './ledger/check.ts'
import { nodeAccrued } from './ledger/accounts.ts'
import { earningsOf } from './ledger/ledger.ts'
import { createLedgerStore } from './ledger/ledger.store.ts'
import { bundleOf } from './receipts/read.ts'
import { replaceTestKey, startTestKeys } from './registry/rotation.fake.ts'
import {
  PREPAID,
  type World,
  claimOf,
  finished,
  givenBack,
  leaseTo,
  prepaid,
  runAndGiveBack,
  runToTheEnd,
  save,
  startRuns,
  submitSaving,
  viewJob,
  work,
} from './runs.fixture.ts'

const MINUTE_MS = 60_000
const HOUR_PRICE = { microUsdPerHour: '600000', maxMicroUsd: '1000000' }

let world: World
const setUp = async (nodes = 2) => {
  world = await startRuns(nodes)
  await submitSaving(world)
  return world
}
afterEach(() => world.core[Symbol.asyncDispose]())

const facts = async (node: TestNode) => (await world.core.parts.agents.events(node.nodeId, { after: 0, limit: 200 })).map(({ fact }) => fact)
const kinds = async (node: TestNode) => (await facts(node)).map(({ kind }) => kind)
const sound = async () => expect(await checkLedger(world.core.db)).toMatchObject({ balanced: true, findings: [] })
const confirmed = async ({ nodeId }: TestNode) => (await earningsOf(world.core.db, nodeId)).confirmed
const accrued = ({ nodeId }: TestNode) => createLedgerStore(world.core.db).balanceOf(nodeAccrued(nodeId), 'micro-usd')
const verdictOf = async (receiptId: string) =>
  verifyReceipt(serializeBundle(await bundleOf(world.core.db, receiptId)), { crypto: nodeVerifyPort, pinnedKeys: world.receiptKeys })

test('a run that is given back with its proof waits for the end of its job, which goes back to waiting and says how long it has run', async () => {
  const { core, nodes } = await setUp(1)
  const [node] = nodes as [TestNode]
  const { lease } = await runAndGiveBack(world, node, 3 * MINUTE_MS)
  expect(await viewJob(world)).toMatchObject({
    state: 'queued',
    reason: 'waiting.retry',
    message: expect.stringMatching(/^It has run for 3 min and goes on later from its checkpoint. The machine was needed/),
    checkpoint: { token: lease.token },
    receiptIds: [],
    priceMicroUsd: null,
    attempts: [{ state: 'given-back', reason: 'owner-present' }],
  })
  expect(await facts(node)).toEqual([{ kind: 'proof-accepted', proofId: `proof-of-${lease.leaseId}`, jobId: 'job-1', receiptId: null }])
  const { items } = await core.parts.proofs.list({ requesterId: REQUESTER, after: null, limit: 9 })
  expect(items).toMatchObject([{ receiptId: null, unpaid: null }])
  expect(await core.parts.challenges.ask(REQUESTER, `proof-of-${lease.leaseId}`)).toMatchObject({ cause: 'requested' })
  expect(await core.decided('run.accepted')).toMatchObject([{ reason: 'owner-present', paidMs: 3 * MINUTE_MS }])
  expect([await confirmed(node), await accrued(node)]).toEqual([0n, 25_500n])
})

test('three runs on two nodes: each has its receipt and its part of exactly the price of all run time, and the last one carries the output', async () => {
  const { core, nodes } = await setUp()
  const [a, b] = nodes as [TestNode, TestNode]
  const first = await runAndGiveBack(world, a, 100_001)
  const second = await runAndGiveBack(world, b, 50_003)
  const { receiptId } = await runToTheEnd(world, a, 70_007)
  const price = priceOf(HOUR_PRICE, 100_001 + 50_003 + 70_007)
  const job = await viewJob(world)
  expect(job).toMatchObject({ state: 'completed', outputSha256: sha256Hex(OUTPUT), priceMicroUsd: String(price), receiptId, checkpoint: null })
  expect(job.attempts.map(({ state }) => state)).toEqual(['given-back', 'given-back', 'succeeded'])
  const ofB = microUsd(priceOf(HOUR_PRICE, 150_004) - priceOf(HOUR_PRICE, 100_001))
  expect(await confirmed(b)).toBe(splitPrice(ofB).node)
  expect(await confirmed(a)).toBe(splitPrice(microUsd(price - ofB)).node)
  expect(await prepaid(world)).toBe(PREPAID - price)
  await sound()

  const receipts = await Promise.all(job.receiptIds.map(async (id) => predicateOf(await bundleOf(core.db, id))))
  expect(receipts.map(({ nodeId, proofs }) => [nodeId, proofs.length])).toEqual([
    [b.nodeId, 1],
    [a.nodeId, 2],
  ])
  for (const id of job.receiptIds) expect(await verdictOf(id)).toMatchObject({ valid: true, failedStep: null })
  expect(await kinds(b)).toEqual(['proof-accepted', 'proof-accepted', 'receipt', 'earning'])
  expect(await kinds(a)).toEqual(['proof-accepted', 'proof-accepted', 'proof-accepted', 'receipt', 'earning'])
  expect((await facts(b))[1]).toMatchObject({ proofId: `proof-of-${second.lease.leaseId}`, receiptId: job.receiptIds[0] })
  expect((await facts(a))[1]).toMatchObject({ proofId: `proof-of-${first.lease.leaseId}`, receiptId: job.receiptIds[1] })
})

const grams = (minutes: number, gPerKWh: number): number => (minutes / 60) * 0.25 * gPerKWh

test('the baselines of the receipts of a job add up to that of the whole job, begun at submission and never paused', async () => {
  const { core, nodes } = await setUp()
  const [a, b] = nodes as [TestNode, TestNode]
  for (const node of [a, b, a, b]) await runAndGiveBack(world, node, 9 * MINUTE_MS)
  await runToTheEnd(world, a, 9 * MINUTE_MS)
  const receipts = await Promise.all((await viewJob(world)).receiptIds.map(async (id) => predicateOf(await bundleOf(core.db, id))))
  const ranMs = receipts.reduce((sum, { intervals }) => sum + durationOf(intervals), 0)
  expect(ranMs).toBe(45 * MINUTE_MS)
  // From 12:10 on: 20 minutes in half hour 24 and 25 in the next, at 250 W.
  const baseline = receipts.reduce((sum, { baseline: { emissionsG } }) => sum + emissionsG, 0)
  expect(baseline).toBeCloseTo(grams(20, 124) + grams(25, 125), 9)
})

test('three runs on one node are one receipt, and nobody can change a run of it unnoticed', async () => {
  const { core, nodes } = await setUp(1)
  const [node] = nodes as [TestNode]
  for (let run = 0; run < 2; run += 1) await runAndGiveBack(world, node, 2 * MINUTE_MS)
  const { receiptId } = await runToTheEnd(world, node, 2 * MINUTE_MS)
  const bundle = await bundleOf(core.db, receiptId)
  expect(bundle.proofs).toHaveLength(3)
  expect((await verdictOf(receiptId)).valid).toBe(true)
  const judge = async (change: Partial<typeof bundle>) => (await verifyReceipt({ ...bundle, ...change }, { crypto: nodeVerifyPort })).failedStep
  const [one, two, three] = bundle.proofs as [(typeof bundle.proofs)[0], (typeof bundle.proofs)[0], (typeof bundle.proofs)[0]]
  expect(await judge({ proofs: [one, three] })).toBe('proofs')
  expect(await judge({ proofs: [two, one, three] })).toBe('proofs')
  expect(await judge({ proofs: [one, { ...two, payload: one.payload }, three] })).toBe('proofs')
  expect(await judge({ proofs: [one, one, two, three] })).toBe('proofs')
})

test('a node that replaces its key between its runs, or after the last of them, has a receipt that can be checked all the same', async () => {
  const setting = await setUp()
  const { core } = setting
  const b = setting.nodes[1] as TestNode
  let keys = await startTestKeys(createSigner(generateKeyPem()))
  let a = await core.enrol(keys.first)
  world = { ...setting, nodes: [a, b] }
  for (let key = 0; key < 2; key += 1) {
    await runAndGiveBack(world, a, MINUTE_MS)
    const replaced = await replaceTestKey(keys)
    await core.registry.rotateKey(keys.nodeId, replaced.statement)
    keys = replaced
    a = { ...a, signer: replaced.current }
  }
  await runToTheEnd(world, b, MINUTE_MS)
  const { receiptIds } = await viewJob(world)
  expect(receiptIds).toHaveLength(2)
  for (const id of receiptIds) expect(await verdictOf(id)).toMatchObject({ valid: true })
  expect(rotationsOf(await bundleOf(core.db, receiptIds[0] ?? ''))).toHaveLength(1)
})

test('a job that a requester cancels pays for the runs it was given back by then, and the rest of its money goes back', async () => {
  const { core, nodes } = await setUp()
  const [a, b] = nodes as [TestNode, TestNode]
  await runAndGiveBack(world, a, 5 * MINUTE_MS)
  await leaseTo(world, b)
  const job = await core.parts.jobs.cancel(REQUESTER, 'job-1')
  const price = priceOf(HOUR_PRICE, 5 * MINUTE_MS)
  expect(job).toMatchObject({ state: 'cancelled', priceMicroUsd: String(price), receiptIds: [expect.any(String)], outputSha256: null })
  expect([await confirmed(a), await confirmed(b), await prepaid(world)]).toEqual([splitPrice(price).node, 0n, PREPAID - price])
  expect(await verdictOf(job.receiptId ?? '')).toMatchObject({ valid: true })
  expect(await core.parts.jobs.cancel(REQUESTER, 'job-1')).toEqual(job)
  await sound()
})

test('while the grid of those runs is not measured their money stays set aside, and they are paid as soon as it is', async () => {
  const { core, nodes, grid } = await setUp()
  const [a] = nodes as [TestNode]
  await runAndGiveBack(world, a, 5 * MINUTE_MS)
  grid.down = true
  expect(await core.parts.jobs.cancel(REQUESTER, 'job-1')).toMatchObject({ state: 'cancelled', receiptIds: [], priceMicroUsd: null })
  expect(await accountOf(core.db, REQUESTER)).toMatchObject({ balanceMicroUsd: String(PREPAID - 1_000_000n), reservedMicroUsd: '1000000' })
  grid.down = false
  const stop = new AbortController()
  const running = core.restart().closing.run(stop.signal)
  for (let turn = 0; turn < 100 && (await viewJob(world)).receiptId === null; turn += 1) await core.clock.advance(1_000)
  stop.abort()
  await running
  const price = priceOf(HOUR_PRICE, 5 * MINUTE_MS)
  expect([await confirmed(a), await prepaid(world)]).toEqual([splitPrice(price).node, PREPAID - price])
  expect(await accountOf(core.db, REQUESTER)).toMatchObject({ reservedMicroUsd: '0' })
})

test.each([
  [
    'failed' as const,
    async (node: TestNode) => {
      const lease = await leaseTo(world, node)
      await world.core.jobs.fail({ ...claimOf(node, lease), reason: 'job.exit-code', message: 'It failed.', exitCode: 1, retry: false })
    },
  ],
  [
    'expired' as const,
    async () => {
      await world.core.clock.advance(7 * 3_600_000)
      await world.core.jobs.round()
    },
  ],
])('a job that %s costs nothing, and the owners of its runs read why they are not paid', async (state, end) => {
  const { core, nodes } = await setUp()
  const [a, b] = nodes as [TestNode, TestNode]
  await runAndGiveBack(world, a, 5 * MINUTE_MS)
  await end(b)
  expect(await viewJob(world)).toMatchObject({ state, receiptIds: [], priceMicroUsd: null })
  expect((await facts(a)).at(-1)).toMatchObject({ kind: 'run-unpaid', cause: state, message: expect.stringContaining('no run of it is paid') })
  expect([await confirmed(a), await prepaid(world)]).toEqual([0n, PREPAID])
  const { items } = await core.parts.proofs.list({ requesterId: REQUESTER, after: null, limit: 9 })
  expect(items).toMatchObject([{ receiptId: null, unpaid: state }])
  await sound()
})

test('what led to a wrong result is not paid, and the job begins again', async () => {
  const { core, nodes } = await setUp()
  const [a, b] = nodes as [TestNode, TestNode]
  await runAndGiveBack(world, a, 2 * MINUTE_MS)
  const lease = await leaseTo(world, b)
  await work(world, { node: b, lease, ms: MINUTE_MS })
  const wrong = await finished(world, { node: b, lease, ms: MINUTE_MS })
  await core.db
    .updateTable('job')
    .set({ spec: JSON.stringify({ ...lease.spec, outputSha256: 'f'.repeat(64) }) })
    .execute()
  await expect(core.parts.proofs.submit(b.nodeId, wrong)).rejects.toMatchObject({ code: 'proof.output' })
  expect((await facts(a)).at(-1)).toMatchObject({ kind: 'run-unpaid', cause: 'wrong' })
  expect(await accrued(a)).toBe(0n)
  await core.db
    .updateTable('job')
    .set({ spec: JSON.stringify(lease.spec) })
    .execute()
  await runToTheEnd(world, b, MINUTE_MS)
  const price = priceOf(HOUR_PRICE, MINUTE_MS)
  expect([await confirmed(a), await confirmed(b), await prepaid(world)]).toEqual([0n, splitPrice(price).node, PREPAID - price])
})

test('giving back uses up no attempt, and the same words again get the same answer', async () => {
  const { core, nodes } = await setUp()
  const [a, b] = nodes as [TestNode, TestNode]
  const runs = []
  for (const node of [a, b, a, b, a, b]) runs.push(await runAndGiveBack(world, node, MINUTE_MS))
  for (const { node, lease, said } of runs)
    expect(await core.parts.proofs.giveBack(node.nodeId, said)).toEqual({ proofId: `proof-of-${lease.leaseId}`, jobId: 'job-1' })
  await runToTheEnd(world, a, MINUTE_MS)
  expect(await viewJob(world)).toMatchObject({ state: 'completed', priceMicroUsd: String(priceOf(HOUR_PRICE, 7 * MINUTE_MS)) })
  for (const { node, said } of runs) await core.parts.proofs.giveBack(node.nodeId, said)
  await sound()
})

test('a run whose checkpoint is not here does not count, and leaves its lease to be given back without a proof', async () => {
  const { core, nodes } = await setUp()
  const [a, b] = nodes as [TestNode, TestNode]
  const lease = await leaseTo(world, a)
  await work(world, { node: a, lease, ms: MINUTE_MS })
  const said = await givenBack(world, { node: a, lease, ms: MINUTE_MS })
  await expect(core.parts.proofs.giveBack(a.nodeId, said)).rejects.toMatchObject({ code: 'proof.output', message: expect.stringContaining('does not count') })
  expect(await viewJob(world)).toMatchObject({ state: 'running', attempts: [{ state: 'running' }] })
  await core.jobs.fail({ ...claimOf(a, lease), reason: 'owner-present', message: 'The machine was needed.', exitCode: null, retry: true })
  await runToTheEnd(world, b, MINUTE_MS)
  expect([await confirmed(a), (await viewJob(world)).receiptIds.length]).toEqual([0n, 1])
})

test('the proof of a run counts neither as a result nor under another lease, and what it saved stays what it is', async () => {
  const { core, nodes } = await setUp()
  const [a, b] = nodes as [TestNode, TestNode]
  const { said, lease } = await runAndGiveBack(world, a, MINUTE_MS)
  const asResult = { leaseId: said.leaseId, token: said.token, envelope: said.envelope, output: OUTPUT.toString('base64') }
  await expect(core.parts.proofs.submit(a.nodeId, asResult)).rejects.toMatchObject({ code: 'proof.replayed' })
  await expect(save(world, a, lease)).rejects.toMatchObject({ code: 'lease.lost' })
  const again = await leaseTo(world, a)
  await expect(core.parts.proofs.giveBack(a.nodeId, { ...said, ...claimOf(a, again) })).rejects.toMatchObject({ code: 'proof.replayed' })
  await expect(core.parts.proofs.giveBack(b.nodeId, said)).rejects.toMatchObject({ code: 'proof.wrong-node' })
})

test('a run that is told late counts while its job waits, and not once it was given to another node or cancelled', async () => {
  const { core, nodes } = await setUp()
  const [a, b] = nodes as [TestNode, TestNode]
  const lease = await leaseTo(world, a)
  await work(world, { node: a, lease, ms: MINUTE_MS })
  const said = await givenBack(world, { node: a, lease, ms: MINUTE_MS })
  for (const { nodeId } of nodes) await core.parts.agents.heartbeat(nodeId, { ready: false, reasons: ['user'], running: [] })
  await core.clock.advance(100_000)
  await core.jobs.round()
  expect(await viewJob(world)).toMatchObject({ attempts: [{ state: 'lost' }] })
  await save(world, a, lease)
  await core.parts.proofs.giveBack(a.nodeId, said)
  expect(await viewJob(world)).toMatchObject({ state: 'queued', attempts: [{ state: 'given-back', reason: 'owner-present' }] })

  const second = await leaseTo(world, b)
  await work(world, { node: b, lease: second, ms: MINUTE_MS })
  await save(world, b, second)
  const fenced = await givenBack(world, { node: b, lease: second, ms: MINUTE_MS })
  await core.parts.jobs.cancel(REQUESTER, 'job-1')
  await expect(core.parts.proofs.giveBack(b.nodeId, fenced)).rejects.toMatchObject({ code: 'proof.lease' })
  expect([await confirmed(a), await confirmed(b)]).toEqual([splitPrice(priceOf(HOUR_PRICE, MINUTE_MS)).node, 0n])
})
