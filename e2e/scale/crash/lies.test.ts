import { expect, test } from 'vitest'
import { nextRecord } from '../../../main/coordinator/audit/chain.ts'
import { toRecord } from '../../../main/coordinator/audit/record.ts'
import { createFakeClock } from '../../../main/kernel/clock.fake.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { createChecks } from './checks.ts'
import { untilEnded } from './ends.ts'
import { type CoordinatorClient, type World, acknowledge, createWorld } from './world.ts'

type Answers = Readonly<Record<string, (input: never) => unknown>>

const lost = () => Promise.reject(new WindfallError('not-found', 'There is no such thing.'))

const first = nextRecord(null, { at: 1, kind: 'plan', form: 'fact', body: 'a' })
const second = nextRecord(first, { at: 2, kind: 'plan', form: 'fact', body: 'b' })
const third = nextRecord(second, { at: 3, kind: 'plan', form: 'fact', body: 'c' })

const TRUTH: Answers = {
  getProof: ({ proofId }: { proofId: string }) => ({ proof: { proofId } }),
  getReceipt: () => ({}),
  getJob: () => ({ jobId: 'job', state: 'completed', attempts: [{ state: 'succeeded' }], receiptIds: ['r'] }),
  checkLedger: () => ({ balanced: true, findings: [] }),
  exportDecisions: () => ({ items: [first, second, third].map(toRecord), next: null }),
}

/** A coordinator that tells the truth but for what is given. */
const coordinator = (lies: Answers = {}): CoordinatorClient =>
  ({ call: async (name: string, input: never) => ({ ...TRUTH, ...lies })[name]?.(input) }) as unknown as CoordinatorClient

const ANSWER = '{"receiptId":"r","jobId":"job"}'

function promised(repeat = ANSWER): World {
  const world = createWorld()
  world.jobs.push('job')
  acknowledge(world, { proofId: 'proof', jobId: 'job', answer: ANSWER, repeat: async () => repeat })
  return world
}

async function seen(lies: Answers, world = promised()): Promise<readonly string[]> {
  await createChecks(coordinator(lies), world).look()
  return world.problems
}

test('what holds is no problem', async () => {
  expect(await seen({})).toEqual([])
})

test.each<readonly [string, Answers, RegExp]>([
  ['an acknowledged proof that is gone', { getProof: lost }, /proof proof was lost/],
  ['an acknowledged proof in whose place is another', { getProof: () => ({ proof: { proofId: 'other' } }) }, /is another one now/],
  ['a receipt that is gone', { getReceipt: lost }, /proof proof was lost/],
  ['an acknowledged job that is gone', { getJob: lost }, /job job was lost/],
  ['books that do not balance', { checkLedger: () => ({ balanced: false, findings: [] }) }, /do not balance/],
  ['books with a finding', { checkLedger: () => ({ balanced: true, findings: ['paid twice'] }) }, /do not balance: paid twice/],
  ['a decision that was changed', { exportDecisions: () => ({ items: [toRecord({ ...first, body: 'z' })], next: null }) }, /log is broken at 1/],
  ['a decision that is missing', { exportDecisions: () => ({ items: [first, third].map(toRecord), next: null }) }, /missing from the log/],
])('%s is found', async (_, lies, problem) => {
  expect(await seen(lies)).toEqual([expect.stringMatching(problem)])
})

/** Has no time for the first so many times it is asked. */
const busy = (times: number) => () => (times-- > 0 ? Promise.reject(new WindfallError('unavailable', 'No answer within 20 s.')) : {})

test('an answer that comes late is no loss; one that never comes is', async () => {
  expect(await seen({ getReceipt: busy(3) })).toEqual([])
  expect(await seen({ getReceipt: busy(Infinity) })).toEqual([expect.stringMatching(/was lost: No answer/)])
})

test('a proof that is answered otherwise when it is repeated is found, and so are two receipts for one job', async () => {
  expect(await seen({}, promised('{"receiptId":"s"}'))).toEqual([expect.stringMatching(/when it was repeated/)])
  const world = promised()
  acknowledge(world, { proofId: 'proof-2', jobId: 'job', answer: '{"receiptId":"s"}', repeat: async () => '' })
  expect(world.problems).toEqual([expect.stringMatching(/paid twice/)])
})

test('a log whose end was lost and written anew is found by the next look', async () => {
  const world = promised()
  let items = [first, second]
  const checks = createChecks(coordinator({ exportDecisions: () => ({ items: items.map(toRecord), next: null }) }), world)
  await checks.look()
  const anew = nextRecord(first, { at: 9, kind: 'plan', form: 'fact', body: 'x' })
  items = [first, anew, nextRecord(anew, { at: 9, kind: 'plan', form: 'fact', body: 'y' })]
  await checks.look()
  expect(world.problems).toEqual([expect.stringMatching(/log is broken at 3/)])
})

const job = (more: object) => () => ({ jobId: 'job', state: 'completed', attempts: [{ state: 'succeeded' }], receiptIds: ['r'], ...more })

test.each<readonly [string, Answers, readonly unknown[]]>([
  ['one run and one receipt', {}, []],
  ['no receipt', { getJob: job({ receiptIds: [] }) }, [expect.stringMatching(/0 receipts/)]],
  ['two receipts', { getJob: job({ receiptIds: ['r', 's'] }) }, [expect.stringMatching(/2 receipts/)]],
  [
    'two runs that succeeded',
    { getJob: job({ attempts: [{ state: 'succeeded' }, { state: 'succeeded' }] }) },
    [expect.stringMatching(/2 runs that succeeded/)],
  ],
  ['a failure that was receipted', { getJob: job({ state: 'failed', attempts: [] }) }, [expect.stringMatching(/is failed, with .* 1 receipts/)]],
])('a job that ended with %s', async (_, lies, problems) => {
  const world = promised()
  await untilEnded(coordinator(lies), world)
  expect(world.problems).toEqual(problems)
})

test.each<readonly [string, Answers, readonly string[]]>([
  ['a job that never ends', { getJob: job({ state: 'queued' }) }, []],
  ['a kept proof of which nobody hears', {}, ['kept']],
])('%s is found once all stands still', async (_, lies, kept) => {
  const [world, clock] = [promised(), createFakeClock()]
  for (const proofId of kept) world.kept.add(proofId)
  const ended = untilEnded(coordinator(lies), world, clock)
  await clock.advance(61_000)
  await ended
  expect(world.problems).toEqual([expect.stringMatching(/never ended, and nothing was heard/)])
})
