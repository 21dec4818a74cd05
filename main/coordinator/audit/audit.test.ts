import * as fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { openTestDatabase } from '../persistence/database.fake.ts'
import { type Db, transact } from '../persistence/database.ts'
import { EVERYTHING, createAudit, createChoose, verifyDecisions } from './audit.ts'
import { type Decision, nextRecord } from './chain.ts'
import { createDecisionsStore } from './decisions.store.ts'
import { createLogCheck } from './log-check.ts'
import { choiceBy, sumPolicy } from './toy-policy.fake.ts'

const chainOf = (bodies: readonly string[], form: (index: number) => Decision['form'] = () => 'fact'): Decision[] => {
  const chain: Decision[] = []
  for (const [index, body] of bodies.entries()) chain.push(nextRecord(chain.at(-1) ?? null, { at: 1, kind: 'plan', form: form(index), body }))
  return chain
}

/** Of a log from its first record on. */
function firstBroken(chain: readonly Decision[]): number | null {
  const check = createLogCheck({ isWhole: true })
  for (const decision of chain) if (!check.add(decision)) break
  return check.result().brokenAt
}

async function open(): Promise<Db> {
  const db = await openTestDatabase()
  onTestFinished(() => db.destroy())
  return db
}

const FIELDS = ['seq', 'at', 'kind', 'form', 'body', 'prevHash', 'hash'] as const

/** Another value of the same kind, one character or one step away. */
function altered(decision: Decision, field: (typeof FIELDS)[number], at: number): Decision {
  const value = decision[field]
  if (field === 'form') return { ...decision, form: value === 'fact' ? 'choice' : 'fact' }
  if (typeof value === 'number') return { ...decision, [field]: value + 1 }
  const index = at % (value.length + 1)
  const other = value[index] === '0' ? '1' : '0'
  return { ...decision, [field]: value.slice(0, index) + other + value.slice(index + 1) }
}

test('any change to any place of any field of any decision is found', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ body: fc.string(), isChoice: fc.boolean() }), { minLength: 1, maxLength: 12 }),
      fc.nat(),
      fc.constantFrom(...FIELDS),
      fc.nat(),
      (records, pick, field, at) => {
        const chain = chainOf(
          records.map(({ body }) => body),
          (index) => (records[index]?.isChoice ? 'choice' : 'fact'),
        )
        const index = pick % chain.length
        expect(firstBroken(chain)).toBeNull()
        expect(firstBroken(chain.map((decision, of) => (of === index ? altered(decision, field, at) : decision)))).toBe(index + 1)
      },
    ),
  )
})

test('a removed decision is found', () => {
  expect(firstBroken(chainOf(['a', 'b', 'c']).toSpliced(1, 1))).toBe(2)
})

test('decisions are recorded with the transaction that carries them out, or not at all', async () => {
  const db = await open()
  const decide = createAudit(createFakeClock())
  await transact(db, async (tx) => {
    await decide(tx, 'plan', { jobId: 'a' })
    await decide(tx, 'lease', { jobId: 'a' })
  })
  await expect(
    transact(db, async (tx) => {
      await decide(tx, 'plan', { jobId: 'b' })
      throw new Error('rolled back')
    }),
  ).rejects.toThrow('rolled back')
  expect(await createDecisionsStore(db).oldest(EVERYTHING, { after: 1, limit: 10 })).toMatchObject([{ seq: 2, kind: 'lease', body: '{"jobId":"a"}' }])
  expect(await verifyDecisions(db)).toEqual({ count: 2, brokenAt: null })
  await db.updateTable('decision').set({ body: '{}' }).where('seq', '=', 1).execute()
  expect(await verifyDecisions(db)).toEqual({ count: 2, brokenAt: 1 })
})

const rows = async (db: Db) => ({
  decisions: (await db.selectFrom('decision').selectAll().execute()).length,
  subjects: (await db.selectFrom('decision_subject').selectAll().execute()).length,
  inputs: (await db.selectFrom('decision_input').selectAll().execute()).length,
})

test('a choice that is rolled back leaves neither itself nor what it was made on', async () => {
  const db = await open()
  const choose = createChoose(createFakeClock())
  await expect(
    transact(db, async (tx) => {
      await choose(tx, choiceBy(sumPolicy, { a: { terms: [1, 2] } }))
      throw new Error('power cut')
    }),
  ).rejects.toThrow('power cut')
  expect(await rows(db)).toEqual({ decisions: 0, subjects: 0, inputs: 0 })
})

test('an input is kept once, however many choices were made on it', async () => {
  const db = await open()
  const choose = createChoose(createFakeClock())
  const shared = { terms: [1, 2], more: { b: 1, a: 2 } }
  await transact(db, async (tx) => {
    for (let index = 0; index < 20; index++) await choose(tx, choiceBy(sumPolicy, { shared, own: { terms: [index] } }))
    await choose(tx, choiceBy(sumPolicy, { shared: structuredClone(shared) }))
  })
  expect(await rows(db)).toEqual({ decisions: 21, subjects: 21, inputs: 21 })
})

test.each([Number.NaN, Infinity, 1n, () => 1])('what JSON cannot say is refused rather than changed: %s', async (value) => {
  const db = await open()
  const choose = createChoose(createFakeClock())
  await expect(transact(db, (tx) => choose(tx, { ...choiceBy(sumPolicy, {}), inputs: { value } }))).rejects.toThrow(RangeError)
  expect(await rows(db)).toEqual({ decisions: 0, subjects: 0, inputs: 0 })
})

test('an input by a name that its reader would lose is refused', async () => {
  const db = await open()
  const inputs = JSON.parse('{"__proto__":{"terms":[1]}}') as { [name: string]: { terms: number[] } }
  await expect(transact(db, (tx) => createChoose(createFakeClock())(tx, { ...choiceBy(sumPolicy, {}), inputs }))).rejects.toThrow(RangeError)
})

test('numbers stay without a gap, whoever else decides at the same time and whatever is rolled back', async () => {
  const db = await open()
  const clock = createFakeClock()
  const [decide, choose] = [createAudit(clock), createChoose(clock)]
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ size: fc.integer({ min: 1, max: 4 }), fails: fc.boolean() }), { maxLength: 12 }), async (works) => {
      const before = (await rows(db)).decisions
      await Promise.allSettled(
        works.map(({ size, fails }, index) =>
          transact(db, async (tx) => {
            for (let of = 0; of < size; of++) {
              await decide(tx, 'fact', { jobId: `job-${index}` })
              await choose(tx, choiceBy(sumPolicy, { own: { terms: [index, of] } }))
            }
            if (fails) throw new Error('rolled back')
          }),
        ),
      )
      const added = works.reduce((sum, { size, fails }) => sum + (fails ? 0 : 2 * size), 0)
      expect(await verifyDecisions(db)).toEqual({ count: before + added, brokenAt: null })
    }),
    { numRuns: 25 },
  )
})
