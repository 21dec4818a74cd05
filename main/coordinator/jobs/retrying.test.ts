import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Lease } from '../../../shared/contract/job.ts'
import { fromIso, toIso } from '../../../shared/units.ts'
import { REQUESTER, type TestCore, type TestNode, startTestCore } from '../core.fake.ts'
import { type EndedAttempt, MAX_ATTEMPTS, afterEnd, causeOf, pauseMs } from './retrying.ts'

const NOW = 1_000_000_000_000
const OWN = { state: 'failed', reason: 'job.exit-code' } as const
const MACHINE = { state: 'failed', reason: 'runtime.failed' } as const
const OWNER = { state: 'failed', reason: 'owner-present' } as const

const ended = (attempts: EndedAttempt['attempts'], changes: Partial<EndedAttempt> = {}): EndedAttempt => {
  const last = attempts.at(-1) ?? OWN
  return {
    ended: last,
    attempts,
    retry: !last.reason?.startsWith('job.'),
    message: 'It ended.',
    spec: {},
    isDoable: false,
    deadlineAt: NOW + 86_400_000,
    ...changes,
  }
}

test.each([
  ['given back with its run proven', { state: 'given-back', reason: 'whatever' }, 'nobody'],
  ['wanted back by its machine’s owner', OWNER, 'nobody'],
  ['asked back by the coordinator', { state: 'failed', reason: 'carbon' }, 'nobody'],
  ['stopped with its agent', { state: 'failed', reason: 'agent.stopped' }, 'nobody'],
  ['on a machine that went silent', { state: 'lost', reason: 'lease.expired' }, 'machine'],
  ['before a machine that has left said a word', { state: 'lost', reason: 'lease.expired', startedAt: null }, 'nobody'],
  ['on a machine that went silent in the middle', { state: 'lost', reason: 'lease.expired', startedAt: NOW }, 'machine'],
  ['on a machine whose sandbox broke', MACHINE, 'machine'],
  ['with a wrong result', { state: 'failed', reason: 'proof.output' }, 'machine'],
  ['by itself', OWN, 'job'],
] as const)('an attempt that ended %s', (_, attempt, cause) => expect(causeOf(attempt)).toBe(cause))

test('an owner who comes back, however often, costs a job nothing and keeps it from nobody', () => {
  expect(afterEnd(ended(Array.from({ length: 50 }, () => OWNER)), NOW, 0)).toEqual({ again: 'at-once', message: 'It ended.' })
})

test('a job that its machines fail goes to another one at once, three times in all, whatever it does itself', () => {
  expect(afterEnd(ended([OWN, OWN, MACHINE, OWNER, MACHINE]), NOW, 0).again).toBe('at-once')
  expect(afterEnd(ended(Array.from({ length: MAX_ATTEMPTS }, () => MACHINE)), NOW, 0).again).toBe('no')
  expect(afterEnd(ended([MACHINE], { retry: false }), NOW, 0).again).toBe('no')
})

test('a job that fails by itself is tried again only if its requester wants that, as often, and says when', () => {
  expect(afterEnd(ended([OWN]), NOW, 0)).toEqual({ again: 'no', message: 'It ended.' })
  const twice = { spec: { retries: 2 } }
  expect(afterEnd(ended([OWN], twice), NOW, 0)).toEqual({
    again: 'later',
    at: NOW + 30_000,
    message: `It ended. Try 2 of 3 begins at ${toIso(NOW + 30_000)} or later.`,
  })
  expect(afterEnd(ended([MACHINE, OWN, MACHINE, OWN], twice), NOW, 0)).toMatchObject({ again: 'later', at: NOW + 60_000 })
  expect(afterEnd(ended([OWN, OWN, OWN], twice), NOW, 0)).toEqual({ again: 'no', message: 'It ended. It was tried 3 times.' })
})

test('no try is promised for after the deadline', () => {
  expect(afterEnd(ended([OWN], { spec: { retries: 5 }, deadlineAt: NOW + 30_000 }), NOW, 0)).toEqual({
    again: 'no',
    message: 'It ended. Another try would come after its deadline.',
  })
})

test('the pause doubles up to half an hour, and chance shortens it by half at most', () => {
  expect([1, 2, 3, 7, 8, 1_000].map((failures) => pauseMs(failures, 0))).toEqual([30_000, 60_000, 120_000, 1_800_000, 1_800_000, 1_800_000])
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.double({ min: 0, max: 0.999_999, noNaN: true }), (failures, chance) => {
      const [pause, longest] = [pauseMs(failures, chance), pauseMs(failures, 0)]
      expect(pause).toBeGreaterThanOrEqual(longest / 2)
      expect(pause).toBeLessThanOrEqual(longest)
    }),
  )
})

test('whatever happens, a job is not tried without end by its own fault or that of machines', () => {
  const Cause = fc.constantFrom(OWN, MACHINE)
  fc.assert(
    fc.property(fc.array(Cause, { minLength: 40, maxLength: 40 }), fc.integer({ min: 0, max: 20 }), (causes, retries) => {
      const end = causes.findIndex((_, index) => afterEnd(ended(causes.slice(0, index + 1), { spec: { retries } }), NOW, 0.5).again === 'no')
      expect(end).toBeGreaterThanOrEqual(0)
      expect(end).toBeLessThan(MAX_ATTEMPTS + retries)
    }),
  )
})

let core: TestCore
let node: TestNode
beforeEach(async () => {
  core = await startTestCore()
  node = await core.enrol()
})
afterEach(() => core[Symbol.asyncDispose]())

const fails = ({ leaseId, token }: Lease) =>
  core.jobs.fail({ nodeId: node.nodeId, leaseId, token, reason: 'job.exit-code', message: 'The job ended with exit code 1.', exitCode: 1, retry: false })
const view = () => core.jobs.view(REQUESTER, 'job-1')
const offered = async (): Promise<Lease | undefined> => {
  await core.jobs.round()
  return (await core.jobs.offered(node.nodeId))[0]
}

test('a job that failed rests, says until when, and is begun again then and not before; its money stays set aside until it has failed for good', async () => {
  await fails(await core.lease(node, 'job-1', { retries: 1 }))
  const { state, reason, message, retryAt, plan } = await view()
  expect([state, reason, plan]).toEqual(['queued', 'waiting.retry', null])
  expect(message).toBe(`The job ended with exit code 1. Try 2 of 2 begins at ${retryAt} or later.`)
  expect(await core.decided('test.release')).toEqual([])
  const restMs = fromIso(retryAt ?? '') - core.clock.now()
  expect(restMs).toBeGreaterThanOrEqual(15_000)
  expect(restMs).toBeLessThanOrEqual(30_000)
  await core.clock.advance(restMs - 1)
  await node.ready()
  expect(await offered()).toBeUndefined()
  await core.clock.advance(1)
  const second = await offered()
  expect(second).toMatchObject({ jobId: 'job-1' })
  expect(await view()).toMatchObject({ state: 'leased', retryAt: null })
  if (second) await fails(second)
  expect(await view()).toMatchObject({ state: 'failed', reason: 'job.exit-code', retryAt: null, message: expect.stringContaining('tried 2 times') })
  expect(await core.decided('test.release')).toEqual([{ jobId: 'job-1' }])
})

test('a job that rests can be cancelled, and outlives a restart as it is', async () => {
  await fails(await core.lease(node, 'job-1', { retries: 3 }))
  const { retryAt } = await view()
  const again = core.restart()
  expect((await again.jobs.view(REQUESTER, 'job-1')).retryAt).toBe(retryAt)
  expect(await core.parts.jobs.cancel(REQUESTER, 'job-1')).toMatchObject({ state: 'cancelled' })
  await core.clock.advance(3_600_000)
  await node.ready()
  expect(await offered()).toBeUndefined()
})
