import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { JobState } from '../../../../shared/contract/job.ts'
import type { After } from '../../../../shared/contract/job-links.ts'
import { REQUESTER, type TestCore, type TestNode, startTestCore } from '../../core.fake.ts'
import { proofFor, submissionOf, testSpec } from '../../test-work.fake.ts'
import { TERMINAL } from '../transition.ts'
import { type KnownLink, afterStanding } from './standing.ts'

let core: TestCore
let node: TestNode
beforeEach(async () => {
  core = await startTestCore()
  node = await core.enrol()
  await node.ready()
})
afterEach(() => core[Symbol.asyncDispose]())

const submit = (jobId: string, after: After = []) => core.jobs.submit({ requesterId: REQUESTER, jobId, spec: testSpec(core.clock.now()), after })
const job = (jobId: string) => core.jobs.view(REQUESTER, jobId)
const on = (jobId: string, when: After[number]['when'] = 'completed'): After => [{ jobId, when }]
const request = () => core.jobs.request(node.nodeId, ['docker'])

async function complete(): Promise<void> {
  const lease = await request()
  if (!lease) throw new Error('nothing was leased')
  await core.clock.advance(60_000)
  await node.ready([{ leaseId: lease.leaseId, token: lease.token, state: 'running' }])
  const head = await core.parts.proofs.head(node.nodeId)
  const changes = { seq: head.seq + 1, prev: head.head }
  await core.parts.proofs.submit(node.nodeId, await submissionOf(lease, proofFor(lease, { nodeId: node.nodeId, now: core.clock.now(), changes }), node.signer))
}

test('a job waits for another one to complete, says so, and runs after it', async () => {
  await submit('first')
  expect(await submit('second', on('first'))).toMatchObject({
    state: 'queued',
    reason: 'waiting.after',
    message: 'Waits for job first to complete.',
    after: [{ jobId: 'first', when: 'completed' }],
  })
  await core.jobs.round()
  expect(await job('second')).toMatchObject({ state: 'queued', reason: 'waiting.after', plan: null })
  await complete()
  await core.jobs.round()
  expect((await request())?.jobId).toBe('second')
})

test('what has completed already is not waited for', async () => {
  await submit('first')
  await complete()
  expect(await submit('second', on('first'))).toMatchObject({ reason: 'waiting.plan' })
})

test('a job fails with what it was to run after, and so does everything after it, and nobody pays', async () => {
  await submit('a')
  await submit('b', on('a'))
  await submit('c', on('b'))
  await submit('d', on('b', 'ended'))
  await core.jobs.cancel(REQUESTER, 'a')
  await core.jobs.round()
  expect(await job('b')).toMatchObject({
    state: 'failed',
    reason: 'after.failed',
    message: 'It was to run after something that did not complete: job a has ended as cancelled.',
  })
  expect(await job('c')).toMatchObject({ state: 'failed', reason: 'after.failed' })
  expect(await job('d')).toMatchObject({ state: 'leased' })
  expect((await core.decided('test.release')).map(({ jobId }) => jobId)).toEqual(['a', 'b', 'c'])
})

test('of several, the last one counts, and meanwhile the job says which are left', async () => {
  await submit('a')
  await submit('b')
  await submit('c', [...on('a', 'ended'), ...on('b', 'ended')])
  expect((await job('c')).message).toBe('Waits for job a and 1 more to end.')
  await core.jobs.cancel(REQUESTER, 'a')
  await core.jobs.round()
  expect(await job('c')).toMatchObject({ reason: 'waiting.after', message: 'Waits for job b to end.' })
  await core.jobs.cancel(REQUESTER, 'b')
  await core.jobs.round()
  expect((await job('c')).state).toBe('leased')
})

test('a job runs after all jobs of an array, and a whole array after a job', async () => {
  const spec = testSpec(core.clock.now())
  await core.jobs.arrays.submit(REQUESTER, { arrayId: 'map', spec, range: { from: 0, to: 1 } })
  await submit('reduce', [{ arrayId: 'map', when: 'ended' }])
  await core.jobs.arrays.submit(REQUESTER, { arrayId: 'last', spec, range: { from: 0, to: 119 }, after: on('reduce', 'ended') })
  await core.jobs.cancel(REQUESTER, 'map-0')
  await core.jobs.round()
  expect(await job('reduce')).toMatchObject({ reason: 'waiting.after', message: 'Waits for array map to end.' })
  await core.jobs.cancel(REQUESTER, 'map-1')
  await core.jobs.round()
  expect((await job('reduce')).state).toBe('leased')
  expect(await job('last-7')).toMatchObject({ reason: 'waiting.after', after: on('reduce', 'ended') })
  await core.jobs.cancel(REQUESTER, 'reduce')
  await core.jobs.round()
  const waiting = await core.db.selectFrom('job').select('id').where('array_id', '=', 'last').where('blocked', '=', 1).execute()
  expect(waiting).toEqual([])
  expect((await job('last-119')).reason).not.toBe('waiting.after')
})

test('one failed job of an array is enough', async () => {
  await core.jobs.arrays.submit(REQUESTER, { arrayId: 'map', spec: testSpec(core.clock.now()), range: { from: 0, to: 1 } })
  await submit('reduce', [{ arrayId: 'map', when: 'completed' }])
  await core.jobs.cancel(REQUESTER, 'map-1')
  await core.jobs.round()
  expect(await job('reduce')).toMatchObject({ state: 'failed', message: expect.stringContaining('a job of array map has ended as cancelled') })
})

test('what is not there, is somebody else’s, or has failed already cannot be waited for', async () => {
  await expect(submit('a', on('a'))).rejects.toMatchObject({ code: 'not-found', message: expect.stringContaining('Submit that one first') })
  await expect(submit('a', [{ arrayId: 'none', when: 'ended' }])).rejects.toMatchObject({ code: 'not-found' })
  await submit('b')
  await core.jobs.cancel(REQUESTER, 'b')
  await expect(submit('a', on('b'))).rejects.toMatchObject({ code: 'input.invalid', message: expect.stringContaining('job b has ended as cancelled') })
  expect(await submit('a', on('b', 'ended'))).toMatchObject({ reason: 'waiting.plan' })
})

test('the same submission is harmless, another order of what it waits for included; something else to wait for is refused', async () => {
  await submit('a')
  await submit('b')
  await submit('c', [...on('a'), ...on('b')])
  expect(await submit('c', [...on('b'), ...on('a')])).toMatchObject({ jobId: 'c' })
  await expect(submit('c', on('a'))).rejects.toMatchObject({ code: 'conflict' })
  await expect(submit('c', [...on('b', 'ended'), ...on('a')])).rejects.toMatchObject({ code: 'conflict' })
})

test('a job that waits for another one can be cancelled, and expires', async () => {
  await submit('a')
  await submit('b', on('a'))
  await submit('c', on('a'))
  expect(await core.jobs.cancel(REQUESTER, 'b')).toMatchObject({ state: 'cancelled' })
  await core.clock.advance(7 * 3_600_000)
  await core.jobs.round()
  expect(await job('c')).toMatchObject({ state: 'expired' })
  expect(await job('b')).toMatchObject({ state: 'cancelled' })
})

test('a coordinator that stops between an end and what follows from it goes on there', async () => {
  await submit('a')
  await submit('b', on('a', 'ended'))
  await core.jobs.cancel(REQUESTER, 'a')
  const next = core.restart()
  await next.parts.agents.heartbeat(node.nodeId, { ready: true, reasons: [], running: [] })
  await next.jobs.round()
  expect((await job('b')).state).toBe('leased')
})

test('a job is free exactly when all has ended, and fails as soon as one that had to complete has not', () => {
  const state = fc.constantFrom(...JobState.options)
  const link = fc.record({
    kind: fc.constantFrom('job' as const, 'array' as const),
    id: fc.constant('x'),
    ends: fc.constantFrom('completed' as const, 'ended' as const),
    states: fc.dictionary(state, fc.nat(3)) as fc.Arbitrary<KnownLink['states']>,
  })
  fc.assert(
    fc.property(fc.array(link, { maxLength: 5 }), (links) => {
      const present = links.map(({ ends, states }) => ({
        ends,
        states: Object.entries(states).flatMap(([name, count]) => (count > 0 ? [name as JobState] : [])),
      }))
      const isLost = present.some(({ ends, states }) => ends === 'completed' && states.some((name) => TERMINAL.has(name) && name !== 'completed'))
      const isOver = present.every(({ states }) => states.every((name) => TERMINAL.has(name)))
      expect(afterStanding(links).is).toBe(isLost ? 'failed' : isOver ? 'free' : 'waits')
    }),
  )
})
