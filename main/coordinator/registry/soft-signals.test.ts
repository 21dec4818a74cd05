import { afterEach, beforeEach, expect, test } from 'vitest'
import { allRows } from '../../../shared/domain/viewer.fake.ts'
import type { EnergyProof } from '../../../shared/domain/energy-proof.ts'
import { OPERATOR, REQUESTER, type TestCore, type TestNode, startTestCore } from '../core.fake.ts'
import { proofFor, submissionOf, testSpec } from '../test-work.fake.ts'
import { transact } from '../persistence/database.ts'
import { grantApiKey } from './api-keys.ts'
import { createSoftSignals } from './soft-signals.ts'

let core: TestCore
let node: TestNode
beforeEach(async () => {
  core = await startTestCore({ changes: (_, { config }) => ({ config: { ...config, challengeRate: 0.001 }, random: (bytes) => Buffer.alloc(bytes, 0x40) }) })
  await grantApiKey(core.db, { requesterId: OPERATOR, name: 'Operator', apiKey: `wf_00000000_${'k'.repeat(43)}`, at: core.clock.now() })
  node = await core.enrol()
})
afterEach(() => core[Symbol.asyncDispose]())

const page = { nodeId: null, after: null, limit: 2 }
/** Every figure of a proof of so many watts. */
const drawing = ({ intervals }: EnergyProof, watts: number) => {
  const scaled = intervals.map((interval) => ({ ...interval, joules: (interval.joules * watts) / 250 }))
  const boardJ = scaled.reduce((sum, { joules }) => sum + joules, 0)
  return { intervals: scaled, boardJ, marginalJ: null, meanW: watts, peakW: watts, counterEnd: 100 + boardJ }
}

async function run(jobId: string, watts: number) {
  const lease = await core.lease(node, jobId)
  await core.clock.advance(60_000)
  const { seq, head } = await core.parts.proofs.head(node.nodeId)
  const proof = proofFor(lease, { nodeId: node.nodeId, now: core.clock.now(), changes: { seq: seq + 1, prev: head } })
  return core.parts.proofs.submit(node.nodeId, await submissionOf(lease, { ...proof, ...drawing(proof, watts) }, node.signer))
}

test('what is unlikely is accepted and paid, and its reason is shown to the owner, the requester and the operator', async () => {
  await run('job-0', 250)
  expect(await core.parts.nodes.own.signals({ ...page, nodeId: node.nodeId })).toEqual({ items: [], next: null })
  const { proofId, receiptId } = await run('job-1', 5)
  expect(receiptId).not.toBeNull()
  const signal = {
    kind: 'below-idle',
    proofId,
    jobId: 'job-1',
    nodeId: node.nodeId,
    message: expect.stringMatching(/^A mean of 5\.0 W is less than RTX 4080 draws/),
  }
  const shown = await core.parts.nodes.own.show(node.nodeId)
  expect(shown).toMatchObject({ signals: [signal], quota: { perDay: 102, today: 2, freshAt: '2026-03-02T00:00:00.000Z' }, standing: { bad: 0, faults: {} } })
  expect((await core.parts.proofs.get({ requesterId: REQUESTER, proofId })).signals).toMatchObject([signal])
  await run('job-2', 6)
  await run('job-3', 7)
  const first = await core.parts.nodes.signals(page)
  expect(first.items.map(({ jobId }) => jobId)).toEqual(['job-3', 'job-2'])
  expect(await core.parts.nodes.signals({ ...page, after: first.next })).toMatchObject({ items: [signal], next: null })
})

test('it is chosen by a rule that is recorded, and its samples are asked for although chance alone would not have', async () => {
  await run('job-0', 250)
  await run('job-1', 5)
  const asked = { about: `node:${node.nodeId}`, since: null, until: null, after: null, limit: 10 }
  const { items } = await core.parts.decisions.list(allRows(), { ...asked, kind: 'proof.unlikely' })
  expect(items.map(({ policy, what }) => [policy?.name, what])).toEqual([['soft-signal', expect.stringMatching(/^look closer: A mean of 5\.0 W/)]])
  const challenges = await core.db.selectFrom('challenge').select(['proof_id', 'cause']).execute()
  expect(challenges).toEqual([{ proof_id: expect.any(String), cause: 'unlikely' }])
})

/** A result of another owner, with nothing around it. */
async function weigh(
  signals: ReturnType<typeof createSoftSignals>,
  owner: string,
  watts: number,
  change: Partial<Pick<EnergyProof, 'method' | 'shared' | 'coverage'>> = {},
) {
  const lease = { jobId: 'job', attemptId: 'a', leaseId: `lease-${owner}-${watts}`, spec: testSpec(core.clock.now()) }
  const proof = proofFor(lease as Parameters<typeof proofFor>[0], { nodeId: owner, now: core.clock.now() })
  const found = await transact(core.db, (tx) =>
    signals.weigh(tx, { proof: { ...proof, ...drawing(proof, watts), ...change }, spec: lease.spec, requesterId: REQUESTER }),
  )
  await core.clock.advance(61_000)
  return found.map(({ message }) => message)
}

test('what work takes is learned from several owners, and one of them alone moves nothing', async () => {
  const signals = createSoftSignals({ ...core, ids: { next: () => `id-${Math.random()}` }, events: { signalsKept: () => undefined } })
  const twice = () => weigh(signals, node.nodeId, 190)
  for (const owner of ['a', 'b']) for (const watts of [98, 99, 100, 101, 102]) await weigh(signals, owner, watts)
  expect(await twice()).toEqual([])
  for (const watts of [90, 95, 105]) await weigh(signals, 'c', watts)
  expect(await twice()).toEqual(['It took 1.9 times the energy that the same work takes on such cards of 3 other owners (11 results).'])
  const { nodeId: greedy } = await core.enrol()
  for (let again = 0; again < 12; again += 1) await weigh(signals, greedy, 190 + again)
  expect(await twice()).toHaveLength(1)
  // What was guessed, shared or missed is compared with nothing, and nothing with it.
  for (const change of [{ method: 'estimate' }, { shared: true }, { coverage: 0.5 }] as const)
    expect(await weigh(signals, node.nodeId, 190, change)).toEqual([])
  expect(await signals.doubt(core.db, node.nodeId)).toBeCloseTo(1 - 0.75 ** 1)
  expect(await signals.doubt(core.db, 'a')).toBe(0)
})
