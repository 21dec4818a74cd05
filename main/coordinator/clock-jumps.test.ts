/** A coordinator whose wall clock is set while jobs are under way: by daylight saving time taken for UTC, by hand, or by a time server that was away. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Lease } from '../../shared/contract/job.ts'
import { REQUESTER, type TestCore, type TestNode, startTestCore } from './core.fake.ts'
import { SECONDS, proofFor, submissionOf } from './test-work.fake.ts'

const HOUR_MS = 3_600_000
const JUMPS = [HOUR_MS, -HOUR_MS, 60_000, -60_000]

let core: TestCore
let node: TestNode
let lease: Lease

beforeEach(async () => {
  core = await startTestCore()
  node = await core.enrol()
  lease = await core.lease(node)
  await core.jobs.start({ nodeId: node.nodeId, leaseId: lease.leaseId, token: lease.token })
})
afterEach(() => core[Symbol.asyncDispose]())

const held = (): Parameters<TestNode['ready']>[0] => [{ leaseId: lease.leaseId, token: lease.token, state: 'running' }]
const state = async (jobId: string) => (await core.jobs.view(REQUESTER, jobId)).state

test.each(JUMPS)('work that goes on while the clock is set by %i ms keeps its lease, is accepted, and is paid in full', async (jump) => {
  await core.clock.advance(SECONDS * 500)
  core.clock.jump(jump)
  await core.jobs.round()
  expect(await node.ready(held())).toMatchObject({ lost: [], cancelled: [] })
  await core.clock.advance(SECONDS * 500)
  // The clock of the machine was right all along.
  const proof = proofFor(lease, { nodeId: node.nodeId, now: core.clock.now() - jump })
  await core.parts.proofs.submit(node.nodeId, await submissionOf(lease, proof, node.signer))
  expect(await state('job-1')).toBe('completed')
  expect(await core.decided('test.settle')).toMatchObject([{ microUsd: '10000' }])
})

test.each(JUMPS)('a lease that nobody renews runs out on the clock that never jumps, whatever %i ms do to the other one', async (jump) => {
  core.clock.jump(jump)
  await core.clock.advance(60_000)
  await core.jobs.round()
  expect(await state('job-1')).toBe('running')
  await core.clock.advance(31_000)
  await core.jobs.round()
  expect((await core.jobs.view(REQUESTER, 'job-1')).attempts[0]).toMatchObject({ state: 'lost', reason: 'lease.expired' })
})

test.each(JUMPS)('who is there stays there when the clock is set by %i ms', (jump) => {
  core.clock.jump(jump)
  expect(core.registry.seen(node.nodeId)).toMatchObject({ reachability: 'online', ageMs: 0 })
})

test('a run that claims more than the time it was leased is refused as ever, once the clock has long been right', async () => {
  core.clock.jump(HOUR_MS)
  await core.clock.advance(30_000)
  await core.jobs.fail({ nodeId: node.nodeId, leaseId: lease.leaseId, token: lease.token, reason: 'user', message: 'gone', exitCode: null, retry: true })
  await core.clock.advance(2 * HOUR_MS)
  await node.ready()
  const next = await core.jobs.request(node.nodeId, ['docker'])
  if (!next) throw new Error('the job was not leased again')
  const proof = proofFor(next, { nodeId: node.nodeId, now: core.clock.now(), ms: 300_000 })
  await expect(core.parts.proofs.submit(node.nodeId, await submissionOf(next, proof, node.signer))).rejects.toMatchObject({ code: 'proof.time' })
})
