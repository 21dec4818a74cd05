import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Db, atEnd, openDatabase, transact, withFence } from './database.ts'
import { databases } from './databases.fixture.ts'

const take = (db: Db, epoch: number) =>
  transact(db, (tx) =>
    tx
      .insertInto('shard')
      .values({ id: 'planning', owner: 'me', epoch, until: 0 })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ epoch }))
      .execute(),
  )

describe.each(databases)('on $name', ({ place }) => {
  async function open(): Promise<Db> {
    const db = await openDatabase(await place())
    onTestFinished(() => db.destroy())
    return db
  }

  test('a work that throws undoes only itself', async () => {
    const db = await open()
    const add = (id: string, fails: boolean) =>
      transact(db, async (tx) => {
        await tx.insertInto('shard').values({ id, owner: null, epoch: 1, until: 0 }).execute()
        if (fails) throw new Error(id)
        return id
      })
    const answers = await Promise.allSettled([add('a', false), add('b', true), add('c', false), add('a', false), add('d', false)])
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'])
    expect((await db.selectFrom('shard').select('id').orderBy('id').execute()).map(({ id }) => id)).toEqual(['a', 'c', 'd'])
  })

  test('what a work does, and leaves to its end, is the doing of whoever asked for it, though others share the transaction', async () => {
    const db = await open()
    const asker = new AsyncLocalStorage<string>()
    const found: string[] = []
    const ask = (name: string) =>
      asker.run(name, () =>
        transact(db, async (tx) => {
          atEnd(tx, async () => void found.push(`${name} by ${asker.getStore()}`))
          await tx.selectFrom('shard').select('id').execute()
        }),
      )
    await Promise.all(['ada', 'bob', 'eve'].map(ask))
    expect(found).toEqual(['ada by ada', 'bob by bob', 'eve by eve'])
  })

  test('who lost a shard can read and cannot write', async () => {
    const db = await open()
    await take(db, 1)
    const mine = withFence(db, { shard: 'planning', epoch: 1 })
    const write = () => transact(mine, (tx) => tx.updateTable('shard').set({ owner: 'still me' }).execute())
    await write()
    await take(db, 2)
    await expect(write()).rejects.toMatchObject({ code: 'storage.fenced' })
    expect(await mine.selectFrom('shard').select(['owner', 'epoch']).execute()).toEqual([{ owner: 'still me', epoch: 2 }])
  })
})
