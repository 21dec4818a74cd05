import * as fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import type { Policy } from '../../../shared/contract/decision.ts'
import { ERASED } from '../../../shared/domain/chained-text.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { openTestDatabase } from '../persistence/database.fake.ts'
import { type Db, transact } from '../persistence/database.ts'
import { EVERYTHING, createAudit, createChoose } from './audit.ts'
import { type Decision, nextRecord } from './chain.ts'
import { createDecisionsStore } from './decisions.store.ts'
import { createInputsStore } from './inputs.store.ts'
import { createReplay } from './replay.ts'
import { choiceBy, sumPolicy } from './toy-policy.fake.ts'

const DAY_MS = 86_400_000

/** A fact, and a choice on each of the inputs. */
async function record(db: Db, inputs: readonly Parameters<typeof choiceBy>[1][]) {
  const clock = createFakeClock(Date.parse('2026-03-01T12:00:00.000Z'))
  const [decide, choose] = [createAudit(clock), createChoose(clock)]
  await transact(db, async (tx) => {
    await decide(tx, 'job.queued', { jobId: 'job-1' })
    for (const one of inputs) await choose(tx, choiceBy(sumPolicy, one))
  })
  return { clock, choose, count: inputs.length + 1 }
}

async function logOf(...inputs: Parameters<typeof record>[1]) {
  const db = await openTestDatabase()
  onTestFinished(() => db.destroy())
  return { db, ...(await record(db, inputs)) }
}

type Asked = Parameters<typeof createReplay>[0] & Parameters<ReturnType<typeof createReplay>>[0]

const replay = ({ decision, before, ...deps }: Asked) => createReplay(deps)({ decision, before })

async function question(db: Db, seq: number, changes: Partial<Asked> = {}): Promise<Asked> {
  const [before, decision] = await createDecisionsStore(db).oldest(EVERYTHING, { after: seq - 2, limit: 2 })
  if (!before || !decision) throw new Error('there is no such decision')
  return { decision, before, input: (sha256) => createInputsStore(db).text(sha256), policies: [sumPolicy], ...changes }
}

const OWN = { own: { terms: [1, 2] } }
const as = (changes: Partial<Policy>): Policy => ({ ...(sumPolicy as Policy), ...changes })

const anyTerms = fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }))
const anyInputs = fc.dictionary(
  fc.string({ minLength: 1 }).filter((name) => name !== '__proto__'),
  fc.record({ terms: anyTerms }),
  { maxKeys: 6 },
)

test('choices made again from what they were made on are the same, for any input', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyInputs, { minLength: 1, maxLength: 30 }), async (all) => {
      const db = await openTestDatabase()
      try {
        const { count } = await record(db, all)
        for (let seq = 2; seq <= count; seq++) expect(await replay(await question(db, seq))).toEqual({ verdict: 'same' })
      } finally {
        await db.destroy()
      }
    }),
    { numRuns: 8, endOnFailure: true },
  )
})

test('what was decided otherwise is said to differ, with the first place at which it does', async () => {
  const { db } = await logOf(OWN)
  const one = as({ decide: () => ({ ...sumPolicy.decide(OWN, { kind: 'job', id: 'job-1' }), outcome: { sum: 4 } }) })
  expect(await replay(await question(db, 2, { policies: [one] }))).toEqual({ verdict: 'differs', where: 'outcome.sum', recorded: '3', replayed: '4' })
  const other = as({ decide: () => ({ outcome: { sum: 3 }, alternatives: [] }) })
  expect(await replay(await question(db, 2, { policies: [other] }))).toMatchObject({ verdict: 'differs', where: 'alternatives.0', replayed: null })
  const failing = as({
    decide: () => {
      throw new Error('out of range')
    },
  })
  expect(await replay(await question(db, 2, { policies: [failing] }))).toMatchObject({ verdict: 'differs', replayed: 'no answer: out of range' })
})

test('another version of the policy is not asked, and those that there are get named', async () => {
  const { db } = await logOf(OWN)
  expect(await replay(await question(db, 2, { policies: [as({ version: '2' })] }))).toEqual({ verdict: 'policy-unknown', known: ['2'] })
  expect(await replay(await question(db, 2, { policies: [] }))).toEqual({ verdict: 'policy-unknown', known: [] })
})

test('a fact is no choice', async () => {
  const { db } = await logOf()
  const first = await createDecisionsStore(db).oldest(EVERYTHING, { after: null, limit: 1 })
  expect(await replay({ decision: first[0] as Decision, before: null, input: async () => null, policies: [] })).toEqual({ verdict: 'not-a-choice' })
})

test('whatever was changed in the record, in the one before it or in an input is called broken', async () => {
  const { db } = await logOf(OWN)
  const asked = await question(db, 2)
  const { decision, before } = asked
  for (const changed of [
    { decision: { ...decision, body: decision.body.replace('"sum":3', '"sum":4') } },
    { decision: { ...decision, at: decision.at + 1 } },
    { before: before && { ...before, body: '{}' } },
    { before: before && nextRecord(null, { ...before, body: '{}' }) },
    { before: null },
    { input: async () => '{"terms":[1,3]}' },
    { decision: nextRecord(before, { ...decision, body: '{"policy":{}}' }) },
    { decision: nextRecord(before, { ...decision, body: 'no JSON' }) },
  ])
    expect(await replay({ ...asked, ...changed })).toMatchObject({ verdict: 'broken-chain' })
})

test('a choice can be made again although what the fact before it said was erased', async () => {
  const { db } = await logOf(OWN)
  const asked = await question(db, 2)
  expect(await replay({ ...asked, before: asked.before && { ...asked.before, body: ERASED } })).toEqual({ verdict: 'same' })
})

test('what is no longer kept is named; what was used again later is kept', async () => {
  const { db, clock, choose } = await logOf({ old: { terms: [1] }, shared: { terms: [2] } })
  await clock.advance(80 * DAY_MS)
  await transact(db, (tx) => choose(tx, choiceBy(sumPolicy, { shared: { terms: [2] } })))
  await clock.advance(20 * DAY_MS)
  await createInputsStore(db).forget(clock.now() - 90 * DAY_MS)
  expect(await replay(await question(db, 2))).toEqual({ verdict: 'input-missing', missing: ['old'] })
  expect(await replay(await question(db, 3))).toEqual({ verdict: 'same' })
})
