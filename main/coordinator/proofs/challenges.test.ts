import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WindfallError } from '../../../shared/errors.ts'
import { REQUESTER, type TestCore, type TestNode, startTestCore } from '../core.fake.ts'
import { proofFor, submissionOf } from '../test-work.fake.ts'
import { transact } from '../persistence/database.ts'
import type { ChallengeDeps } from './challenge-ports.ts'
import { type Challenges, createChallenges } from './challenges.ts'

let core: TestCore
beforeEach(async () => {
  core = await startTestCore()
})
afterEach(() => core[Symbol.asyncDispose]())

const AWAY_AFTER = 45_000
const DAY = 86_400_000
const log = (text: string) => Buffer.from(text).toString('base64')
const failure = (code: string) => expect.objectContaining({ code })

/** Challenges over the test's database. A log counts for good if it says so; the word `broken` cannot be read. */
function createUnderTest(of: TestCore, changes: Partial<ChallengeDeps> = {}) {
  const pushed: string[] = []
  let examined = 0
  const challenges = createChallenges({
    loopDb: core.db,
    db: of.db,
    clock: of.clock,
    ids: { next: () => `challenge-${createHash('sha256').update(`${Math.random()}`).digest('hex').slice(0, 12)}` },
    random: (bytes) => Buffer.alloc(bytes, 0xff),
    rate: 0,
    awayAfterMs: AWAY_AFTER,
    decide: of.decide,
    choose: of.choose,
    recordEvent: of.recordEvent,
    examine: async ({ gzip }) => {
      examined += 1
      await new Promise((resolve) => setImmediate(resolve))
      const text = Buffer.from(gzip).toString()
      if (text.includes('broken')) throw new WindfallError('input.invalid', 'What was sent is not gzip.')
      return { state: text.startsWith('good') ? 'valid' : 'mismatch', message: text, figures: [] }
    },
    push: (nodeId, { challengeId }) => pushed.push(`${nodeId} ${challengeId}`),
    recorded: async () => undefined,
    onEnded: () => undefined,
    onFailure: () => undefined,
    ...changes,
  })
  return { challenges, pushed, examined: () => examined }
}

/** Proofs of one job each, in the order of the node's chain. */
async function accept(of: TestCore, node: TestNode, jobIds: readonly string[]): Promise<string[]> {
  const proofIds: string[] = []
  for (const jobId of jobIds) {
    const lease = await of.lease(node, jobId)
    const chain = await of.parts.proofs.head(node.nodeId)
    await of.clock.advance(60_000)
    await node.ready([{ leaseId: lease.leaseId, token: lease.token, state: 'running' }])
    const proof = proofFor(lease, { nodeId: node.nodeId, now: of.clock.now(), changes: { seq: chain.seq + 1, prev: chain.head } })
    const { proofId } = await of.parts.proofs.submit(node.nodeId, await submissionOf(lease, proof, node.signer))
    proofIds.push(proofId)
  }
  return proofIds
}

async function setUp(changes: Partial<ChallengeDeps> = {}) {
  const node = await core.enrol()
  const [proofId = ''] = await accept(core, node, ['job-1'])
  const { challenges, ...rest } = createUnderTest(core, changes)
  const answer = (challengeId: string, sent: { log?: string; reason?: string }, nodeId = node.nodeId) =>
    challenges.answer(nodeId, { challengeId, log: sent.log === undefined ? null : log(sent.log), reason: sent.reason ?? null })
  const told = async () =>
    (await core.parts.agents.events(node.nodeId, { after: 0, limit: 200 })).flatMap(({ fact }) => (fact.kind === 'challenge' ? [fact] : []))
  return { node, proofId, challenges, answer, told, ...rest }
}

test('a requester asks, the node that is there is told at once, answers, and everybody reads the same verdict', async () => {
  const { node, proofId, challenges, answer, told, pushed } = await setUp()
  challenges.heard(node.nodeId)
  const asked = await challenges.ask(REQUESTER, proofId)
  expect(asked).toMatchObject({ proofId, nodeId: node.nodeId, cause: 'requested', state: 'asked', endedAt: null })
  expect(asked.deadlineAt).toBe(new Date(core.clock.now() + 60_000).toISOString())
  expect(pushed).toEqual([`${node.nodeId} ${asked.challengeId}`])
  expect(await challenges.open(node.nodeId)).toEqual([{ challengeId: asked.challengeId, proofId }])
  expect(await answer(asked.challengeId, { log: 'good samples' })).toEqual({ state: 'valid', message: 'good samples' })
  expect(await challenges.open(node.nodeId)).toEqual([])
  expect(await challenges.list(REQUESTER, proofId)).toMatchObject([
    { challengeId: asked.challengeId, state: 'valid', message: 'good samples', deadlineAt: null },
  ])
  expect(await core.parts.proofs.get({ requesterId: REQUESTER, proofId })).toMatchObject({
    proofId,
    challenge: 'valid',
    proof: { proofId },
    challenges: [{ state: 'valid' }],
  })
  expect(await core.decided('challenge.asked')).toMatchObject([{ proofId, cause: 'requested' }])
  expect(await core.decided('challenge.ended')).toMatchObject([{ proofId, state: 'valid' }])
  expect(await told()).toMatchObject([{ proofId, jobId: 'job-1', state: 'valid' }])
})

test('asking again while one is open, or after samples have decided, asks nobody anything', async () => {
  const { node, proofId, challenges, answer, pushed } = await setUp()
  challenges.heard(node.nodeId)
  const { challengeId } = await challenges.ask(REQUESTER, proofId)
  expect((await Promise.all([challenges.ask(REQUESTER, proofId), challenges.ask(REQUESTER, proofId)])).map((again) => again.challengeId)).toEqual([
    challengeId,
    challengeId,
  ])
  await answer(challengeId, { log: 'other samples' })
  await core.clock.advance(DAY)
  expect(await challenges.ask(REQUESTER, proofId)).toMatchObject({ challengeId, state: 'mismatch', message: 'other samples' })
  expect(await core.decided('challenge.asked')).toHaveLength(1)
  expect(pushed).toHaveLength(3)
})

test('a node without the samples says so, is not asked at once again, and may be later', async () => {
  const { proofId, challenges, answer, told } = await setUp()
  const { challengeId } = await challenges.ask(REQUESTER, proofId)
  expect(await answer(challengeId, { reason: 'the disk was replaced' })).toEqual({
    state: 'refused',
    message: 'The node says that it cannot give the samples: the disk was replaced',
  })
  expect(await told()).toMatchObject([{ state: 'refused' }])
  expect((await challenges.ask(REQUESTER, proofId)).challengeId).toBe(challengeId)
  await core.clock.advance(600_000)
  expect(await challenges.ask(REQUESTER, proofId)).toMatchObject({ state: 'asked' })
  expect(await challenges.list(REQUESTER, proofId)).toMatchObject([{ state: 'asked' }, { state: 'refused' }])
})

test('the same answer again gets the same verdict without being looked at again; another one is refused', async () => {
  const { proofId, challenges, answer, told, examined } = await setUp()
  const { challengeId } = await challenges.ask(REQUESTER, proofId)
  const first = await answer(challengeId, { log: 'good samples' })
  expect(await answer(challengeId, { log: 'good samples' })).toEqual(first)
  await expect(answer(challengeId, { log: 'bad samples' })).rejects.toEqual(failure('conflict'))
  await expect(answer(challengeId, { reason: 'gone' })).rejects.toEqual(failure('conflict'))
  expect([examined(), (await told()).length]).toEqual([1, 1])
})

test('answers at once end it once: whichever comes first counts, and nobody who says something else is told that it does', async () => {
  const { proofId, challenges, answer, told } = await setUp()
  const { challengeId } = await challenges.ask(REQUESTER, proofId)
  const outcomes = await Promise.allSettled([
    answer(challengeId, { log: 'good samples' }),
    answer(challengeId, { log: 'bad samples' }),
    answer(challengeId, { log: 'good samples' }),
  ])
  const [good, bad, goodAgain] = outcomes.map(({ status }) => status === 'fulfilled')
  expect(bad).toBe(!good && !goodAgain)
  expect(await told()).toMatchObject([{ state: bad ? 'mismatch' : 'valid' }])
})

test('nobody answers for another node, or what was never asked', async () => {
  const { proofId, challenges, answer } = await setUp()
  const stranger = await core.enrol()
  const { challengeId } = await challenges.ask(REQUESTER, proofId)
  await expect(answer(challengeId, { log: 'good samples' }, stranger.nodeId)).rejects.toEqual(failure('not-found'))
  await expect(answer('challenge-of-nobody', { log: 'good samples' })).rejects.toEqual(failure('not-found'))
  await expect(challenges.answer(stranger.nodeId, { challengeId, log: null, reason: null })).rejects.toEqual(failure('input.invalid'))
  expect(await challenges.list(REQUESTER, proofId)).toMatchObject([{ state: 'asked' }])
})

test('what cannot be read decides nothing, and the node may still send it properly', async () => {
  const { proofId, challenges, answer } = await setUp()
  const { challengeId } = await challenges.ask(REQUESTER, proofId)
  await expect(answer(challengeId, { log: 'broken' })).rejects.toEqual(failure('input.invalid'))
  expect(await answer(challengeId, { log: 'good samples' })).toMatchObject({ state: 'valid' })
})

test('a node that keeps sending what cannot be read has no samples to give', async () => {
  const { proofId, challenges, answer } = await setUp()
  const { challengeId } = await challenges.ask(REQUESTER, proofId)
  for (const attempt of ['broken 1', 'broken 2']) await expect(answer(challengeId, { log: attempt })).rejects.toEqual(failure('input.invalid'))
  expect(await answer(challengeId, { log: 'broken 3' })).toMatchObject({ state: 'refused', message: expect.stringContaining('cannot be read') })
  await expect(answer(challengeId, { log: 'good samples' })).rejects.toEqual(failure('conflict'))
})

test('proofs and challenges are shown to the requester whose job it was, and to nobody else', async () => {
  const { proofId, challenges } = await setUp()
  await expect(challenges.ask('somebody-else', proofId)).rejects.toEqual(failure('not-found'))
  await expect(challenges.list('somebody-else', proofId)).rejects.toEqual(failure('not-found'))
  await expect(core.parts.proofs.get({ requesterId: 'somebody-else', proofId })).rejects.toEqual(failure('not-found'))
  expect(await core.parts.proofs.list({ requesterId: 'somebody-else', after: null, limit: 50 })).toEqual({ items: [], next: null })
})

test('proofs are listed newest first, page by page', async () => {
  const node = await core.enrol()
  const [a = '', b = '', c = ''] = await accept(core, node, ['job-a', 'job-b', 'job-c'])
  const first = await core.parts.proofs.list({ requesterId: REQUESTER, after: null, limit: 2 })
  expect(first.items.map(({ proofId }) => proofId)).toEqual([c, b])
  const second = await core.parts.proofs.list({ requesterId: REQUESTER, after: first.next, limit: 2 })
  expect(second).toMatchObject({ items: [{ proofId: a, challenge: null, boardJ: 15_000 }], next: null })
})

test('samples that need not be kept any longer are not asked for', async () => {
  const { proofId, challenges } = await setUp()
  await core.clock.advance(30 * DAY + 1)
  await expect(challenges.ask(REQUESTER, proofId)).rejects.toEqual(failure('conflict'))
})

test('a node that is there and does not answer is overdue; one that is away is asked when it is back', async () => {
  const { node, proofId, challenges, told, pushed, answer } = await setUp()
  const { challengeId, deadlineAt } = await challenges.ask(REQUESTER, proofId)
  expect(deadlineAt).toBeNull()
  await core.clock.advance(3 * DAY)
  await challenges.sweep()
  expect((await challenges.list(REQUESTER, proofId))[0]?.message).toMatch(/away, which is no failure/)
  challenges.heard(node.nodeId)
  await challenges.sweep()
  expect(pushed).toHaveLength(2)
  await core.clock.advance(DAY)
  challenges.heard(node.nodeId)
  await challenges.sweep()
  expect(await challenges.list(REQUESTER, proofId)).toMatchObject([{ state: 'overdue', message: expect.stringContaining('did not hand in') }])
  expect(await told()).toMatchObject([{ state: 'overdue' }])
  await expect(answer(challengeId, { log: 'good samples' })).rejects.toEqual(failure('conflict'))
})

test('after a restart of the coordinator nobody is late who could not answer meanwhile', async () => {
  const { node, proofId, challenges, answer } = await setUp()
  challenges.heard(node.nodeId)
  const { challengeId } = await challenges.ask(REQUESTER, proofId)
  const restarted = createUnderTest(core).challenges
  await core.clock.advance(3_600_000)
  await restarted.sweep()
  restarted.heard(node.nodeId)
  await restarted.sweep()
  expect(await restarted.list(REQUESTER, proofId)).toMatchObject([{ challengeId, state: 'asked', deadlineAt: new Date(core.clock.now() + DAY).toISOString() }])
  expect(await answer(challengeId, { log: 'good samples' })).toMatchObject({ state: 'valid' })
})

test('an answer that is being looked at when its time runs out is not late', async () => {
  const looking = Promise.withResolvers<void>()
  const { node, proofId, challenges, answer } = await setUp({
    examine: () => looking.promise.then(() => ({ state: 'valid', message: 'looked at', figures: [] })),
  })
  challenges.heard(node.nodeId)
  const { challengeId } = await challenges.ask(REQUESTER, proofId)
  const answered = answer(challengeId, { log: 'good samples' })
  await core.clock.advance(70_000)
  challenges.heard(node.nodeId)
  await challenges.sweep()
  looking.resolve()
  expect(await answered).toEqual({ state: 'valid', message: 'looked at' })
})

test('a spot check is planned with the proof, invisible until its time, and then asked for like any other', async () => {
  const node = await core.enrol()
  const [proofId = ''] = await accept(core, node, ['job-1'])
  const { challenges, pushed } = createUnderTest(core, { rate: 1, random: (bytes) => Buffer.alloc(bytes, 0x80) })
  await transact(core.db, (tx) => challenges.plan(tx, { proofId, nodeId: node.nodeId, isUnlikely: false }))
  await challenges.sweep()
  expect([await challenges.list(REQUESTER, proofId), await challenges.open(node.nodeId), await core.decided('challenge.asked')]).toEqual([[], [], []])
  expect((await core.parts.proofs.list({ requesterId: REQUESTER, after: null, limit: 1 })).items).toMatchObject([{ challenge: null }])
  // A draw of one half cubed is an eighth of 29 days.
  await core.clock.advance(4 * DAY)
  challenges.heard(node.nodeId)
  await challenges.sweep()
  expect(await challenges.list(REQUESTER, proofId)).toMatchObject([{ cause: 'random', state: 'asked' }])
  expect(pushed).toHaveLength(1)
  expect(await core.decided('challenge.asked')).toMatchObject([{ cause: 'random' }])
})

test('a spot check is let go when the proof was challenged meanwhile, or when it comes too late', async () => {
  const node = await core.enrol()
  const [first = '', second = ''] = await accept(core, node, ['job-1', 'job-2'])
  const { challenges } = createUnderTest(core, { rate: 1, random: (bytes) => Buffer.alloc(bytes, 0x80) })
  await transact(core.db, async (tx) => {
    await challenges.plan(tx, { proofId: first, nodeId: node.nodeId, isUnlikely: false })
    await challenges.plan(tx, { proofId: second, nodeId: node.nodeId, isUnlikely: false })
  })
  const { challengeId } = await challenges.ask(REQUESTER, first)
  await core.clock.advance(31 * DAY)
  await challenges.sweep()
  expect(await challenges.list(REQUESTER, first)).toMatchObject([{ challengeId }])
  expect(await challenges.list(REQUESTER, second)).toEqual([])
  expect(await core.db.selectFrom('challenge').select('id').execute()).toHaveLength(1)
})

test('a node is never given more challenges than it can hold', async () => {
  const node = await core.enrol()
  const jobs = Array.from({ length: 33 }, (_, n) => `job-${n}`)
  const proofIds = await accept(core, node, jobs)
  const { challenges } = createUnderTest(core)
  for (const proofId of proofIds.slice(0, 32)) await challenges.ask(REQUESTER, proofId)
  await expect(challenges.ask(REQUESTER, proofIds[32] ?? '')).rejects.toEqual(failure('rate.limited'))
  expect((await core.parts.agents.heartbeat(node.nodeId, { ready: true, reasons: [], running: [] })).challenges).toHaveLength(32)
})

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('ask' as const), proof: fc.nat(1) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      which: fc.nat(5),
      sent: fc.constantFrom('good', 'bad', 'broken', 'none'),
      stranger: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1_000, 59_000, 61_000, 700_000, DAY, 2 * DAY), heard: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
)

test('in whatever order things happen, each challenge is asked once, ends at most once, and is told exactly as it ended', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      await using own = await startTestCore()
      const [node, stranger] = [await own.enrol(), await own.enrol()]
      // Both are ready, and either may be given the job.
      const proofIds = await accept(own, node, ['job-a', 'job-b'])
      let { challenges }: { challenges: Challenges } = createUnderTest(own)
      const ended = new Map<string, string>()
      for (const one of steps) {
        if (one.do === 'restart') ({ challenges } = createUnderTest(own))
        if (one.do === 'ask') await challenges.ask(REQUESTER, proofIds[one.proof] ?? '').catch(expectFailure)
        if (one.do === 'wait') {
          await own.clock.advance(one.ms)
          if (one.heard) challenges.heard(node.nodeId)
          await challenges.sweep()
        }
        if (one.do === 'answer') {
          const { id = 'none' } = (await own.db.selectFrom('challenge').select('id').orderBy('asked_at').offset(one.which).limit(1).executeTakeFirst()) ?? {}
          const sent = one.sent === 'none' ? { log: null, reason: 'gone' } : { log: log(one.sent), reason: null }
          await challenges.answer((one.stranger ? stranger : node).nodeId, { challengeId: id, ...sent }).catch(expectFailure)
        }
        const rows = await own.db.selectFrom('challenge').selectAll().execute()
        for (const proofId of proofIds) expect(rows.filter((row) => row.proof_id === proofId && row.state === 'asked').length).toBeLessThanOrEqual(1)
        for (const { id, state } of rows) {
          expect(ended.get(id) ?? state).toBe(state)
          if (state !== 'asked') ended.set(id, state)
        }
        const facts = (await own.parts.agents.events(node.nodeId, { after: 0, limit: 200 })).flatMap(({ fact }) => (fact.kind === 'challenge' ? [fact] : []))
        expect(Object.fromEntries(facts.map(({ challengeId, state }) => [challengeId, state]))).toEqual(Object.fromEntries(ended))
        expect(facts).toHaveLength(ended.size)
        expect(await own.decided('challenge.ended')).toHaveLength(ended.size)
        expect(await own.decided('challenge.asked')).toHaveLength(rows.length)
      }
    }),
    { numRuns: 25 },
  )
})

const expectFailure = (error: unknown) => {
  if (!(error instanceof WindfallError) || !['conflict', 'not-found', 'input.invalid'].includes(error.code)) throw error
}
