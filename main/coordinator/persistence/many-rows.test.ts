import * as fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Db, atEnd, openDatabase, transact } from './database.ts'
import { databases } from './databases.fixture.ts'
import { insertRows, updateRows } from './many-rows.ts'

const SHARD = { id: 'text', owner: 'text', epoch: 'bigint', until: 'bigint' } as const

/** Any text but what PostgreSQL cannot hold. */
const text = fc.string({ unit: 'binary', maxLength: 12 }).map((any) => any.replaceAll('\0', ''))
const shards = fc.uniqueArray(
  fc.record({ id: text, owner: fc.option(text), epoch: fc.integer({ min: 0 }), until: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }) }),
  { selector: ({ id }) => id, minLength: 1, maxLength: 6 },
)

const all = (db: Db) => db.selectFrom('shard').selectAll().orderBy('id').execute()

describe.each(databases)('on $name', ({ place }) => {
  async function open(): Promise<Db> {
    const db = await openDatabase(await place())
    onTestFinished(() => db.destroy())
    return db
  }

  test('rows that are added and changed together are as if each had been by itself', async () => {
    const db = await open()
    await fc.assert(
      fc.asyncProperty(shards, fc.array(fc.option(text), { minLength: 6, maxLength: 6 }), async (rows, owners) => {
        const changed = rows.map((row, index) => ({ ...row, owner: owners[index] ?? null, epoch: row.epoch + index }))
        await db.deleteFrom('shard').execute()
        for (const row of rows) await db.insertInto('shard').values(row).execute()
        const alone = await all(db)
        for (const { id, ...row } of changed) await db.updateTable('shard').set(row).where('id', '=', id).execute()
        const changedAlone = await all(db)
        await db.deleteFrom('shard').execute()
        await transact(db, (tx) => insertRows(tx, { into: 'shard', types: SHARD, rows }))
        expect(await all(db)).toEqual(alone)
        await transact(db, (tx) => updateRows(tx, { of: 'shard', types: SHARD, rows: changed }))
        expect(await all(db)).toEqual(changedAlone)
      }),
      { numRuns: 5 },
    )
  })

  test('amounts stay exact, half a character becomes what it would as a parameter, and no rows are no statement', async () => {
    const db = await open()
    const types = { account: 'text', asset: 'text', amount: 'bigint', overdraft: 'bigint' } as const
    const rows = [{ account: 'half \ud800', asset: 'micro-usd', amount: 9_007_199_254_740_993n, overdraft: 0 }]
    await transact(db, async (tx) => {
      await insertRows(tx, { into: 'ledger_balance', types, rows })
      await insertRows(tx, { into: 'ledger_balance', types, rows: [] })
    })
    expect(await db.selectFrom('ledger_balance').select(['account', 'amount']).execute()).toEqual([{ account: 'half \ufffd', amount: 9_007_199_254_740_993n }])
  })

  test('what a work leaves to its end is written with it, in order, or not at all', async () => {
    const db = await open()
    const add = (id: string, fails: boolean) =>
      transact(db, async (tx) => {
        atEnd(tx, () => insertRows(tx, { into: 'shard', types: SHARD, rows: [{ id, owner: null, epoch: 1, until: 0 }] }))
        atEnd(tx, async () => void (await tx.updateTable('shard').set({ epoch: 2 }).where('id', '=', id).execute()))
        expect(await tx.selectFrom('shard').select('id').where('id', '=', id).execute()).toEqual([])
        if (fails) throw new Error(id)
      })
    await Promise.allSettled([add('a', false), add('b', true), add('c', false)])
    expect((await all(db)).map(({ id, epoch }) => [id, epoch])).toEqual([
      ['a', 2],
      ['c', 2],
    ])
    await db.transaction().execute(async (tx) => expect(() => atEnd(tx, async () => undefined)).toThrow('only what runs in transact has an end'))
  })
})
