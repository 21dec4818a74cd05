import { readdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { allRows } from '../../shared/domain/viewer.fake.ts'
import { MAX_RECEIPT_INTERVALS } from '../../shared/domain/carbon-receipt.ts'
import type { EnergyProof } from '../../shared/domain/energy-proof.ts'
import { microUsd, toIso } from '../../shared/units.ts'
import { sha256Hex } from '../kernel/signing.ts'
import { createRetention } from './jobs/retention.ts'
import { earningsOf, book } from './ledger/ledger.ts'
import { VERIFIER, requesterPrepaid } from './ledger/accounts.ts'
import { decideDispute, openDispute } from './ledger/disputes.ts'
import { createLedgerStore } from './ledger/ledger.store.ts'
import { requesterDeposit } from './ledger/entries.ts'
import { transact } from './persistence/database.ts'
import { REQUESTER, type TestNode } from './core.fake.ts'
import { MOST, RUN_PRICE, books, bring, handIn, submitCompared } from './quorum.fixture.ts'
import { createStandingStore } from './registry/standing.store.ts'
import { type World, claimOf, leaseTo, runAndGiveBack, startRuns, work } from './runs.fixture.ts'

const MINUTE_MS = 60_000
const NODE_SHARE = (RUN_PRICE * 85n) / 100n
const EXACT = { results: 2, compare: { kind: 'exact' } } as const

let world: World
afterEach(() => world.core[Symbol.asyncDispose]())
const setUp = async (nodes = 2) => {
  world = await startRuns(nodes)
  return [...world.nodes] as [TestNode, TestNode, TestNode]
}
const view = () => world.core.parts.jobs.view(REQUESTER, 'job-1')
const earned = async (...nodes: readonly TestNode[]) => Promise.all(nodes.map(async ({ nodeId }) => (await earningsOf(world.core.db, nodeId)).confirmed))
const events = async ({ nodeId }: TestNode) => (await world.core.parts.agents.events(nodeId, { after: 0, limit: 200 })).map(({ fact }) => fact)
const faults = async ({ nodeId }: TestNode) => (await createStandingStore(world.core.db).get(nodeId))?.faults ?? {}
const fund = (microUsdAmount: bigint) =>
  transact(world.core.db, (tx) => book(tx, requesterDeposit({ id: 'v', requesterId: VERIFIER, amount: microUsd(microUsdAmount), at: world.core.clock.now() })))
const held = (account: string) => createLedgerStore(world.core.db).balanceOf(account, 'micro-usd')

test('two results of different owners that agree are both paid, once, and none before; what was set aside beyond that goes back', async () => {
  const [first, second] = await setUp()
  await submitCompared(world, EXACT)
  expect((await books(world)).paid).toBe(2n * MOST)
  const { said, answer } = await bring(world, first, 'a result')
  expect(answer).toMatchObject({ receiptId: null })
  expect(await view()).toMatchObject({
    state: 'queued',
    reason: 'waiting.quorum',
    message: '1 of 2 results agrees; waits for that of a machine of another owner.',
    attempts: [{ state: 'held' }],
    quorum: { wanted: 2, agree: 1, atMost: 4, askedBy: 'requester', until: null, results: [{ nodeId: first.nodeId, verdict: 'waiting' }] },
  })
  expect(await earned(first)).toEqual([0n])
  expect(await world.core.parts.proofs.submit(first.nodeId, said)).toEqual(answer)
  await bring(world, second, 'a result')
  const done = await view()
  expect(done).toMatchObject({ state: 'completed', priceMicroUsd: String(2n * RUN_PRICE), receiptIds: [expect.any(String), expect.any(String)] })
  expect(done.quorum?.results.map(({ verdict }) => verdict)).toEqual(['agrees', 'agrees'])
  expect(done.attempts.map(({ state }) => state)).toEqual(['succeeded', 'succeeded'])
  expect(await earned(first, second)).toEqual([NODE_SHARE, NODE_SHARE])
  expect(await books(world)).toEqual({ paid: 2n * RUN_PRICE, findings: [] })
  expect(await world.core.parts.proofs.submit(first.nodeId, said)).toMatchObject({ receiptId: done.receiptIds[0] })
  expect((await events(first)).map(({ kind }) => kind)).toEqual(['proof-accepted', 'proof-accepted', 'receipt', 'earning'])
  expect((await world.core.parts.results.read(REQUESTER, 'job-1')).content.toString()).toBe('a result')
})

test('a machine of the same owner is not asked for a second result, and the job says so', async () => {
  const [first, second] = await setUp()
  const { fleets } = world.core.parts
  await fleets.join(second.nodeId, (await fleets.invite(first.nodeId)).code)
  await submitCompared(world, EXACT)
  await bring(world, first, 'a result')
  await second.ready()
  expect(await world.core.jobs.request(second.nodeId, ['docker'])).toBeNull()
  expect(await view()).toMatchObject({ state: 'queued', reason: 'waiting.owner', excluded: { owner: 2 } })
  const stranger = await world.core.enrol()
  await stranger.ready()
  expect(await world.core.jobs.request(stranger.nodeId, ['docker'])).toMatchObject({ jobId: 'job-1' })
})

test('a job whose deadline leaves time for one result of two is not taken', async () => {
  const [node] = await setUp()
  await node.ready()
  const expected = { seconds: 3_600, watts: 250 }
  const deadline = (hours: number) => new Date(world.core.clock.now() + hours * 60 * MINUTE_MS).toISOString()
  await expect(submitCompared(world, EXACT, { expected, deadline: deadline(1.5) })).rejects.toMatchObject({ code: 'job.unplaceable' })
  await submitCompared(world, EXACT, { expected, deadline: deadline(3) })
})

test('nobody who has to come to a result is told what it is, or that others are asked', async () => {
  const [node] = await setUp(1)
  await submitCompared(world, EXACT)
  expect((await leaseTo(world, node)).spec).not.toHaveProperty('quorum')
  await world.core.submit('job-2', { outputSha256: 'a'.repeat(64) })
  expect((await world.core.jobs.request(node.nodeId, ['docker']))?.spec.outputSha256 ?? null).toBeNull()
})

test('a result that differs from two that agree is not paid, counts against its node as a wrong one, and breaks its row', async () => {
  const [liar, ...honest] = await setUp(3)
  await submitCompared(world, EXACT)
  await bring(world, liar, 'a lie')
  await bring(world, honest[0], 'a result')
  expect(await view()).toMatchObject({ state: 'queued', quorum: { agree: 1, results: [{ verdict: 'waiting' }, { verdict: 'waiting' }] } })
  expect(await faults(liar)).toEqual({})
  await bring(world, honest[1], 'a result')
  expect(await view()).toMatchObject({
    state: 'completed',
    quorum: { agree: 2, results: [{ verdict: 'differs' }, { verdict: 'agrees' }, { verdict: 'agrees' }] },
    attempts: [{ state: 'failed', reason: 'quorum.differs' }, { state: 'succeeded' }, { state: 'succeeded' }],
  })
  expect(await earned(liar, ...honest)).toEqual([0n, NODE_SHARE, NODE_SHARE])
  expect(await faults(liar)).toEqual({ 'wrong-result': 1 })
  expect((await events(liar)).at(-1)).toMatchObject({ kind: 'run-unpaid', cause: 'differs' })
  expect(await books(world)).toEqual({ paid: 2n * RUN_PRICE, findings: [] })
  const rows = await world.core.db.selectFrom('node_validity').selectAll().execute()
  expect(new Map(rows.map(({ node_id, consecutive }) => [node_id, consecutive]))).toEqual(
    new Map([
      [liar.nodeId, 0],
      [honest[0].nodeId, 1],
      [honest[1].nodeId, 1],
    ]),
  )
})

test('a job whose results never agree has failed, costs nothing, and is nobody’s fault', async () => {
  const nodes = await setUp(2)
  await submitCompared(world, { ...EXACT, atMost: 2 })
  await bring(world, nodes[0], 'one')
  await bring(world, nodes[1], 'another')
  expect(await view()).toMatchObject({ state: 'failed', reason: 'quorum.undecided', quorum: { results: [{ verdict: 'undecided' }, { verdict: 'undecided' }] } })
  expect(await books(world)).toEqual({ paid: 0n, findings: [] })
  expect(await faults(nodes[0])).toEqual({})
  expect((await events(nodes[1])).at(-1)).toMatchObject({ kind: 'run-unpaid', cause: 'undecided' })
})

test('numbers that are near enough agree, and the first result is the one that counts', async () => {
  const [first, second] = await setUp()
  await submitCompared(world, { results: 2, compare: { kind: 'tolerance', absolute: 0, relative: 1e-6, format: 'json-numbers' } })
  await bring(world, first, '{"loss": 0.125, "steps": [1, 2]}')
  await bring(world, second, '{"steps": [1, 2.0000001], "loss": 0.12500001}')
  expect(await view()).toMatchObject({ state: 'completed' })
  expect((await world.core.parts.results.read(REQUESTER, 'job-1')).content.toString()).toBe('{"loss": 0.125, "steps": [1, 2]}')
})

const ALONE = { results: 1, compare: { kind: 'exact' } } as const
async function drawn(): Promise<unknown[]> {
  const { decisions } = world.core.parts
  const { items } = await decisions.list(allRows(), { about: null, kind: 'replication', since: null, until: null, after: null, limit: 9 })
  return Promise.all(items.map(async ({ seq }) => (JSON.parse((await decisions.show(allRows(), seq)).record.body) as { outcome: unknown }).outcome))
}

test('a newcomer’s result is repeated at the platform’s expense, and its requester pays for one', async () => {
  const [first, second] = await setUp()
  await fund(5_000_000n)
  await submitCompared(world, ALONE)
  expect((await books(world)).paid).toBe(MOST)
  await bring(world, first, 'a result')
  expect(await view()).toMatchObject({ state: 'queued', quorum: { wanted: 2, askedBy: 'coordinator', until: '2026-03-01T13:11:00.000Z' } })
  expect(await held(requesterPrepaid(VERIFIER))).toBe(5_000_000n - MOST)
  await bring(world, second, 'a result')
  expect(await view()).toMatchObject({ state: 'completed', priceMicroUsd: String(RUN_PRICE) })
  expect(await earned(first, second)).toEqual([NODE_SHARE, NODE_SHARE])
  expect(await held(requesterPrepaid(VERIFIER))).toBe(5_000_000n - RUN_PRICE)
  expect(await books(world)).toEqual({ paid: RUN_PRICE, findings: [] })
  expect(await drawn()).toEqual([{ again: true, because: 'newcomer' }])
})

test('who disputes a job that the platform had repeated has back what it paid, and no more', async () => {
  const [first, second] = await setUp()
  await fund(5_000_000n)
  await submitCompared(world, ALONE)
  for (const node of [first, second]) await bring(world, node, 'a result')
  const { jobId } = await view()
  const at = world.core.clock.now()
  await transact(world.core.db, async (tx) => {
    expect(await openDispute(tx, { jobId, amount: null, reason: 'It is wrong.', at })).toBe(RUN_PRICE)
    await decideDispute(tx, { jobId, inFavourOf: 'requester', reason: 'It is.', at })
  })
  expect(await books(world)).toEqual({ paid: 0n, findings: [] })
})

test.each([
  ['nobody else is there', 'no-other-owner', 1, 5_000_000n, {}],
  ['the platform has no money for it', 'no-funds', 2, 0n, {}],
  ['there is no time', 'no-time', 2, 5_000_000n, { deadline: '2026-03-01T12:16:00.000Z' }],
] as const)('where %s, a result counts alone, and the log says why', async (_, because, nodes, money, changes) => {
  const [first] = await setUp(nodes)
  if (money > 0n) await fund(money)
  await world.nodes.at(-1)?.ready()
  await submitCompared(world, ALONE, changes)
  expect((await bring(world, first, 'a result')).answer.receiptId).not.toBeNull()
  expect(await view()).toMatchObject({ state: 'completed', quorum: { wanted: 1, results: [] } })
  expect(await drawn()).toEqual([{ again: false, because }])
  expect(await books(world)).toEqual({ paid: RUN_PRICE, findings: [] })
})

test('whoever owns both the jobs and the nodes is paid no more by the platform than the allowance, however many jobs there are', async () => {
  const allowance = MOST + 10_000n
  world = await startRuns(2, ({ config }) => ({ config: { ...config, repeatAllowanceMicroUsd: allowance } }))
  const [first, second] = [...world.nodes] as [TestNode, TestNode]
  await fund(50_000_000n)
  const isRepeated: boolean[] = []
  for (const jobId of ['job-1', 'job-2', 'job-3', 'job-4']) {
    await submitCompared(world, ALONE, {}, jobId)
    const { answer } = await bring(world, first, 'a result')
    isRepeated.push(answer.receiptId === null)
    if (answer.receiptId === null) await bring(world, second, 'a result')
  }
  // Each costs the platform 7,000 more than it brings, and the third could cost more than is left.
  expect(isRepeated).toEqual([true, true, false, false])
  const [one, other] = await earned(first, second)
  const { paid, findings } = await books(world)
  expect(findings).toEqual([])
  expect((one ?? 0n) + (other ?? 0n) - paid).toBeLessThan(allowance)
})

/** What ends waits looks once, so much later. */
async function later(ms: number): Promise<void> {
  await world.core.clock.advance(ms)
  const stop = new AbortController()
  const running = world.core.closing.run(stop.signal)
  await expect.poll(() => world.core.clock.sleepers(), { interval: 1 }).toBe(2)
  stop.abort()
  await running
}

test('what the coordinator wants repeated and nobody takes counts alone after an hour', async () => {
  const [first] = await setUp()
  await fund(5_000_000n)
  await submitCompared(world, ALONE)
  await bring(world, first, 'a result')
  await later(30 * MINUTE_MS)
  expect(await view()).toMatchObject({ state: 'queued' })
  await later(31 * MINUTE_MS)
  expect(await view()).toMatchObject({
    state: 'completed',
    reason: 'quorum.unconfirmed',
    priceMicroUsd: String(RUN_PRICE),
    attempts: [{ state: 'succeeded' }],
    quorum: { until: null, results: [{ verdict: 'unconfirmed' }] },
  })
  expect(await earned(first)).toEqual([NODE_SHARE])
  expect(await held(requesterPrepaid(VERIFIER))).toBe(5_000_000n)
  expect(await books(world)).toEqual({ paid: RUN_PRICE, findings: [] })
})

test('a job does not fail because a machine fails that was to repeat it, nor because of its deadline', async () => {
  const [first, second] = await setUp()
  await fund(5_000_000n)
  await submitCompared(world, ALONE)
  await bring(world, first, 'a result')
  for (let tries = 0; tries < 3; tries += 1) {
    const lease = await leaseTo(world, second)
    await world.core.jobs.fail({ ...claimOf(second, lease), reason: 'job.exit-code', message: 'It failed.', exitCode: 1, retry: false })
  }
  expect(await view()).toMatchObject({ state: 'queued' })
  await world.core.clock.advance(7 * 60 * MINUTE_MS)
  await world.core.jobs.round()
  await later(1)
  expect(await view()).toMatchObject({ state: 'completed', reason: 'quorum.unconfirmed' })
  expect(await faults(second)).toEqual({ failed: 3 })
  expect(await books(world)).toEqual({ paid: RUN_PRICE, findings: [] })
})

test('who cancels has what is proven paid, and no more of it than money was set aside for', async () => {
  const nodes = await setUp(3)
  await submitCompared(world, EXACT)
  for (const [place, node] of nodes.entries()) await bring(world, node, `result ${place}`)
  await world.core.parts.jobs.cancel(REQUESTER, 'job-1')
  expect(await view()).toMatchObject({ state: 'cancelled', priceMicroUsd: String(2n * RUN_PRICE) })
  expect(await earned(...nodes)).toEqual([NODE_SHARE, NODE_SHARE, 0n])
  expect(await books(world)).toEqual({ paid: 2n * RUN_PRICE, findings: [] })
})

test('a second result begins at the start, and each has a receipt with the whole of its work', async () => {
  const [first, second] = await setUp()
  await submitCompared(world, EXACT, { checkpoints: true })
  await runAndGiveBack(world, first, 2 * MINUTE_MS)
  await bring(world, first, 'a result')
  expect(await view()).toMatchObject({ checkpoint: null, state: 'queued' })
  const lease = await leaseTo(world, second)
  expect(lease.checkpoint).toBeNull()
  await work(world, { node: second, lease, ms: MINUTE_MS })
  await handIn(world, { node: second, lease, output: 'a result' })
  const { receiptIds, priceMicroUsd } = await view()
  expect([receiptIds.length, priceMicroUsd]).toEqual([2, String(4n * RUN_PRICE)])
  expect(await books(world)).toEqual({ paid: 4n * RUN_PRICE, findings: [] })
})

test('a receipt has room for the runs of one result, however many led to another one', async () => {
  const [first, second] = await setUp()
  await submitCompared(world, EXACT, { checkpoints: true })
  const { said } = await bring(world, first, 'a result')
  const proof = JSON.parse(Buffer.from(said.envelope.payload, 'base64').toString()) as EnergyProof
  const intervals = Array.from({ length: MAX_RECEIPT_INTERVALS }, () => proof.intervals[0])
  const payload = Buffer.from(JSON.stringify({ ...proof, intervals })).toString('base64')
  await world.core.db
    .updateTable('proof')
    .set({ envelope: JSON.stringify({ ...said.envelope, payload }) })
    .execute()
  await runAndGiveBack(world, second, MINUTE_MS)
  expect(await view()).toMatchObject({ state: 'queued', attempts: [{ state: 'held' }, { state: 'given-back' }] })
})

test('what a result came to that did not count is kept as long as the one that did, and no longer', async () => {
  const [liar, ...honest] = await setUp(3)
  await submitCompared(world, EXACT)
  for (const [node, output] of [
    [liar, 'a lie'],
    [honest[0], 'a result'],
    [honest[1], 'a result'],
  ] as const)
    await bring(world, node, output)
  const { directory, blobs } = world.core.outputs
  const stored = () => readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const keep = { logMs: 1, outputMs: 90 * 24 * 60 * MINUTE_MS }
  const retention = createRetention({ db: world.core.db, clock: world.core.clock, outputs: blobs, keep, onFailure: (message) => expect(message).toBeNull() })
  for (const { parentPath, name } of stored()) utimesSync(join(parentPath, name), 0, 0)
  await retention.tidy()
  expect(stored()).toHaveLength(2)
  await world.core.clock.advance(keep.outputMs + 1)
  await retention.tidy()
  expect(stored()).toEqual([])
})

test('a result that waits is kept although another job came to the same, and its time is over', async () => {
  const [first, second] = await setUp()
  await world.core.submit('job-before', { outputSha256: null })
  await bring(world, first, 'a result')
  const DAYS = 24 * 60 * MINUTE_MS
  await submitCompared(world, EXACT, { deadline: toIso(world.core.clock.now() + 200 * DAYS) })
  await bring(world, first, 'a result')
  const { directory, blobs } = world.core.outputs
  const keep = { logMs: 1, outputMs: 90 * DAYS }
  const retention = createRetention({ db: world.core.db, clock: world.core.clock, outputs: blobs, keep, onFailure: (message) => expect(message).toBeNull() })
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) if (entry.isFile()) utimesSync(join(entry.parentPath, entry.name), 0, 0)
  await world.core.clock.advance(keep.outputMs + 1)
  await retention.tidy()
  expect((await blobs.read(`sha256:${sha256Hex('a result')}`)).toString()).toBe('a result')
  await bring(world, second, 'a result')
  expect(await view()).toMatchObject({ state: 'completed' })
})
