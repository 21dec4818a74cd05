import * as fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Db, openDatabase, transact } from './database.ts'
import { databases } from './databases.fixture.ts'
import { insertRow, updateRow } from './one-row.ts'

const text = fc.string({ maxLength: 12 }).map((any) => any.replaceAll('\0', ''))
const shard = fc.record({ owner: fc.option(text), epoch: fc.nat(), until: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }) })
const all = (db: Pick<Db, 'selectFrom'>) => db.selectFrom('shard').selectAll().orderBy('id').execute()

describe.each(databases)('on $name', ({ place }) => {
  test('a row is added, takes the place of another, and is changed in the columns that are named', async () => {
    const db = await openDatabase(await place())
    onTestFinished(() => db.destroy())
    await fc.assert(
      fc.asyncProperty(shard, shard, fc.subarray(['owner', 'epoch', 'until'] as const), async (first, second, named) => {
        const set = Object.fromEntries(named.map((column) => [column, second[column]]))
        await transact(db, async (tx) => {
          await tx.deleteFrom('shard').execute()
          await insertRow(tx, { into: 'shard', row: { id: 'a', ...first } })
          await updateRow(tx, { of: 'shard', id: 'a', set })
          expect(await all(tx)).toEqual([{ id: 'a', ...first, ...set }])
          await insertRow(tx, { into: 'shard', row: { id: 'a', ...second }, over: ['id'] })
          expect(await all(tx)).toEqual([{ id: 'a', ...second }])
        })
      }),
      { numRuns: 20 },
    )
  })

  test('a second row in one place is refused', async () => {
    const db = await openDatabase(await place())
    onTestFinished(() => db.destroy())
    const add = () => transact(db, (tx) => insertRow(tx, { into: 'shard', row: { id: 'a', owner: null, epoch: 1, until: 0 } }))
    await add()
    await expect(add()).rejects.toThrow()
    expect(await all(db)).toHaveLength(1)
  })
})
