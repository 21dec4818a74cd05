import { join } from 'node:path'
import Database from 'better-sqlite3'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { startTestCore } from '../../main/coordinator/core.fake.ts'
import { temporaryDirectory } from '../support/windfall.ts'
import { fillQueue } from './full-queue.ts'

test('a queue is filled with copies of what waits in it', async () => {
  using root = temporaryDirectory()
  const file = join(root.path, 'coordinator.sqlite')
  await using core = await startTestCore()
  await core.submit('job-1')
  await core.submit('job-2')
  await sql`VACUUM INTO ${file}`.execute(core.db)
  fillQueue(file, 50)
  const db = new Database(file, { readonly: true })
  const counts = db.prepare(`SELECT count(*) AS jobs, count(DISTINCT id) AS ids, count(DISTINCT submitted_at) AS moments FROM job WHERE state = 'queued'`).get()
  db.close()
  expect(counts).toEqual({ jobs: 50, ids: 50, moments: 25 })
})
