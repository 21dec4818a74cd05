import { expect, onTestFinished, describe, test } from 'vitest'
import { compiledOnce } from './compiled.ts'
import { openDatabase } from './database.ts'
import { databases } from './databases.fixture.ts'
import { transact } from './transact.ts'

describe.each(databases)('on $name', ({ place }) => {
  test('a query that was compiled for one value answers for every other, in a transaction too', async () => {
    const db = await openDatabase(await place())
    onTestFinished(() => db.destroy())
    const named = compiledOnce((of) => of.selectFrom('requester').select('id').where('name', '=', '').where('weight', 'in', [0, 0]).orderBy('id'))
    await db
      .insertInto('requester')
      .values(['a', 'b', 'c'].map((id, index) => ({ id, name: id === 'c' ? 'other' : 'one', created_at: 0, weight: index + 1 })))
      .execute()
    expect(await named(db, ['one', 1, 2])).toEqual([{ id: 'a' }, { id: 'b' }])
    expect(await named(db, ['other', 2, 3])).toEqual([{ id: 'c' }])
    expect(await transact(db, (tx) => named(tx, ['one', 2, 3]))).toEqual([{ id: 'b' }])
  })
})
