import { afterEach, beforeEach, expect, test } from 'vitest'
import { allRows } from '../../shared/domain/viewer.fake.ts'
import type { NodeFault } from '../../shared/contract/node-fault.ts'
import { OPERATOR, type TestCore, type TestNode, enrol, startTestCore } from './core.fake.ts'
import { proofFor, submissionOf } from './test-work.fake.ts'
import { transact } from './persistence/database.ts'
import { grantApiKey } from './registry/api-keys.ts'
import { createConduct } from './registry/conduct.ts'
import { CLEAN_RUNS } from './registry/quarantine-policy.ts'
import { createStandingStore } from './registry/standing.store.ts'

let core: TestCore
beforeEach(async () => {
  core = await startTestCore()
  await grantApiKey(core.db, { requesterId: OPERATOR, name: 'Operator', apiKey: `wf_00000000_${'k'.repeat(43)}`, at: core.clock.now() })
})
afterEach(() => core[Symbol.asyncDispose]())

const DAY_MS = 86_400_000
const standing = ({ nodeId }: TestNode) => createStandingStore(core.db).get(nodeId)
const stateOf = async ({ nodeId }: TestNode) => (await core.registry.node(nodeId))?.state
/** Its owner needs it. */
const away = ({ nodeId }: TestNode) => core.parts.agents.heartbeat(nodeId, { ready: false, reasons: ['owner-present'], running: [] })
const by = { by: OPERATOR, reason: 'looks broken' }

const takeBack = async () => undefined

/** The node is found at fault, however that was found. */
async function blame({ nodeId }: TestNode, fault: NodeFault) {
  const conduct = createConduct({ clock: core.clock, decide: core.decide, choose: core.choose, takeBack })
  await transact(core.db, (tx) => conduct.fault(tx, { nodeId, fault }))
}

let chains = new Map<string, number>()
beforeEach(() => {
  chains = new Map()
})

/** Leases a job to the node, lets it run and hands in its proof. */
async function work(node: TestNode, jobId: string, changes: Parameters<TestCore['lease']>[2] = {}) {
  const lease = await core.lease(node, jobId, changes)
  await core.clock.advance(60_000)
  const seq = (chains.get(node.nodeId) ?? 0) + 1
  const head = await core.parts.proofs.head(node.nodeId)
  const proof = proofFor(lease, { nodeId: node.nodeId, now: core.clock.now(), changes: { seq, prev: head.head } })
  await core.parts.proofs.submit(node.nodeId, await submissionOf(lease, proof, node.signer))
  chains.set(node.nodeId, seq)
}

test('a proven run raises the reputation of its node, and the planner is told', async () => {
  const node = await core.enrol()
  expect((await core.registry.list())[0]?.standing).toBeUndefined()
  await work(node, 'job-1')
  expect(await standing(node)).toMatchObject({ good: 1, bad: 0, jobs: 1, energyJ: 15_000, solarJ: 0 })
  expect((await core.registry.list())[0]?.standing).toEqual({ reputation: 0.65, onProbation: false })
})

test('a failed attempt costs its node something only once another node has done the job', async () => {
  const [broken, good] = [await core.enrol(), await core.enrol()]
  const lease = await core.lease(broken)
  const claim = { leaseId: lease.leaseId, token: lease.token }
  await core.jobs.fail({ ...claim, nodeId: broken.nodeId, reason: 'runtime.unavailable', message: 'no engine', exitCode: null, retry: true })
  expect(await standing(broken)).toBeNull()
  await away(broken)
  await good.ready()
  const again = await core.jobs.request(good.nodeId, ['docker'])
  if (!again) throw new Error('the job was not leased again')
  await core.clock.advance(60_000)
  const proof = proofFor(again, { nodeId: good.nodeId, now: core.clock.now() })
  await core.parts.proofs.submit(good.nodeId, await submissionOf(again, proof, good.signer))
  expect(await standing(broken)).toMatchObject({ faults: { failed: 1 }, inRow: 1 })
  expect(await stateOf(broken)).toBe('active')
})

test('a job that its owner stopped costs nothing, whoever does it then', async () => {
  const [owned, other] = [await core.enrol(), await core.enrol()]
  const lease = await core.lease(owned)
  const claim = { leaseId: lease.leaseId, token: lease.token, nodeId: owned.nodeId }
  await core.jobs.fail({ ...claim, reason: 'owner-present', message: 'needed', exitCode: null, retry: true })
  await away(owned)
  await other.ready()
  const again = await core.jobs.request(other.nodeId, ['docker'])
  if (!again) throw new Error('the job was not leased again')
  await core.clock.advance(60_000)
  await core.parts.proofs.submit(other.nodeId, await submissionOf(again, proofFor(again, { nodeId: other.nodeId, now: core.clock.now() }), other.signer))
  expect(await standing(owned)).toBeNull()
})

test('forged samples take a node out of service at once, with a reason and an end; then it is on probation until it has worked well', async () => {
  const node = await core.enrol()
  await blame(node, 'forged-samples')
  expect(await core.registry.node(node.nodeId)).toMatchObject({ state: 'quarantined', stateReason: expect.stringContaining('2026-03-02T12:10:00.000Z') })
  expect(await core.registry.list()).toEqual([])
  await expect(enrol(core, node.signer)).rejects.toThrow(/quarantined/)
  await core.standings.releaseDue()
  expect(await stateOf(node)).toBe('quarantined')
  await core.clock.advance(DAY_MS)
  await core.standings.releaseDue()
  expect(await stateOf(node)).toBe('probation')
  expect(await core.decided('node.released')).toMatchObject([{ nodeId: node.nodeId, probation: true }])
  const small = { price: { microUsdPerHour: '600000', maxMicroUsd: '100000' } }
  for (let run = 1; run <= CLEAN_RUNS; run++) {
    expect(await stateOf(node)).toBe('probation')
    await work(node, `job-${run}`, small)
  }
  expect(await stateOf(node)).toBe('active')
  expect(await core.decided('node.trusted')).toHaveLength(1)
})

test('every judgement is in the decision log, also the one that forgives, and can be asked again', async () => {
  const node = await core.enrol()
  await blame(node, 'wrong-result')
  await blame(node, 'wrong-result')
  const { items } = await core.parts.decisions.list(allRows(), {
    about: `node:${node.nodeId}`,
    kind: 'node.fault',
    since: null,
    until: null,
    after: null,
    limit: 10,
  })
  expect(items.map(({ policy, what }) => [policy?.name, what.split(':')[0]])).toEqual([
    ['quarantine', 'quarantine'],
    ['quarantine', 'go-on'],
  ])
})

test('what a quarantined node holds is done by another, and what it still hands in does not count', async () => {
  const [bad, good] = [await core.enrol(), await core.enrol()]
  const lease = await core.lease(bad)
  await core.standings.quarantine({ nodeId: bad.nodeId, ...by })
  expect(await core.jobs.view('requester-1', 'job-1')).toMatchObject({ state: 'queued', attempts: [{ state: 'failed', reason: 'node.quarantined' }] })
  await core.clock.advance(60_000)
  const proof = proofFor(lease, { nodeId: bad.nodeId, now: core.clock.now() })
  await expect(core.parts.proofs.submit(bad.nodeId, await submissionOf(lease, proof, bad.signer))).rejects.toMatchObject({ code: 'proof.lease' })
  await good.ready()
  expect(await core.jobs.request(good.nodeId, ['docker'])).toMatchObject({ jobId: 'job-1' })
})

test('an operator lets a node back on probation, or at once', async () => {
  const node = await core.enrol()
  await expect(core.standings.release({ nodeId: node.nodeId, ...by, isTrusted: false })).rejects.toMatchObject({ code: 'conflict' })
  await core.standings.quarantine({ nodeId: node.nodeId, ...by })
  await core.clock.advance(60 * DAY_MS)
  await core.standings.releaseDue()
  expect(await stateOf(node)).toBe('quarantined')
  await core.standings.release({ nodeId: node.nodeId, ...by, isTrusted: false })
  expect(await stateOf(node)).toBe('probation')
  await core.standings.release({ nodeId: node.nodeId, ...by, isTrusted: true })
  expect(await stateOf(node)).toBe('active')
})

test('a removed node leaves its fleet and its job, keeps what it has earned, and comes back by a token only', async () => {
  const [node, other] = [await core.enrol(), await core.enrol()]
  await work(node, 'job-0')
  await core.parts.fleets.invite(node.nodeId)
  await core.lease(node)
  await core.standings.remove({ nodeId: node.nodeId, ...by })
  await core.standings.remove({ nodeId: node.nodeId, ...by })
  expect(await core.decided('node.removed')).toHaveLength(1)
  await expect(core.parts.fleets.view(node.nodeId)).rejects.toMatchObject({ code: 'not-found' })
  await other.ready()
  expect(await core.jobs.request(other.nodeId, ['docker'])).toMatchObject({ jobId: 'job-1' })
  expect((await core.parts.agents.events(node.nodeId, { after: 0, limit: 10 })).map(({ fact }) => fact.kind)).toContain('earning')
  await expect(enrol(core, node.signer)).rejects.toThrow(/removed.*token/)
  await expect(core.standings.quarantine({ nodeId: node.nodeId, ...by })).rejects.toMatchObject({ code: 'conflict' })
  const { token } = await core.parts.nodes.createToken(OPERATOR, { owner: null, uses: 1, seconds: 60 })
  await enrol(core, node.signer, null, token)
  expect(await stateOf(node)).toBe('active')
  await core.standings.remove({ nodeId: node.nodeId, ...by })
  await expect(enrol(core, node.signer, null, token)).rejects.toThrow(/removed.*has been used/)
  expect(await standing(node)).toMatchObject({ jobs: 1 })
})

test('leaving and coming back is no way out of a quarantine', async () => {
  const node = await core.enrol()
  await blame(node, 'forged-samples')
  await core.parts.nodes.own.remove(node.nodeId, { nodeId: node.nodeId, reason: 'by its owner' })
  const { token } = await core.parts.nodes.createToken(OPERATOR, { owner: null, uses: 1, seconds: 60 })
  await enrol(core, node.signer, null, token)
  expect(await stateOf(node)).toBe('probation')
})

test('nor is it one out of a quarantine that an operator ordered, however much the node did well before', async () => {
  const node = await core.enrol()
  for (let count = 0; count < CLEAN_RUNS; count++) await work(node, `job-${count}`)
  await core.standings.quarantine({ nodeId: node.nodeId, ...by })
  await core.parts.nodes.own.remove(node.nodeId, { nodeId: node.nodeId, reason: 'by its owner' })
  const { token } = await core.parts.nodes.createToken(OPERATOR, { owner: null, uses: 1, seconds: 60 })
  await enrol(core, node.signer, null, token)
  expect(await stateOf(node)).toBe('probation')
  expect(await standing(node)).toMatchObject({ clean: 0, quarantines: 1 })
})

test('a bad reputation fades, and the planner is told', async () => {
  const node = await core.enrol()
  for (let count = 0; count < 5; count++) await blame(node, 'unanswered')
  const told = async () => (await core.registry.list())[0]?.standing?.reputation
  const before = await told()
  await core.clock.advance(60 * DAY_MS)
  const after = await told()
  expect([before, after]).toEqual([0.1, 0.3])
  expect((await core.parts.nodes.show(node.nodeId)).reputation).toBeCloseTo(1 / 3.25)
})

test('a proof that was on its way when its node was removed is paid: that work is done', async () => {
  const node = await core.enrol()
  const lease = await core.lease(node)
  await transact(core.db, (tx) => core.jobs.beginVerification(tx, lease.leaseId))
  await core.standings.remove({ nodeId: node.nodeId, ...by })
  await core.clock.advance(60_000)
  const proof = proofFor(lease, { nodeId: node.nodeId, now: core.clock.now() })
  await core.parts.proofs.submit(node.nodeId, await submissionOf(lease, proof, node.signer))
  expect(await core.jobs.view('requester-1', 'job-1')).toMatchObject({ state: 'completed' })
})
