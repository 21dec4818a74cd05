import { type Kysely, sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from './database.ts'
import { up } from './migrations/0013-gpus.ts'

const NAME = '"needs":{"gpu":true,'

test.each([
  [true, 1],
  [false, 0],
])('a job that says of its need of a GPU only %s needs %i of them, whatever its texts say', async (gpu, gpus) => {
  const db = await openDatabase(':memory:')
  onTestFinished(() => db.destroy())
  await sql`PRAGMA foreign_keys = OFF`.execute(db)
  const spec = JSON.stringify({ name: NAME, needs: { gpu, vramBytes: 5, ramBytes: 6 } })
  await sql`
    INSERT INTO job (id, requester_id, spec, state, priority, submitted_at, updated_at, deadline_at, excluded, token)
    VALUES ('job', 'requester', ${spec}, 'queued', 5, 1, 1, 2, '{}', 0)`.execute(db)
  await up(db as unknown as Kysely<unknown>)
  const { spec: read } = await db.selectFrom('job').select('spec').executeTakeFirstOrThrow()
  expect(JSON.parse(read)).toEqual({ name: NAME, needs: { gpus, vramBytes: 5, ramBytes: 6 } })
})
