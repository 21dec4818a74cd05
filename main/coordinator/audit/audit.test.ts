import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { openDatabase, transact } from '../persistence/database.ts'
import { createAudit, decisions, verifyDecisions } from './audit.ts'
import { type Decision, firstBroken, nextDecision } from './chain.ts'

const chainOf = (bodies: readonly string[]): Decision[] => {
  const chain: Decision[] = []
  for (const body of bodies) chain.push(nextDecision(chain.at(-1) ?? null, { at: 1, kind: 'plan', body }))
  return chain
}

test('any change to any field of any decision is found', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string(), { minLength: 1, maxLength: 12 }),
      fc.nat(),
      fc.constantFrom('at', 'kind', 'body', 'prevHash', 'hash', 'seq'),
      (bodies, pick, field) => {
        const chain = chainOf(bodies)
        const index = pick % chain.length
        expect(firstBroken(chain)).toBeNull()
        const changed = chain.map((decision, at) =>
          at === index
            ? { ...decision, [field]: typeof decision[field as keyof Decision] === 'number' ? 99_999 : `${decision[field as keyof Decision]}x` }
            : decision,
        )
        expect(firstBroken(changed)).toBe(index + 1)
      },
    ),
  )
})

test('a removed decision is found', () => {
  expect(firstBroken(chainOf(['a', 'b', 'c']).toSpliced(1, 1))).toBe(2)
})

test('decisions are recorded with the transaction that carries them out, or not at all', async () => {
  const db = await openDatabase(':memory:')
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
  expect(await decisions(db, { after: 1, limit: 10 })).toMatchObject([{ seq: 2, kind: 'lease', body: '{"jobId":"a"}' }])
  expect(await verifyDecisions(db)).toEqual({ count: 2, brokenAt: null })
  await db.updateTable('decision').set({ body: '{}' }).where('seq', '=', 1).execute()
  expect(await verifyDecisions(db)).toEqual({ count: 2, brokenAt: 1 })
  await db.destroy()
})
