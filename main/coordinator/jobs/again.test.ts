import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JobSpec } from '../../../shared/contract/job.ts'
import { OPERATOR, REQUESTER, type TestCore, type TestNode, startTestCore } from '../core.fake.ts'
import { transact } from '../persistence/database.ts'
import { SCRUBBED } from '../persons/scrubbed.ts'
import { proofFor, submissionOf, testSpec } from '../test-work.fake.ts'
import { timesAgain } from './again.ts'
import { createAttemptsStore } from './attempts.store.ts'

let core: TestCore
let node: TestNode
beforeEach(async () => {
  core = await startTestCore()
  node = await core.enrol()
})
afterEach(() => core[Symbol.asyncDispose]())

const job = (jobId: string) => core.jobs.view(REQUESTER, jobId)
const again = (jobId: string, newJobId: string) => core.parts.work.again(REQUESTER, REQUESTER, { jobId, newJobId })
const show = (jobId: string) => core.parts.work.show({ account: null, all: true }, jobId)
const takeBack = (jobId: string) => core.parts.work.takeBack(OPERATOR, { jobId, reason: 'the machine has gone rogue' })
const request = (of = node) => core.jobs.request(of.nodeId, ['docker'])

test('a job that was cancelled is submitted again under a new id, with a reservation of its own, and both name each other', async () => {
  await core.submit('job-1')
  await core.jobs.cancel(REQUESTER, 'job-1')
  await core.clock.advance(3_600_000)
  const made = await again('job-1', 'job-2')
  expect(made).toMatchObject({ jobId: 'job-2', state: 'queued' })
  expect(Date.parse(made.spec.deadline) - Date.parse(made.submittedAt)).toBe(
    Date.parse((await job('job-1')).spec.deadline) - Date.parse((await job('job-1')).submittedAt),
  )
  expect(await show('job-1')).toMatchObject({ state: 'cancelled', doneAgainAs: 'job-2', againOf: null })
  expect(await show('job-2')).toMatchObject({ againOf: 'job-1', doneAgainAs: null })
  expect((await core.decided('test.reserve')).map(({ jobId }) => jobId)).toEqual(['job-1', 'job-2'])
  expect(await core.decided('job.requeued')).toEqual([{ jobId: 'job-2', againOf: 'job-1', requesterId: REQUESTER, by: REQUESTER }])
})

test('repeating it is harmless, a second id is refused, and the job that does it over may be done over in turn', async () => {
  await core.submit('job-1')
  await core.jobs.cancel(REQUESTER, 'job-1')
  await Promise.all([again('job-1', 'job-2'), again('job-1', 'job-2')])
  expect(await core.decided('job.requeued')).toHaveLength(1)
  await expect(again('job-1', 'job-3')).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('under another id') })
  await expect(job('job-3')).rejects.toMatchObject({ code: 'not-found' })
  await core.submit('job-4')
  await expect(again('job-1', 'job-4')).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('Choose a new id') })
  await core.jobs.cancel(REQUESTER, 'job-2')
  expect(await again('job-2', 'job-3')).toMatchObject({ state: 'queued' })
})

test('of two who submit it again at once under two ids, one is told', async () => {
  await core.submit('job-1')
  await core.jobs.cancel(REQUESTER, 'job-1')
  const both = await Promise.allSettled([again('job-1', 'job-2'), again('job-1', 'job-3')])
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  expect(await core.decided('test.reserve')).toHaveLength(2)
})

test('what is erased while somebody submits it again does not come back', async () => {
  await core.submit('job-1', { name: 'Letter to Ada' })
  await core.jobs.cancel(REQUESTER, 'job-1')
  const done = again('job-1', 'job-2')
  const erased = transact(core.db, (tx) =>
    tx
      .updateTable('job')
      .set({ spec: SCRUBBED['job.spec'] ?? '' })
      .where('id', '=', 'job-1')
      .execute(),
  )
  const [outcome] = await Promise.allSettled([done, erased])
  expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'conflict' } })
  expect(await core.db.selectFrom('job').select('id').where('spec', 'like', '%Letter to Ada%').execute()).toEqual([])
})

test('what goes on or is done is not submitted again, nor is what belongs to somebody else', async () => {
  await core.submit('job-1')
  await expect(again('job-1', 'job-2')).rejects.toMatchObject({ code: 'conflict' })
  await core.jobs.cancel(REQUESTER, 'job-1')
  await expect(core.parts.work.again('stranger', 'stranger', { jobId: 'job-1', newJobId: 'job-2' })).rejects.toMatchObject({ code: 'not-found' })
  await expect(again('job-9', 'job-2')).rejects.toMatchObject({ code: 'not-found' })
})

test('an operator submits it again for its requester, and it waits for the job that does over what the first one waited for', async () => {
  await core.submit('first')
  await core.jobs.submit({ requesterId: REQUESTER, jobId: 'second', spec: testSpec(core.clock.now()), after: [{ jobId: 'first', when: 'completed' }] })
  await core.jobs.cancel(REQUESTER, 'first')
  await core.jobs.round()
  expect(await job('second')).toMatchObject({ state: 'failed', reason: 'after.failed' })
  await again('first', 'first-again')
  const made = await core.parts.work.requeue(OPERATOR, { jobId: 'second', newJobId: 'second-again', reason: 'the grid was down' })
  expect(made).toMatchObject({ requesterId: REQUESTER, state: 'queued', reason: 'waiting.after' })
  expect((await job('second-again')).after).toEqual([{ jobId: 'first-again', when: 'completed' }])
  expect((await core.decided('job.requeued')).at(-1)).toMatchObject({ by: OPERATOR, reason: 'the grid was down' })
})

test('times are as far off as they were, unless a deadline is asked for', () => {
  const spec = { ...testSpec(0), earliestStart: '1970-01-01T01:00:00.000Z', deadline: '1970-01-01T05:00:00.000Z' } as JobSpec
  expect(timesAgain(spec, { submittedAt: 0, now: 86_400_000 })).toMatchObject({
    earliestStart: '1970-01-02T01:00:00.000Z',
    deadline: '1970-01-02T05:00:00.000Z',
  })
  const soon = { submittedAt: 0, now: 86_400_000, deadline: '1970-01-02T00:30:00.000Z' }
  expect(timesAgain(spec, soon)).toMatchObject({ earliestStart: null, deadline: soon.deadline })
})

test('a job that is taken back is given out anew, to another machine first; what the first one hands in counts no more, and is no fault of it', async () => {
  const lease = await core.lease(node)
  expect(await takeBack('job-1')).toMatchObject({ state: 'queued', attempts: [{ state: 'failed', reason: 'operator.took-back' }] })
  expect(await node.ready([{ leaseId: lease.leaseId, token: lease.token, state: 'running' }])).toMatchObject({ lost: [lease.leaseId] })
  await core.clock.advance(60_000)
  const proof = proofFor(lease, { nodeId: node.nodeId, now: core.clock.now() })
  await expect(core.parts.proofs.submit(node.nodeId, await submissionOf(lease, proof, node.signer))).rejects.toMatchObject({ code: 'proof.lease' })
  const other = await core.enrol()
  await other.ready()
  await core.jobs.round()
  expect(((await request(other)) ?? (await request()))?.token).toBeGreaterThan(lease.token)
  expect((await createAttemptsStore(core.db).past(['job-1'])).unbegun).toMatchObject([{ nodeId: node.nodeId }])
  expect(await core.decided('job.taken-back')).toEqual([
    { jobId: 'job-1', nodeId: node.nodeId, from: 'leased', by: OPERATOR, reason: 'the machine has gone rogue' },
  ])
  expect(await core.decided('node.fault')).toEqual([])
})

test('there is nothing to take back of a job that waits or has ended', async () => {
  await core.submit('job-1')
  await expect(takeBack('job-1')).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('waits already') })
  await core.jobs.cancel(REQUESTER, 'job-1')
  await expect(takeBack('job-1')).rejects.toMatchObject({ code: 'conflict' })
  await expect(takeBack('job-9')).rejects.toMatchObject({ code: 'not-found' })
})

test('taking it back and handing in its result at once: one of the two happens, and it is paid at most once', async () => {
  const lease = await core.lease(node)
  await core.clock.advance(60_000)
  const proof = await submissionOf(lease, proofFor(lease, { nodeId: node.nodeId, now: core.clock.now() }), node.signer)
  const [handed, taken] = await Promise.allSettled([core.parts.proofs.submit(node.nodeId, proof), takeBack('job-1')])
  const isPaid = handed.status === 'fulfilled'
  expect(isPaid).toBe(taken.status === 'rejected')
  expect(await core.decided('test.settle')).toHaveLength(isPaid ? 1 : 0)
  expect((await job('job-1')).state).toBe(isPaid ? 'completed' : 'queued')
})
