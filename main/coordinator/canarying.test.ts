import { afterEach, beforeEach, expect, test } from 'vitest'
import { microUsd } from '../../shared/units.ts'
import { sha256Hex } from '../kernel/signing.ts'
import { OPERATOR, REQUESTER, type TestNode } from './core.fake.ts'
import { testSpec } from './test-work.fake.ts'
import { VERIFIER, requesterPrepaid } from './ledger/accounts.ts'
import { requesterDeposit } from './ledger/entries.ts'
import { book, earningsOf } from './ledger/ledger.ts'
import { createLedgerStore } from './ledger/ledger.store.ts'
import { transact } from './persistence/database.ts'
import { createValidityStore } from './quorum/validity.store.ts'
import { RUN_PRICE, books, handIn } from './quorum.fixture.ts'
import { createStandingStore } from './registry/standing.store.ts'
import { openVerificationAccount } from './verification-money.ts'
import { type World, leaseTo, startRuns, work } from './runs.fixture.ts'

const MINUTE_MS = 60_000
const ANSWER = 'what is right'
const PURSE = 5_000_000n

let world: World
let [node, other]: TestNode[] = []
beforeEach(async () => {
  world = await startRuns(2, ({ config }) => ({ config: { ...config, canaryRate: 1 } }))
  ;[node, other] = world.nodes
  await openVerificationAccount(world.core.db, world.core.clock.now())
  await transact(world.core.db, (tx) => book(tx, requesterDeposit({ id: 'v', requesterId: VERIFIER, amount: microUsd(PURSE), at: world.core.clock.now() })))
})
afterEach(() => world.core[Symbol.asyncDispose]())

const spec = () => testSpec(world.core.clock.now(), { outputSha256: null, name: 'like any other' })
const canaries = () => world.core.parts.canaries
const add = (canaryId = 'c1') => canaries().add(OPERATOR, { canaryId, spec: spec(), outputSha256: sha256Hex(ANSWER) })
const tally = async () => (await canaries().list({ after: null, limit: 9 })).items[0]
const purse = () => createLedgerStore(world.core.db).balanceOf(requesterPrepaid(VERIFIER), 'micro-usd')
const faults = async ({ nodeId }: TestNode) => (await createStandingStore(world.core.db).get(nodeId))?.faults ?? {}

/** Looks once. */
async function look(): Promise<void> {
  const stop = new AbortController()
  const running = world.core.canaries.run(stop.signal)
  await expect.poll(() => world.core.clock.sleepers(), { interval: 1 }).toBe(1)
  stop.abort()
  await running
}

async function does(by: TestNode, output: string, proofId?: string) {
  const lease = await leaseTo(world, by)
  await work(world, { node: by, lease, ms: MINUTE_MS })
  return {
    lease,
    answer: await handIn(world, { node: by, lease, output, ...(proofId === undefined ? {} : { proofId }) }).then(
      ({ answer }) => answer,
      (error: unknown) => error,
    ),
  }
}

/** The node does a job of its requester, and is looked at. */
async function ordinary(jobId: string) {
  await world.core.submit(jobId, { outputSha256: null, name: 'like any other' })
  const { lease } = await does(node as TestNode, 'anything')
  await look()
  return lease
}

test('a node that has proven a run is given a job that looks like any other, and no other node is', async () => {
  await add()
  const usual = await ordinary('01JOB')
  for (const { nodeId } of world.nodes) await world.core.parts.agents.heartbeat(nodeId, { ready: false, reasons: ['user'], running: [] })
  await (other as TestNode).ready()
  expect(await world.core.jobs.request((other as TestNode).nodeId, ['docker'])).toBeNull()
  const lease = await leaseTo(world, node as TestNode)
  expect(Object.keys(lease).toSorted()).toEqual(Object.keys(usual).toSorted())
  expect({ ...lease.spec, deadline: '' }).toEqual({ ...usual.spec, deadline: '' })
  await expect(world.core.parts.jobs.view(REQUESTER, lease.jobId)).rejects.toMatchObject({ code: 'not-found' })
})

test('a wrong answer counts as a wrong result at once, costs nobody anything, and is not asked for again', async () => {
  await add()
  await ordinary('01JOB')
  const { lease, answer } = await does(node as TestNode, 'what is wrong')
  expect(answer).toMatchObject({ code: 'proof.output' })
  expect(await faults(node as TestNode)).toEqual({ 'wrong-result': 1 })
  await world.core.jobs.round()
  expect(await world.core.jobs.request((node as TestNode).nodeId, ['docker'])).toBeNull()
  await look()
  expect(await tally()).toMatchObject({ canaryId: 'c1', given: 1, right: 0, wrong: 1 })
  expect(await purse()).toBe(PURSE)
  expect((await books(world)).findings).toEqual([])
  expect(await world.core.decided('canary.answered')).toEqual([{ jobId: lease.jobId, nodeId: node?.nodeId, is: 'wrong' }])
})

test.each([
  ['right', ANSWER, 4],
  ['wrong', 'what is wrong', 0],
])('a %s answer changes how far every requester trusts the node with that image', async (_, output, consecutive) => {
  await add()
  await ordinary('01JOB')
  const trusted = { nodeId: node?.nodeId ?? '', requesterId: REQUESTER, image: testSpec(0).runtime.image }
  await createValidityStore(world.core.db).set(trusted, 3)
  await does(node as TestNode, output)
  await look()
  expect(await createValidityStore(world.core.db).consecutive(trusted)).toBe(consecutive)
  expect(await createValidityStore(world.core.db).consecutive({ ...trusted, image: `sha256:${'9'.repeat(64)}` })).toBe(0)
})

test('a wrong answer counts although its proof is called like one that was refused before', async () => {
  await add()
  await world.core.submit('job-known', { outputSha256: sha256Hex(ANSWER) })
  await does(node as TestNode, 'what is wrong', 'the-same')
  await world.core.parts.jobs.cancel(REQUESTER, 'job-known')
  await ordinary('01JOB')
  await does(node as TestNode, 'what is wrong', 'the-same')
  expect(await faults(node as TestNode)).toEqual({ 'wrong-result': 1 })
  await look()
  expect(await tally()).toMatchObject({ given: 1, wrong: 1 })
})

test('a right answer is paid like any other, by the platform, and counts in no public total', async () => {
  await add()
  await ordinary('01JOB')
  const before = await world.core.parts.statistics()
  await does(node as TestNode, ANSWER)
  await canaries().remove(OPERATOR, { canaryId: 'c1' })
  await look()
  expect(await canaries().remove(OPERATOR, { canaryId: 'c1' })).toMatchObject({ right: 1, wrong: 0 })
  expect(await purse()).toBe(PURSE - RUN_PRICE)
  expect((await earningsOf(world.core.db, node?.nodeId ?? '')).confirmed).toBe((2n * RUN_PRICE * 85n) / 100n)
  expect(await books(world)).toEqual({ paid: RUN_PRICE, findings: [] })
  await world.core.clock.advance(16 * MINUTE_MS)
  expect(await world.core.parts.statistics()).toMatchObject({ jobs: before.jobs, receipts: before.receipts, energyKWh: before.energyKWh })
})

test('a node has one at a time, and none once it is removed', async () => {
  await add()
  await ordinary('01JOB')
  await look()
  expect(await tally()).toMatchObject({ given: 1 })
  await does(node as TestNode, ANSWER)
  await canaries().remove(OPERATOR, { canaryId: 'c1' })
  await look()
  expect(await world.core.db.selectFrom('canary_job').selectAll().execute()).toHaveLength(1)
})

test('one id is used once, and what it comes to is no part of it', async () => {
  await add()
  await expect(add()).rejects.toMatchObject({ code: 'conflict' })
  await expect(canaries().remove(OPERATOR, { canaryId: 'c2' })).rejects.toMatchObject({ code: 'not-found' })
  const told = { ...spec(), outputSha256: sha256Hex(ANSWER) }
  const after = { ...spec(), inputs: [{ path: 'before', outputOf: '01JOB' }] }
  for (const checked of [told, after])
    await expect(canaries().add(OPERATOR, { canaryId: 'c3', spec: checked, outputSha256: sha256Hex(ANSWER) })).rejects.toMatchObject({ code: 'input.invalid' })
  expect((await canaries().list({ after: null, limit: 1 })).items.map(({ canaryId }) => canaryId)).toEqual(['c1'])
})
